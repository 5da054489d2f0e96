/** The piece of the text that an operator works on. */
import type { Buffer } from "../buffer.ts";
import { lineEnd, lineStart, nextUnit, previousUnit } from "../units.ts";
import { classAt, type Find, firstSign, type Moved, runMotion } from "./motions.ts";
import { findObject } from "./objects.ts";
import type { Command } from "./parse.ts";

export interface Range {
  readonly from: number;
  readonly to: number;
  /** Whole lines; `to` is then the end of the last one, its line end left out. */
  readonly isLines: boolean;
  /** Where the cursor goes that only looked. */
  readonly cursor: number;
}

export function linesFrom({ text, cursor }: Buffer, count: number): Range {
  const from = lineStart(text, cursor);
  let to = lineEnd(text, cursor);
  for (let left = count - 1; left > 0 && to < text.length; left--) to = lineEnd(text, to + 1);
  return { from, to, isLines: true, cursor };
}

export function visualRange(buffer: Buffer, start: number, isLines: boolean): Range {
  const { text, cursor, chips } = buffer;
  const [first, last] = [Math.min(start, cursor), Math.max(start, cursor)];
  if (isLines) return { from: lineStart(text, first), to: lineEnd(text, last), isLines, cursor: first };
  return { from: first, to: nextUnit(text, last, chips), isLines, cursor: first };
}

export function rangeOf(command: Command, buffer: Buffer, lastFind: Find | undefined): Range | undefined {
  const { target, operator, count = 1 } = command;
  const { cursor } = buffer;
  if (!target) return undefined;
  if (target.kind === "lines") return linesFrom(buffer, count);
  if (target.kind === "object") {
    const span = findObject(target.object, target.isAround, buffer, count);
    return span && { isLines: false, ...span, cursor: span.from };
  }
  const isWord = target.motion === "w" || target.motion === "W";
  if (isWord && operator === "c") {
    const changed = changedWord(buffer, target.motion === "W", count);
    if (changed !== undefined) return { from: cursor, to: changed, isLines: false, cursor };
  }
  const context = { count: command.count, sign: target.sign, lastFind, isOperated: true };
  const moved = runMotion(target.motion, buffer, context);
  if (!moved) return undefined;
  if (moved.isLines) return betweenLines(buffer, moved);
  return between(buffer, moved, isWord);
}

/** To the end of the word, and not of the blanks behind it. */
function changedWord(buffer: Buffer, isBig: boolean, count: number): number | undefined {
  const { text, cursor, chips } = buffer;
  const kind = classAt(buffer, cursor, isBig);
  if (kind !== "word" && kind !== "sign") return undefined;
  let to = cursor;
  while (to < text.length && classAt(buffer, to, isBig) === kind) to = nextUnit(text, to, chips);
  if (count === 1) return to;
  const last = { ...buffer, cursor: previousUnit(text, to, chips) };
  const moved = runMotion(isBig ? "E" : "e", last, { count: count - 1, isOperated: true });
  return moved ? nextUnit(text, moved.to, chips) : to;
}

function betweenLines({ text, cursor }: Buffer, { to }: Moved): Range {
  const [first, last] = [Math.min(to, cursor), Math.max(to, cursor)];
  return { from: lineStart(text, first), to: lineEnd(text, last), isLines: true, cursor: Math.min(to, cursor) };
}

function between({ text, cursor, chips }: Buffer, { to, isInclusive }: Moved, isWord: boolean): Range | undefined {
  const from = Math.min(to, cursor);
  let end = Math.max(to, cursor);
  if (isInclusive) end = nextUnit(text, end, chips);
  else if (isWord && text.slice(from, end).includes("\n")) {
    // The last word stood at the end of its line: the line end stays.
    const kept = text.slice(from, end).replace(/\n[ \t]*$/, "");
    end = from + (kept === "" ? end - from : kept.length);
  } else if (end > from && end === lineStart(text, end) && lineStart(text, from) !== end && to > cursor) {
    // What ends before the first column ends with the line before, and takes whole lines if it began at the beginning of one.
    end -= 1;
    if (from <= firstSign(text, from) && end > from) {
      return { from: lineStart(text, from), to: end, isLines: true, cursor: from };
    }
  }
  return from === end ? undefined : { from, to: end, isLines: false, cursor: from };
}
