/**
 * Memory: what outlives a session. Three layers, each a service with one owner, so that a plugin can take the place of any:
 * {@link Memory} keeps entries and finds them again, {@link SessionMemory} sums up one conversation while it goes on,
 * {@link MemoryDream} tidies what many sessions have left. What feeds them (the model itself, a plugin that extracts) uses these
 * services and nothing else.
 */
import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";

/** Whose an entry is: of the project, or of the person in all projects. */
export type MemoryScope = "project" | "user";

/** Every kind of entry. */
export const MEMORY_TYPES = Object.freeze([
  "user",
  "feedback",
  "project",
  "reference",
  "decision",
  "command",
  "pitfall",
] as const);

/**
 * What an entry is about: the person (`user`), how they want things done (`feedback`), the project's state (`project`), where
 * something is found (`reference`), what was settled (`decision`), a command that works (`command`), what goes wrong (`pitfall`).
 */
export type MemoryType = (typeof MEMORY_TYPES)[number];

/** One thing that is remembered. */
export interface MemoryEntry {
  /** Unique within its scope: lower case letters, digits and `-`. */
  readonly id: string;
  readonly scope: MemoryScope;
  /** One line. */
  readonly title: string;
  readonly type: MemoryType;
  /** Markdown. */
  readonly text: string;
  readonly tags: readonly string[];
  /** The session it comes from. */
  readonly session?: string;
  /** The day it was first written, `YYYY-MM-DD`. */
  readonly date: string;
  /** The day it was last changed. */
  readonly updated: string;
  /** The last day it holds. */
  readonly expires?: string;
  /** A person wants it kept: nothing merges, changes or removes it by itself. */
  readonly isPinned: boolean;
  /** The file it lies in, absolute, where entries are files. */
  readonly path?: string;
}

/** An entry to be written. What is left out is taken from the entry of that id, or is the usual. */
export interface MemoryDraft {
  /** Default: made of the title. */
  readonly id?: string;
  /** Default `project`. */
  readonly scope?: MemoryScope;
  readonly title: string;
  /** Default `project`. */
  readonly type?: MemoryType;
  readonly text: string;
  readonly tags?: readonly string[];
  readonly session?: string;
  readonly expires?: string;
  readonly isPinned?: boolean;
}

/** An entry that fits a query. */
export interface RecalledEntry {
  readonly entry: MemoryEntry;
  /** Higher fits better; comparable within one recall only. */
  readonly score: number;
  /** The words of the query that it has. */
  readonly words: readonly string[];
}

/** One place where entries are kept. */
export interface MemoryPlace {
  readonly scope: MemoryScope;
  /** The folder, absolute, where entries are files. */
  readonly folder?: string;
  /** Whether entries can be read and written there. */
  readonly isOpen: boolean;
  /** Why not, in one sentence. */
  readonly problem?: string;
}

/** Which entries are meant. */
export interface MemoryFilter {
  readonly scope?: MemoryScope;
  readonly type?: MemoryType;
  /** Those that hold no more, too. */
  readonly isExpiredToo?: boolean;
}

/** One kept text to be changed, as it is and as it shall be; `undefined`: there is none. */
export interface MemoryTextChange {
  /** `ID.md`, or `MEMORY.md` for the index. */
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * Keeps entries and finds them again.
 *
 * **Contract**: a scope that is closed (the folder is not trusted, the person has turned memory off) has no entries, and writing to
 * it rejects with `GANTRY_MEMORY_CLOSED`. `put` refuses what looks like a secret with `GANTRY_MEMORY_SECRET` and what is no entry
 * with `GANTRY_MEMORY_INVALID`; nothing is written then. A file that cannot be read is left out, told of once, and never lost. `recall` is
 * deterministic: the same entries and query give the same answer. Can be tried with `memoryConformance` of `gantry/sdk/testing`.
 *
 * @example
 * const remember = (memory: Memory) =>
 *   memory.put({ title: "Tests need a database", type: "pitfall", text: "Run `make db` before `npm test`." });
 */
export interface Memory {
  /** Whether memory is on for this session: by settings, and by what the person has said in it. */
  isOn(session: SessionView): boolean;
  /** Turns memory on or off for this session. */
  turn(session: SessionView, isOn: boolean): void;
  places(): Promise<readonly MemoryPlace[]>;
  /** Entries that hold today, pinned first, then newest first. */
  list(filter?: MemoryFilter): Promise<readonly MemoryEntry[]>;
  /** In the project if it is there, else of the person, unless the scope is given. */
  get(id: string, scope?: MemoryScope): Promise<MemoryEntry | undefined>;
  /** Writes an entry, or changes the one with its id, and its line in the index. */
  put(draft: MemoryDraft): Promise<MemoryEntry>;
  /** Forgets an entry. False when there is none. */
  remove(id: string, scope: MemoryScope): Promise<boolean>;
  pin(id: string, scope: MemoryScope, isPinned: boolean): Promise<MemoryEntry>;
  /**
   * Everything of an open scope as text, by name: each entry as `ID.md`, markdown with frontmatter as `gantry/sdk/kit/memory-text`
   * reads and writes it, and the index as `MEMORY.md`.
   */
  texts(scope: MemoryScope): Promise<ReadonlyMap<string, string>>;
  /** Changes texts where they still are as they were. Resolves to the names of those left as they are, since somebody has changed them. */
  change(scope: MemoryScope, changes: readonly MemoryTextChange[]): Promise<readonly string[]>;
  /** What fits a text best, best first; empty when nothing does. Default limit 5. */
  recall(query: string, options?: MemoryFilter & { readonly limit?: number }): Promise<readonly RecalledEntry[]>;
}
export const Memory = createService<Memory>("memory");

/** What sums up a conversation so far. */
export interface SessionSummaryText {
  /** Markdown. */
  readonly text: string;
  /** The `uuid` of the last record that it covers: whatever follows is not in it. */
  readonly through: string;
}

/**
 * A running summary of one conversation, kept while it goes on, so that whoever shortens the conversation need not wait for one.
 *
 * **Contract**: `current` is immediate, never throws, and goes by `session.entries`: what was rewound is not in it. `through` is a
 * record of the session behind which no call waits for its result. `undefined` when there is no summary yet.
 *
 * @example
 * const known = (memory: SessionMemory, session: SessionView) => memory.current(session)?.text ?? "nothing yet";
 */
export interface SessionMemory {
  current(session: SessionView): SessionSummaryText | undefined;
}
export const SessionMemory = createService<SessionMemory>("session-memory");

/** One text that a dream changes. */
export interface DreamChange extends MemoryTextChange {
  readonly scope: MemoryScope;
  /** Why, in a few words. */
  readonly reason: string;
}

/** What a dream does, or would do. */
export interface DreamOutcome {
  readonly changes: readonly DreamChange[];
  /** A unified diff for people; empty when nothing changes. */
  readonly diff: string;
  readonly isDone: boolean;
  /** Why nothing was done, or not all, in one sentence. */
  readonly problem?: string;
}

/**
 * Tidies what many sessions have left: merges, corrects, lets expire, keeps the index short.
 *
 * **Contract**: one dream at a time, across processes, and none in a folder that is not trusted. Pinned entries stay as they are. A dream
 * that is cut off is finished by the next, or undone; what it changed can be undone until the next one that changes something. What a
 * person has changed since is left as it is. What was undone is not done again while the entries stay as they are.
 */
export interface MemoryDream {
  /** `isDry`: changes nothing. Without a session no model is asked. */
  dream(options?: { readonly isDry?: boolean; readonly session?: SessionView }): Promise<DreamOutcome>;
  /** Takes the last dream back. `isDry`: only says what that changes. */
  undo(options?: { readonly isDry?: boolean }): Promise<DreamOutcome>;
}
export const MemoryDream = createService<MemoryDream>("memory-dream");
