/** A shell text as permissions see it: every command it may run, and what is certain about each. */

/** A word of a command. */
export interface ShellWord {
  /** Quotes removed; what the shell would expand stands as it was written. */
  readonly text: string;
  /**
   * `literal`: the program gets just this text. `glob`: names of files take its place. `open`: what takes its place is only known
   * when it runs.
   */
  readonly kind: "literal" | "glob" | "open";
  /** It begins with a `~` that the shell expands to the home folder. */
  readonly isHome?: boolean;
  /** Nothing but letters and braces, as they were written: `src/{a,b}`. */
  readonly isBraced?: boolean;
}

/** A variable that is set for a command, or for what follows. */
export interface ShellAssignment {
  readonly name: string;
  /** `open` for an array, and for what is put behind an earlier value. */
  readonly value: ShellWord;
}

/** Where a command reads from or writes to. */
export interface ShellRedirection {
  /** `open` both reads and writes, or cannot be told. */
  readonly kind: "read" | "write" | "text" | "descriptor" | "open";
  /** The file, of `read`, `write` and `open`; what a here-string says, of `text`. */
  readonly target: ShellWord | undefined;
  /** The body of a here-document. */
  readonly body?: string;
}

/** One command. */
export interface ShellCommand {
  /** The program and what it gets; empty where a command only assigns or redirects. */
  readonly words: readonly ShellWord[];
  readonly assignments: readonly ShellAssignment[];
  readonly redirections: readonly ShellRedirection[];
  /**
   * How it follows the command before it, where it stands in a plain list or pipeline. `undefined` where it is inside of something:
   * a substitution, a group, a loop, a function, the words of a program that runs them, the background.
   */
  readonly after: "start" | ";" | "&&" | "||" | "|" | undefined;
  /** It is part of a pipeline, so what it does to its own shell is gone after it. */
  readonly isPiped: boolean;
}

/** A text, read. */
export interface ShellText {
  /** Why it may do more than its commands say. Then nothing may be allowed because of them; what forbids still holds. */
  readonly problem?: string;
  /** The grammar has not read all of it, so what it may run is more than its commands. */
  readonly isUnread?: boolean;
  /** All commands, those inside of others too, in the order in which they stand. */
  readonly commands: readonly ShellCommand[];
  /** Scripts that other programs get as one word, such as that of `sh -c`, in full. */
  readonly text: string;
}

/** A word of a text that a program makes, or that was put together here. */
export function wordFrom(text: string): ShellWord {
  const kind = /[$`]/.test(text) ? "open" : /[*?[]/.test(text) ? "glob" : "literal";
  return { text, kind, ...(/^~(?:\/|$)/.test(text) && { isHome: true }) };
}
