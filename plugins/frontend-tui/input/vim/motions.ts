/** Where motions lead. */
import type { Buffer } from "../buffer.ts";
import { lineEnd, lineStart, nextUnit, previousUnit } from "../units.ts";

/** Where a motion ends, and how much an operator takes on the way. */
export interface Moved {
  readonly to: number;
  readonly isLines?: boolean;
  /** The sign at the end belongs to it. */
  readonly isInclusive?: boolean;
  readonly goal?: number;
}

export interface Find {
  readonly motion: string;
  readonly sign: string;
}

export interface MotionContext {
  readonly count: number | undefined;
  readonly sign?: string | undefined;
  readonly lastFind?: Find | undefined;
  readonly isOperated: boolean;
}

type Text = Pick<Buffer, "text" | "chips">;
type Class = "blank" | "word" | "sign" | "empty";

const OPPOSITE: Readonly<Record<string, string>> = { f: "F", F: "f", t: "T", T: "t" };
const PAIRS = "()[]{}";
const BLANK = /\s/;
const WORD = /[\p{L}\p{N}\p{M}_]/u;

/** `undefined`: it leads nowhere. */
export function runMotion(motion: string, buffer: Buffer, context: MotionContext): Moved | undefined {
  const { text, cursor } = buffer;
  const count = context.count ?? 1;
  switch (motion) {
    case "h":
    case "left":
    case "backspace":
      return step(cursor, count, (at) => Math.max(lineStart(text, cursor), previousUnit(text, at, buffer.chips)));
    case "l":
    case "right":
    case "space":
      return right(buffer, count, context.isOperated);
    case "j":
      return lines(buffer, count);
    case "k":
      return lines(buffer, -count);
    case "w":
    case "W":
      return { to: repeat(cursor, count, (at) => nextWord(buffer, at, motion === "W")) };
    case "b":
    case "B":
      return step(cursor, count, (at) => previousWord(buffer, at, motion === "B"));
    case "e":
    case "E":
      return { to: repeat(cursor, count, (at) => wordEnd(buffer, at, motion === "E")), isInclusive: true };
    case "ge":
      return { to: repeat(cursor, count, (at) => previousEnd(buffer, at)), isInclusive: true };
    case "0":
    case "home":
      return { to: lineStart(text, cursor) };
    case "^":
      return { to: firstSign(text, cursor) };
    case "$":
    case "end":
      return lineEnding(buffer, count);
    case "g_":
      return { to: lastSign(buffer), isInclusive: true };
    case "gg":
      return { to: firstSign(text, lineAt(text, context.count ?? 1)), isLines: true };
    case "G":
      return {
        to: firstSign(text, context.count ? lineAt(text, context.count) : lineStart(text, text.length)),
        isLines: true,
      };
    case "{":
      return { to: repeat(cursor, count, (at) => paragraph(text, at, -1)) };
    case "}":
      return { to: repeat(cursor, count, (at) => paragraph(text, at, 1)) };
    case "%":
      return pair(text, cursor);
    case ";":
      return context.lastFind && find(buffer, context.lastFind, count, true);
    case ",": {
      const { lastFind } = context;
      return lastFind && find(buffer, { ...lastFind, motion: OPPOSITE[lastFind.motion] ?? "f" }, count, true);
    }
    default:
      return context.sign === undefined ? undefined : find(buffer, { motion, sign: context.sign }, count, false);
  }
}

function repeat(from: number, count: number, next: (at: number) => number): number {
  let at = from;
  for (let n = 0; n < count; n++) {
    const to = next(at);
    if (to === at) break;
    at = to;
  }
  return at;
}

function step(from: number, count: number, next: (at: number) => number): Moved | undefined {
  const to = repeat(from, count, next);
  return to === from ? undefined : { to };
}

function right({ text, cursor, chips }: Buffer, count: number, isOperated: boolean): Moved | undefined {
  const end = lineEnd(text, cursor);
  const last = isOperated || end === lineStart(text, cursor) ? end : previousUnit(text, end, chips);
  return step(cursor, count, (at) => Math.min(last, nextUnit(text, at, chips)));
}

/** In the same column, counted in units, as far as the line has one. */
function lines({ text, cursor, chips, goal: kept }: Buffer, by: number): Moved | undefined {
  let start = lineStart(text, cursor);
  const goal = kept ?? unitsBetween(text, start, cursor, chips);
  for (let left = Math.abs(by); left > 0; left--) {
    if (by > 0) {
      const end = lineEnd(text, start);
      if (end >= text.length) return undefined;
      start = end + 1;
    } else {
      if (start === 0) return undefined;
      start = lineStart(text, start - 1);
    }
  }
  const end = lineEnd(text, start);
  let to = start;
  for (let n = 0; n < goal && to < end; n++) to = nextUnit(text, to, chips);
  return { to, isLines: true, goal };
}

function unitsBetween(text: string, from: number, to: number, chips: readonly string[]): number {
  let units = 0;
  for (let at = from; at < to; at = nextUnit(text, at, chips)) units++;
  return units;
}

function lineEnding({ text, cursor, chips }: Buffer, count: number): Moved | undefined {
  let end = lineEnd(text, cursor);
  for (let left = count - 1; left > 0; left--) {
    if (end >= text.length) return undefined;
    end = lineEnd(text, end + 1);
  }
  const isEmpty = lineStart(text, end) === end;
  return { to: isEmpty ? end : previousUnit(text, end, chips), isInclusive: !isEmpty, goal: Number.MAX_SAFE_INTEGER };
}

// ---------------------------------------------------------------- words

export function classAt({ text, chips }: Text, at: number, isBig: boolean): Class {
  const unit = text.slice(at, nextUnit(text, at, chips));
  if (unit === "\n") return text[at - 1] === "\n" || at === 0 ? "empty" : "blank";
  if (unit === "" || BLANK.test(unit[0] ?? "")) return "blank";
  return isBig || WORD.test(unit) ? "word" : "sign";
}

function nextWord(buffer: Text, from: number, isBig: boolean): number {
  const { text, chips } = buffer;
  const began = classAt(buffer, from, isBig);
  let at = from;
  if (began === "word" || began === "sign") {
    while (at < text.length && classAt(buffer, at, isBig) === began) at = nextUnit(text, at, chips);
  } else if (began === "empty") at = nextUnit(text, at, chips);
  while (at < text.length && classAt(buffer, at, isBig) === "blank") at = nextUnit(text, at, chips);
  return at;
}

function previousWord(buffer: Text, from: number, isBig: boolean): number {
  const { text, chips } = buffer;
  let at = from;
  do {
    if (at === 0) return 0;
    at = previousUnit(text, at, chips);
  } while (classAt(buffer, at, isBig) === "blank" && at > 0);
  const kind = classAt(buffer, at, isBig);
  if (kind === "empty" || kind === "blank") return at;
  for (let before = previousUnit(text, at, chips); at > 0 && classAt(buffer, before, isBig) === kind; ) {
    at = before;
    before = previousUnit(text, at, chips);
  }
  return at;
}

function wordEnd(buffer: Text, from: number, isBig: boolean): number {
  const { text, chips } = buffer;
  let at = nextUnit(text, from, chips);
  const isBlank = (place: number) => !/word|sign/.test(classAt(buffer, place, isBig));
  while (at < text.length && isBlank(at)) at = nextUnit(text, at, chips);
  if (at >= text.length) return text.length === 0 ? 0 : Math.max(from, previousUnit(text, text.length, chips));
  const kind = classAt(buffer, at, isBig);
  for (;;) {
    const next = nextUnit(text, at, chips);
    if (next >= text.length || classAt(buffer, next, isBig) !== kind) return at;
    at = next;
  }
}

function previousEnd(buffer: Text, from: number): number {
  const { text, chips } = buffer;
  const kind = classAt(buffer, from, false);
  let at = from;
  while (at > 0 && kind !== "blank" && classAt(buffer, at, false) === kind) at = previousUnit(text, at, chips);
  while (at > 0 && classAt(buffer, at, false) === "blank") at = previousUnit(text, at, chips);
  return at;
}

// ---------------------------------------------------------------- lines

export function firstSign(text: string, at: number): number {
  const start = lineStart(text, at);
  const end = lineEnd(text, at);
  const indent = /^[ \t]*/.exec(text.slice(start, end))?.[0].length ?? 0;
  return start + indent === end && end > start ? end - 1 : start + indent;
}

function lastSign({ text, cursor, chips }: Buffer): number {
  const start = lineStart(text, cursor);
  const length = text.slice(start, lineEnd(text, cursor)).trimEnd().length;
  return length ? previousUnit(text, start + length, chips) : start;
}

function lineAt(text: string, number: number): number {
  let start = 0;
  for (let left = number - 1; left > 0; left--) {
    const end = text.indexOf("\n", start);
    if (end < 0) break;
    start = end + 1;
  }
  return start;
}

function paragraph(text: string, from: number, by: 1 | -1): number {
  const isEmpty = (start: number) => text[start] === "\n" || start >= text.length;
  let start = lineStart(text, from);
  let hasText = !isEmpty(start);
  for (;;) {
    if (by > 0) {
      const end = lineEnd(text, start);
      if (end >= text.length) return Math.max(0, text.length);
      start = end + 1;
    } else {
      if (start === 0) return 0;
      start = lineStart(text, start - 1);
    }
    if (isEmpty(start) && hasText) return start;
    hasText ||= !isEmpty(start);
  }
}

// ---------------------------------------------------------------- signs

function find(
  { text, cursor, chips }: Buffer,
  { motion, sign }: Find,
  count: number,
  isAgain: boolean,
): Moved | undefined {
  const isBack = motion === "F" || motion === "T";
  const isTill = motion === "t" || motion === "T";
  const [start, end] = [lineStart(text, cursor), lineEnd(text, cursor)];
  let at = cursor;
  // Else it would stay before the sign that it stands before.
  if (isAgain && isTill && count === 1) at = isBack ? previousUnit(text, at, chips) : nextUnit(text, at, chips);
  for (let left = count; left > 0; left--) {
    at = isBack ? (at > start ? text.lastIndexOf(sign, at - 1) : -1) : text.indexOf(sign, nextUnit(text, at, chips));
    if (at < start || at >= end) return undefined;
  }
  const to = isTill ? (isBack ? nextUnit(text, at, chips) : previousUnit(text, at, chips)) : at;
  return { to, isInclusive: !isBack };
}

function pair(text: string, cursor: number): Moved | undefined {
  const end = lineEnd(text, cursor);
  let from = cursor;
  while (from < end && !PAIRS.includes(text[from] ?? " ")) from++;
  if (from >= end) return undefined;
  const to = partner(text, from);
  return to === undefined ? undefined : { to, isInclusive: true };
}

/** The bracket that belongs to the one at a place. */
export function partner(text: string, from: number): number | undefined {
  const index = PAIRS.indexOf(text[from] ?? " ");
  const [own, other] = [PAIRS[index], PAIRS[index ^ 1]];
  const by = index % 2 === 0 ? 1 : -1;
  let depth = 0;
  for (let at = from; at >= 0 && at < text.length; at += by) {
    if (text[at] === own) depth++;
    else if (text[at] === other && --depth === 0) return at;
  }
  return undefined;
}
