/** Texts of others: every sign of them seen, every line of them behind a mark, nothing of them lost where a line is broken. */
import { exactText } from "gantry/sdk/kit/question";
import type { Theme, Token } from "../paint/theme.ts";
import { width } from "../paint/width.ts";
import { signsOf, type TextField } from "./text-field.ts";

const MARK = "  │ ";
const REST = "  ┆ ";

export interface ForeignOptions {
  readonly width: number;
  readonly theme: Theme;
  readonly token?: Token;
}

/** A text of somebody else as lines for the screen. */
export function foreignLines(text: string | readonly string[], options: ForeignOptions): readonly string[] {
  const { theme, token = "text" } = options;
  const lines = typeof text === "string" ? text.split("\n") : text;
  return lines.flatMap((line) =>
    broken(exactText(line).replaceAll("\n", "<U+000A>"), options.width - MARK.length).map(
      (piece, index) => theme.style("border", index ? REST : MARK) + theme.style(token, piece),
    ),
  );
}

/** Lines that have been painted already, such as blocks: behind the mark. */
export function markedLines(painted: readonly string[], theme: Theme): readonly string[] {
  return painted.map((line) => theme.style("border", MARK) + line);
}

/** How many columns a mark takes. */
export const MARK_WIDTH = MARK.length;

/** A text of somebody else within a line of ours. */
export function foreignWord(text: string): string {
  return exactText(text).replaceAll("\n", " ").replaceAll("\t", " ");
}

/** A line in pieces of so many columns, without losing a sign. */
export function broken(line: string, columns: number): readonly string[] {
  const most = Math.max(1, columns);
  const text = line.replaceAll("\t", "    ");
  if (/^[\x20-\x7e]*$/.test(text)) return text === "" ? [""] : (text.match(new RegExp(`.{1,${most}}`, "g")) ?? []);
  const pieces: string[] = [];
  let piece = "";
  let used = 0;
  for (const sign of signsOf(text)) {
    const wide = width(sign);
    if (used + wide > most && piece) {
      pieces.push(piece);
      piece = "";
      used = 0;
    }
    piece += sign;
    used += wide;
  }
  return [...pieces, piece];
}

/** A text that is being typed, with the place where the next sign goes. */
export function typedLines(
  field: TextField,
  { width: columns, theme, isFocused = true }: ForeignOptions & { readonly isFocused?: boolean },
): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  let at = 0;
  const put = (sign: string, isCursor: boolean) => {
    const wide = width(sign);
    if (used + wide > columns && line) turn();
    line += isCursor && isFocused ? theme.style("text", sign, { inverse: true }) : theme.style("text", sign);
    used += wide;
  };
  const turn = () => {
    lines.push(line);
    line = "";
    used = 0;
  };
  for (const sign of signsOf(field.text)) {
    const isCursor = at === field.cursor;
    at += sign.length;
    if (sign === "\n") {
      if (isCursor) put(" ", true);
      turn();
    } else {
      for (const [index, one] of signsOf(exactText(sign).replaceAll("\t", " ")).entries()) put(one, isCursor && !index);
    }
  }
  if (field.cursor >= at) put(isFocused && theme.depth === 0 ? "▏" : " ", true);
  return [...lines, line];
}
