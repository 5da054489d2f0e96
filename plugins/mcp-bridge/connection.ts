/** What the bridge knows of the protocol: one connection to one server, in plain types. `connect.ts` alone speaks with the SDK. */

/** A tool, as a server's list has it. Nobody has checked more than the types. */
export interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  readonly annotations?: {
    readonly title?: string;
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly openWorldHint?: boolean;
  };
  readonly execution?: { readonly taskSupport?: string };
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** One block of a server's content, of any type. */
export type RawContent = Readonly<Record<string, unknown>> & { readonly type: string };

/** What a tool gave back. */
export interface RawResult {
  readonly content?: readonly RawContent[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** How to call. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** Without a sign of life, in milliseconds. */
  readonly idleMs: number;
  /** In all. */
  readonly totalMs: number;
  readonly onProgress: (text: string) => void;
}

/** What a server may want of the host. Each answers in the protocol's terms; a throw is an error to the server. */
export interface ClientSide {
  elicit(params: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<ElicitAnswer>;
  sample(params: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Record<string, unknown>>;
  roots(): { readonly roots: readonly { readonly uri: string; readonly name?: string }[] };
  log(level: string, text: string): void;
  /** A list has changed; the connection does not fetch it by itself. */
  changed(kind: "tools" | "prompts" | "resources"): void;
}

export interface ElicitAnswer {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: Readonly<Record<string, string | number | boolean | string[]>>;
}

/** A connection that stands. Every function rejects when it has ended. */
export interface Connection {
  readonly serverInfo: { readonly name: string; readonly version: string } | undefined;
  readonly protocolVersion: string | undefined;
  readonly instructions: string | undefined;
  readonly offers: Readonly<Record<"tools" | "prompts" | "resources" | "completions", boolean>>;
  /** Resolves when it has ended, with the reason where it is known. */
  readonly ended: Promise<string | undefined>;
  listTools(): Promise<readonly ListedTool[]>;
  callTool(tool: ListedTool, input: Readonly<Record<string, unknown>>, options: CallOptions): Promise<RawResult>;
  listResources(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  readResource(uri: string, signal: AbortSignal | undefined): Promise<readonly Readonly<Record<string, unknown>>[]>;
  listPrompts(): Promise<readonly Readonly<Record<string, unknown>>[]>;
  getPrompt(name: string, values: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>;
  complete(params: Readonly<Record<string, unknown>>): Promise<readonly string[]>;
  rootsChanged(): void;
  close(): Promise<void>;
}

/** The server has forgotten the session, as after a restart: nothing was done, and another connection is needed. */
export class SessionLost extends Error {}

/** A call that the server has answered with an error of the protocol. */
export class Refusal extends Error {}
