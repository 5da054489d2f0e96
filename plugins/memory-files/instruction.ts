/** Whose a file is, by the names that hook scripts know. */
export type Kind = "Managed" | "User" | "Project" | "Local";

/** Why a file was loaded, by the names that hook scripts know. */
export type Reason = "session_start" | "nested_traversal" | "path_glob_match" | "include" | "compact";

/** A place where an instruction file may lie. */
export interface Place {
  readonly path: string;
  readonly kind: Kind;
  /** What its imports may bring in unasked, resolved; absent: anything, since the person or the administrator wrote it. */
  readonly within?: readonly string[];
  /** It lies above the working folder, where others may have put it. */
  readonly isAbove?: boolean;
  /** It is a folder of rules, and this is what the patterns of its rules are relative to. */
  readonly rulesOf?: string;
}

/** An instruction file, read. */
export interface Instruction extends Place {
  readonly realPath: string;
  /** Without comments and frontmatter. */
  readonly text: string;
  readonly reason: Reason;
  /** The file that brought it in. */
  readonly parent?: string;
  /** Of a rule: the patterns of the files that it is about. */
  readonly globs?: readonly string[];
  /** The file whose use brought it up. */
  readonly trigger?: string;
}

/** A rule that waits for a file it is about. */
export interface WaitingRule {
  readonly place: Place;
  readonly realPath: string;
  readonly body: string;
  readonly globs: readonly string[];
  /** What the globs are relative to, resolved. */
  readonly root: string;
}

/** Reads at most this much of one file: 4 MiB. */
export const MOST_BYTES = 4 * 1024 * 1024;
