/** Requests beside a conversation that goes over standard input and output: who drives the host, and how it is asked back. */
import type { FrontendHost } from "./host.ts";
import type { JsonObject } from "./json.ts";
import { createService } from "./service.ts";
import type { Session } from "./session.ts";

/** What came of an interruption: prompts, by the uuid that their sender gave them. */
export interface InterruptReceipt {
  /** They wait and will be answered. */
  readonly stillQueued: readonly string[];
  /** They are withdrawn. */
  readonly cancelled: readonly string[];
}

/** The conversation that is controlled, as the frontend that holds it gives it away. */
export interface ControlledStream {
  readonly host: FrontendHost;
  /** Writes one line. */
  write(line: object): void;
  /** Tells the sender, in a sentence, of a line that means nothing. */
  complain(text: string): void;
  /** The session; opened at the first call. Rejects, each time, when it cannot be opened. */
  session(): Promise<Session>;
  /** Interrupts the prompt at work, at once; with `isAll`, withdraws those that wait, too. */
  interrupt(isAll: boolean): InterruptReceipt;
  /** Withdraws a prompt that waits. Whether there was one. */
  withdraw(uuid: string): boolean;
  /** The record in the log of a prompt that its sender knows by this uuid. */
  recordOf(uuid: string): string;
  /** From now on what agents say is told, and not only what they do. */
  tellAgentText?(): void;
  /** The turn waits for an answer of whoever drives, or no longer. */
  waits(isWaiting: boolean): void;
  /** Final answers shall fit this JSON Schema. Rejects where it is none. Before the session is opened. */
  requireOutput(schema: JsonObject): Promise<void>;
}

/** What listens to requests. */
export interface ControlPeer {
  /** Takes a line that is no prompt. Never throws: what is wrong with it is told to its sender. */
  take(line: Readonly<Record<string, unknown>>): void;
  /** Resolves when what has come so far and shapes the session is in place. A prompt waits for it. */
  ready(): Promise<void>;
  /** The session has been opened; its first prompt waits for this. May reject: then the session cannot be used. */
  opened(session: Session): Promise<void>;
  /** Nothing more comes: whatever waits for an answer gets none. Resolves when whatever was asked is answered. */
  end(): Promise<void>;
}

/**
 * Speaks a control protocol. A frontend that reads lines hands it those that are no prompts.
 *
 * @example
 * const listen = async (control: Control, stream: ControlledStream, lines: AsyncIterable<Record<string, unknown>>) => {
 *   const peer = await control.attach(stream);
 *   for await (const line of lines) peer.take(line);
 *   await peer.end();
 * };
 */
export interface Control {
  attach(stream: ControlledStream): Promise<ControlPeer>;
}
export const Control = createService<Control>("control");
