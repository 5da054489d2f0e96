/** What vim mode remembers from key to key. */
import type { Buffer } from "../buffer.ts";
import type { KeyPress } from "../keys.ts";
import type { Find } from "./motions.ts";
import type { Command } from "./parse.ts";

export type Mode = "insert" | "normal" | "visual" | "visual-line";

export interface Register {
  readonly text: string;
  readonly isLines: boolean;
}

/** Something to be done again with a dot. */
export interface Change {
  readonly command: Command;
  /** What a visual command had worked on: so many lines, or so many signs. */
  readonly extent?: { readonly isLines: boolean; readonly size: number };
  /** What was typed after it. */
  readonly typed?: readonly KeyPress[];
}

export interface VimState {
  readonly mode: Mode;
  /** Keys of a command that is not whole yet. */
  readonly keys: readonly string[];
  readonly registers: ReadonlyMap<string, Register>;
  readonly lastFind?: Find;
  readonly lastChange?: Change;
  /** Since typing began: what is undone as one, and what a dot will type again. */
  readonly typing?: { readonly base: Buffer; readonly change: Change | undefined; readonly typed: readonly KeyPress[] };
  /** Where the visual selection began. */
  readonly start: number;
  /** The first of two keys that end the typing. */
  readonly escaping?: { readonly key: string; readonly at: number };
}

export interface Step {
  readonly state: VimState;
  readonly buffer: Buffer;
  /** For the editor around it. */
  readonly action?: string;
  /** The key was only taken note of: the editor does what it says. */
  readonly isPassed?: boolean;
}

export const START: VimState = Object.freeze({ mode: "insert", keys: [], registers: new Map(), start: 0 });
