/** Where sessions are kept. */
import type { Entry } from "./log.ts";
import { createService } from "./service.ts";
import type { Notice } from "./session.ts";

/** One session of a folder, for a list. */
export interface SessionSummary {
  readonly id: string;
  readonly cwd: string;
  /** Milliseconds since 1970 of the last record. */
  readonly updatedMs: number;
  /** The name that a person gave it, else the start of the first prompt. */
  readonly title: string;
  /** Size of the log. */
  readonly bytes: number;
  /** Somebody is writing it. */
  readonly isLive: boolean;
}

/**
 * The one writer of a session's log.
 *
 * **Contract**: what `append` took is not lost when the program is killed; what was flushed, not when the machine is. Appending
 * after `close` throws `GANTRY_SESSION_CLOSED`. A store can be tried with `storeConformance` of `gantry/sdk/testing`.
 */
export interface SessionWriter {
  /** Where the log is, if it is a file. */
  readonly path: string | undefined;
  /** Hands the record to the operating system before it returns, whole. Throws a coded error when it cannot. */
  append(entry: Entry): void;
  /** Resolves when everything appended is on the disk. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Where sessions are kept. */
export interface SessionStore {
  /**
   * Starts a log. Rejects with `GANTRY_SESSION_EXISTS` when the id is taken. With `parent`, the id of the session that an agent works for:
   * the log is kept with that session's and goes with it, and no list has it.
   */
  create(id: string, cwd: string, parent?: string): Promise<SessionWriter>;
  /**
   * Opens a log for going on; with `parent`, that of an agent of this session. Rejects with `GANTRY_SESSION_ABSENT` (naming the nearest id)
   * or `GANTRY_SESSION_LOCKED`. Heals a torn tail; skips bad lines with a notice.
   */
  open(
    id: string,
    cwd: string,
    parent?: string,
  ): Promise<{
    readonly entries: readonly Entry[];
    readonly writer: SessionWriter;
    readonly notices: readonly Notice[];
  }>;
  /** The sessions of a folder, or of all folders, newest first. */
  list(query: { readonly cwd?: string }): Promise<readonly SessionSummary[]>;
  /**
   * Reads a log that somebody else may be writing: takes no lock and heals nothing; with `parent`, that of an agent of this session.
   * Rejects with `GANTRY_SESSION_ABSENT`.
   */
  read(
    id: string,
    query: { readonly cwd?: string; readonly parent?: string },
  ): Promise<{ readonly entries: readonly Entry[]; readonly notices: readonly Notice[] }>;
  /**
   * Calls the listener when a log of the folder has begun, has grown or is gone, whoever writes it; several changes that come together may
   * be told as one. Returns what ends it. Stores that cannot tell leave this function out.
   */
  watch?(cwd: string, listener: (id: string, change: "began" | "grew" | "gone") => void): () => void;
  /** Removes a session and what is kept with it. Rejects with `GANTRY_SESSION_ABSENT` or, while it is open, `GANTRY_SESSION_LOCKED`. */
  remove(id: string, query: { readonly cwd?: string }): Promise<void>;
}
export const SessionStore = createService<SessionStore>("session-store");
