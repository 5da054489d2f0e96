import type { AnnouncedEvent, SessionEvent } from "./events.ts";
import type { Entry } from "./log.ts";
import type { Message, UserContent } from "./message.ts";
import type { ModelRef } from "./model.ts";
import type { Scope } from "./scope.ts";

/** Where an input came from. */
export type InputOrigin = "person" | "plugin" | "hook";

/** What goes into the loop: a prompt, before and after `input` taps have seen it. */
export interface Input {
  readonly content: readonly UserContent[];
  readonly origin: InputOrigin;
  /** Hides it from views of the conversation: a reminder, not something a person said. */
  readonly isMeta?: boolean;
  /** The slash command that was typed, where `content` is what came of it. */
  readonly typed?: string;
  /**
   * Set by an `input` tap that dealt with the input itself (`handled`: the text is shown and no model is asked) or that
   * will not have it (`refused`: the text says why).
   */
  readonly outcome?: { readonly kind: "handled" | "refused"; readonly text: string };
}

/** Who works in a session that works for another one. */
export interface SessionAgent {
  /** The name of its definition, such as `Explore`. */
  readonly type: string;
  /** What whoever started it calls it. */
  readonly name?: string;
  /** The call that started it. */
  readonly callId?: string;
  /** It does without the instruction files and the memory of the project. Default false. */
  readonly isLean?: boolean;
}

/**
 * A session as plugins see it: what it is and what it remembers. Plugins never call the loop: they return values,
 * or put input into the queue.
 */
export interface SessionView {
  readonly id: string;
  /** The folder the session works in, absolute and resolved. */
  readonly cwd: string;
  /** What `~` stands for, absolute. */
  readonly home: string;
  /** All folders it may work in: `cwd` first, then those added by the person. */
  readonly folders: readonly string[];
  readonly model: ModelRef;
  /** Whether a person can be asked. */
  readonly isInteractive: boolean;
  /** The session that it works for: it is the session of an agent. */
  readonly parent?: SessionView;
  /** What kind of agent's session it is; present where `parent` is. */
  readonly agent?: SessionAgent;
  /** The log, oldest first, as far as it counts: what a rewind has left behind is not in it. One array that grows; a rewind begins another. */
  readonly entries: readonly Entry[];
  /** All of the log, every branch. */
  readonly allEntries: readonly Entry[];
  /** The conversation, derived from the log. */
  readonly messages: readonly Message[];
  /** Where the log is kept, if in a file. */
  readonly transcriptPath?: string | undefined;
  /** Ends when the session ends; a plugin's per-session things belong in it. */
  readonly scope: Scope;
  /**
   * Puts an input behind those waiting: it is sent before the turn ends; with no turn running it starts one where a person is
   * there (`isInteractive`), and waits for the next one otherwise.
   */
  enqueue(input: Input): void;
  /** Adds a record of the plugin's own kind to the log. */
  record(plugin: string, kind: string, data: unknown): void;
  /** Tells whoever watches something that is no part of the conversation. */
  notify(notice: Notice): void;
  /** Tells observers something through the `event` hook. People see nothing of it. */
  announce(event: AnnouncedEvent): void;
}

/** One turn: from an input to the answer that asks for no more tools. */
export interface TurnView {
  readonly id: string;
  readonly session: SessionView;
  /** Fires when the turn is interrupted. */
  readonly signal: AbortSignal;
  /** How many model requests it has made so far. */
  readonly requests: number;
  /** How often `turnStop` has made it go on. */
  readonly continuations: number;
}

/** Something a person may want to know of. */
export interface Notice {
  readonly level: "info" | "warning" | "error";
  readonly text: string;
  /** The plugin that says it, where one does. */
  readonly plugin?: string;
}

/** How a turn ended. */
export interface TurnEnd {
  /**
   * `completed`; `aborted`; `handled` or `refused` (an `input` tap took it); `denied` (a refusal that ends the turn);
   * `model_error`; or the code of a limit, such as `max_turns`.
   */
  readonly reason: string;
  /** The text of the last answer. */
  readonly text: string;
  /** What went wrong, in one sentence, unless `completed` or `handled`. */
  readonly error?: string;
  /** HTTP status of the failed request, where there was one. */
  readonly status?: number;
}

/** What of a conversation to shorten, and what to keep. */
export interface CompactOptions {
  readonly focus?: string;
  readonly from?: string;
  readonly upTo?: string;
}

/** What came of shortening a conversation. Tokens are estimates. */
export interface CompactOutcome {
  readonly isDone: boolean;
  /** One line for the person. */
  readonly summary: string;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

/** A session as frontends and embedders hold it. */
export interface Session extends SessionView {
  /**
   * Sends a prompt and streams what happens until the turn has ended; the last event is `turn_end`.
   *
   * **Contract**: never throws for a failed request or a failing plugin: the events say so. One turn at a time: a second
   * call queues its input. Leaving the loop early interrupts the turn.
   *
   * @example
   * for await (const event of session.send("Read package.json and summarize it")) {
   *   if (event.type === "text") process.stdout.write(event.text);
   * }
   */
  send(prompt: string | readonly UserContent[]): AsyncIterable<SessionEvent>;
  /**
   * Calls the listener with everything that happens, in turns that nobody sends too, such as one that a background job's end
   * starts. Returns what ends it.
   *
   * **Contract**: the listener must not throw and should be quick.
   */
  watch(listener: (event: SessionEvent) => void): () => void;
  /** Interrupts the turn, if one is running. Resolves when it has ended. */
  interrupt(): Promise<void>;
  /** Chooses another model, by `provider/id`, id or alias. Throws a coded error when nobody has it. */
  setModel(name: string): Promise<void>;
  /**
   * The conversation goes on from just after a record of the log, on any branch; `null`: from the beginning. `by` is the plugin
   * that asks. What came after it stays in the log.
   *
   * **Contract**: throws `GANTRY_SESSION_REWIND` for a record that is not in the log, and while a model is at work.
   */
  rewind(to: string | null, by: string): void;
  /**
   * Has the conversation shortened: all of it, what lies before and including record `upTo`, or what begins with record `from`.
   * `focus` says what the person wants kept.
   *
   * **Contract**: when nobody can, says so in the outcome. Rejects with `GANTRY_SESSION_COMPACT` for a record that is not in the
   * conversation, or where a call would be parted from its result, and while a model is at work.
   */
  compact(options?: CompactOptions): Promise<CompactOutcome>;
  /**
   * One more folder to work in, absolute and resolved, from now on: everything below it counts as the session's own. For whoever speaks
   * for the person. It is not remembered. An agent and the session that it works for have the same folders.
   */
  addFolder(folder: string): void;
  /** From now on a folder that was added is no longer the session's. The first stays. */
  removeFolder(folder: string): void;
  /** Gives the session a name. */
  rename(title: string): void;
  /** Ends the session; idempotent. */
  close(reason?: string): Promise<void>;
}

/** A session as `sessionStart` taps get it: its folders and its model are still to be settled. */
export type StartingSession = SessionView & Pick<Session, "addFolder" | "setModel">;

/**
 * The session that a person speaks with: the one at the top of those that work for each other, most often the session itself.
 *
 * @example
 * const asked = new Map<string, number>();
 * const ask: TapHandler<"ask"> = (_, { session }) => {
 *   const { id } = rootOf(session);
 *   asked.set(id, (asked.get(id) ?? 0) + 1);
 * };
 */
export function rootOf(session: SessionView): SessionView {
  let root = session;
  while (root.parent) root = root.parent;
  return root;
}

/**
 * State per session, made at first use and dropped with the session.
 *
 * **Contract**: `make` is called once a session and may not be asynchronous.
 *
 * @example
 * const counters = perSession(() => ({ calls: 0 }));
 * const event: TapHandler<"event"> = (event, session) => {
 *   if (event.type === "tool_start") counters(session).calls += 1;
 * };
 */
export function perSession<T>(make: (session: SessionView) => T): (session: SessionView) => T {
  const states = new WeakMap<SessionView, { readonly value: T }>();
  return (session) => {
    const known = states.get(session);
    if (known) return known.value;
    const value = make(session);
    states.set(session, { value });
    return value;
  };
}
