/** A text that is being typed, and where. Positions are between signs as people see them. */
import type { KeyPress } from "../input/keys.ts";
import { typedBy } from "./intent.ts";

export interface TextField {
  readonly text: string;
  /** In UTF-16 units, never within a sign. */
  readonly cursor: number;
}

export const EMPTY: TextField = { text: "", cursor: 0 };

export const fieldOf = (text: string): TextField => ({ text, cursor: text.length });

/** The field after a key; `undefined` where the key is none for it. Line ends that are pasted become blanks unless it may have lines. */
export function editField(field: TextField, press: KeyPress, { hasLines = false } = {}): TextField | undefined {
  const typed = typedBy(press).replaceAll(/\r\n?/g, "\n");
  if (typed) return insert(field, hasLines ? typed : typed.replaceAll("\n", " "));
  const { text, cursor } = field;
  switch (keyOf(press)) {
    case "left":
    case "ctrl+b":
      return { text, cursor: before(text, cursor) };
    case "right":
    case "ctrl+f":
      return { text, cursor: after(text, cursor) };
    case "home":
    case "ctrl+a":
      return { text, cursor: 0 };
    case "end":
    case "ctrl+e":
      return fieldOf(text);
    case "alt+left":
    case "alt+b":
    case "ctrl+left":
      return { text, cursor: wordBefore(text, cursor) };
    case "alt+right":
    case "alt+f":
    case "ctrl+right":
      return { text, cursor: wordAfter(text, cursor) };
    case "backspace":
    case "ctrl+h":
      return without(field, before(text, cursor), cursor);
    case "delete":
      return without(field, cursor, after(text, cursor));
    case "ctrl+w":
    case "alt+backspace":
    case "ctrl+backspace":
      return without(field, wordBefore(text, cursor), cursor);
    case "ctrl+u":
      return without(field, 0, cursor);
    case "ctrl+k":
      return without(field, cursor, text.length);
    default:
      return undefined;
  }
}

/** The signs of a text as people see them. */
export function signsOf(text: string): readonly string[] {
  return Array.from(segmenter().segment(text), ({ segment }) => segment);
}

let made: Intl.Segmenter | undefined;

function segmenter(): Intl.Segmenter {
  made ??= new Intl.Segmenter();
  return made;
}

function keyOf({ name, ctrl, alt }: KeyPress): string {
  return `${ctrl ? "ctrl+" : ""}${alt ? "alt+" : ""}${name}`;
}

function insert({ text, cursor }: TextField, typed: string): TextField {
  return { text: text.slice(0, cursor) + typed + text.slice(cursor), cursor: cursor + typed.length };
}

function without({ text }: TextField, from: number, to: number): TextField {
  return { text: text.slice(0, from) + text.slice(to), cursor: from };
}

function before(text: string, cursor: number): number {
  return cursor - (signsOf(text.slice(0, cursor)).at(-1)?.length ?? 0);
}

function after(text: string, cursor: number): number {
  return cursor + (signsOf(text.slice(cursor))[0]?.length ?? 0);
}

function wordBefore(text: string, cursor: number): number {
  return text.slice(0, cursor).replace(/[\p{L}\p{N}\p{M}_]*[^\p{L}\p{N}\p{M}_]*$/u, "").length;
}

function wordAfter(text: string, cursor: number): number {
  return cursor + (/^[^\p{L}\p{N}\p{M}_]*[\p{L}\p{N}\p{M}_]*/u.exec(text.slice(cursor))?.[0].length ?? 0);
}
