import type { FlagStyle } from "./flags.ts";

/** What a program accepts. */
export interface Look {
  /**
   * `-a` no value, `-a:` a text, `-a!` one that may begin with `-`, `-a@` a path, `-a::` two texts; long ones alike. `-a?` and `--a?` may
   * have a text right behind, or behind `=`; `-a=` must. `-#` is a number as in `-5`.
   */
  readonly flags: string;
  /** How it reads them, where not as getopt does. */
  readonly style?: FlagStyle;
  /** How many words at the start are text and no paths; all of them when absent from `paths`. */
  readonly texts?: number;
  /** A flag in place of the first text, such as the pattern of `grep`. */
  readonly textFlags?: string;
  /** The other words are paths (default), or nothing that is opened. */
  readonly rest?: "paths" | "text" | "none";
  /** None of its flags does harm, so a name that a `*` stands for may look like one. */
  readonly isTame?: boolean;
  /** No word may be a `*`: more words than are written here would do harm. */
  readonly isExact?: boolean;
  /** Reads what lies in folders it is given. */
  readonly isDeep?: (flags: ReadonlySet<string>) => boolean;
  /** It takes no flags: every word is what it says. */
  readonly isFlagless?: boolean;
  /** Further doubts. */
  readonly check?: (flags: ReadonlyMap<string, string | undefined>, words: readonly string[]) => boolean;
}
