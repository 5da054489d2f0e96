/** Text objects: words, quotes and brackets, with or without what is around them. */
import type { Buffer } from "../buffer.ts";
import { lineEnd, lineStart, nextUnit, previousUnit } from "../units.ts";
import { classAt } from "./motions.ts";

/** From its first sign to behind its last one. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** Whole lines, between brackets that stand on lines of their own. */
  readonly isLines?: boolean;
}

const BRACKETS: Readonly<Record<string, string>> = {
  "(": "()",
  ")": "()",
  b: "()",
  "[": "[]",
  "]": "[]",
  "{": "{}",
  "}": "{}",
  B: "{}",
  "<": "<>",
  ">": "<>",
};

export function findObject(object: string, isAround: boolean, buffer: Buffer, count: number): Span | undefined {
  if (object === "w" || object === "W") return word(buffer, isAround, object === "W", count);
  const brackets = BRACKETS[object];
  return brackets ? bracketed(buffer, brackets, isAround, count) : quoted(buffer, object, isAround);
}

function word(buffer: Buffer, isAround: boolean, isBig: boolean, count: number): Span | undefined {
  const { text, cursor, chips } = buffer;
  const [start, end] = [lineStart(text, cursor), lineEnd(text, cursor)];
  if (start === end) return { from: cursor, to: cursor };
  const run = (from: number) => {
    const kind = classAt(buffer, from, isBig);
    let to = from;
    while (to < end && classAt(buffer, to, isBig) === kind) to = nextUnit(text, to, chips);
    return to;
  };
  const isBlank = (at: number) => classAt(buffer, at, isBig) === "blank";
  let from = cursor;
  const kind = classAt(buffer, cursor, isBig);
  for (let before = previousUnit(text, from, chips); from > start && classAt(buffer, before, isBig) === kind; ) {
    from = before;
    before = previousUnit(text, from, chips);
  }
  let to = from;
  let hasBlank = isBlank(from);
  for (let left = count; left > 0 && to < end; left--) {
    to = run(to);
    if (!isAround || to >= end) continue;
    // A word and the blanks behind it, or blanks and the word behind them.
    if (isBlank(to) || hasBlank) {
      to = run(to);
      hasBlank = true;
    }
  }
  // No blank behind: then the one before, unless it is the indent.
  if (isAround && !hasBlank && from > start) {
    let before = from;
    while (before > start && isBlank(previousUnit(text, before, chips))) before = previousUnit(text, before, chips);
    if (before > start) from = before;
  }
  return { from, to };
}

function quoted({ text, cursor }: Buffer, quote: string, isAround: boolean): Span | undefined {
  const [start, end] = [lineStart(text, cursor), lineEnd(text, cursor)];
  const places: number[] = [];
  for (let at = start; at < end; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) places.push(at);
  }
  for (let index = 0; index + 1 < places.length; index += 2) {
    const [open = 0, close = 0] = [places[index], places[index + 1]];
    if (close < cursor) continue;
    if (!isAround) return { from: open + 1, to: close };
    const behind = /^[ \t]*/.exec(text.slice(close + 1, end))?.[0].length ?? 0;
    const before = behind ? 0 : (/[ \t]*$/.exec(text.slice(start, open))?.[0].length ?? 0);
    return { from: open - before, to: close + 1 + behind };
  }
  return undefined;
}

function bracketed({ text, cursor }: Buffer, brackets: string, isAround: boolean, count: number): Span | undefined {
  const [open = "(", close = ")"] = brackets;
  // On a closing bracket, the pair is its own.
  let depth = 0;
  let left = count;
  let from = text[cursor] === close ? cursor - 1 : cursor;
  for (; from >= 0; from--) {
    if (text[from] === close) depth++;
    else if (text[from] === open && depth > 0) depth--;
    else if (text[from] === open && --left === 0) break;
  }
  if (from < 0) return undefined;
  const to = closing(text, from, open, close);
  if (to === undefined) return undefined;
  if (isAround) return { from, to: to + 1 };
  // Brackets on lines of their own keep them.
  const isTall = text[from + 1] === "\n" && /\n[ \t]*$/.test(text.slice(from, to));
  if (!isTall) return { from: from + 1, to };
  return { from: from + 2, to: Math.max(from + 2, text.lastIndexOf("\n", to - 1)), isLines: true };
}

function closing(text: string, from: number, open: string, close: string): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === open) depth++;
    else if (text[at] === close && --depth === 0) return at;
  }
  return undefined;
}
