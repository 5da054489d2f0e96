import { breakText, fitting } from "./breaks.ts";
import { columnsOf } from "./cells.ts";

/** The escapes that begin and end a look. Ends undo just what was begun, so that what stands around keeps its own. */
export interface Style {
  readonly open: string;
  readonly close: string;
}

/** A piece of a line that looks the same: text without controls, tabs and line ends. */
export interface Span {
  readonly text: string;
  readonly style: Style;
  /** An address that has been checked. */
  readonly link?: string | undefined;
}

export const PLAIN: Style = { open: "", close: "" };

export function textOf(spans: readonly Span[]): string {
  let all = "";
  for (const { text } of spans) all += text;
  return all;
}

export const spansWidth = (spans: readonly Span[]): number => columnsOf(textOf(spans));

/** Both looks at once. */
export function bothStyles(outer: Style, inner: Style): Style {
  return { open: outer.open + inner.open, close: inner.close + outer.close };
}

/** The part of the spans between two offsets, as a text with escapes that are all closed at its end. */
export function painted(spans: readonly Span[], start = 0, end = Number.POSITIVE_INFINITY): string {
  let line = "";
  let at = 0;
  for (const { text, style, link } of spans) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, text.length);
    at += text.length;
    if (to <= from) continue;
    const part = style.open + text.slice(from, to) + style.close;
    line += link === undefined ? part : `\u001b]8;;${link}\u001b\\${part}\u001b]8;;\u001b\\`;
  }
  return line;
}

/** The spans as lines that are no wider than `columns`. */
export function wrapSpans(spans: readonly Span[], columns: number): string[] {
  return breakText(textOf(spans), columns).map(([start, end]) => painted(spans, start, end));
}

/** The spans as one line, cut with … where they are wider. */
export function cutSpans(spans: readonly Span[], columns: number): string {
  const text = textOf(spans);
  if (columnsOf(text) <= columns) return painted(spans);
  if (columns < 1) return "";
  const end = fitting(text, columns - 1);
  let at = 0;
  const last = spans.find((span) => {
    at += span.text.length;
    return at > end;
  });
  const style = last?.style ?? PLAIN;
  return `${painted(spans, 0, end)}${style.open}…${style.close}`;
}

/** Spans cut at the line feeds in them. */
export function linesOf(spans: readonly Span[]): (readonly Span[])[] {
  if (!spans.some(({ text }) => text.includes("\n"))) return [spans];
  const lines: Span[][] = [[]];
  for (const span of spans) {
    const [first = "", ...rest] = span.text.split("\n");
    lines.at(-1)?.push({ ...span, text: first });
    for (const text of rest) lines.push([{ ...span, text }]);
  }
  return lines;
}

const ESC = "\u001b";
const PAINTED = new RegExp(`${ESC}(?:\\[[0-9;]*m|\\]8;;[^${ESC}]*${ESC}\\\\)`, "g");

/** What {@link painted} made, without its escapes. */
export function withoutEscapes(line: string): string {
  return line.includes("\u001b") ? line.replace(PAINTED, "") : line;
}
