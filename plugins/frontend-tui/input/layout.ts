/** A text as rows of a screen: soft-wrapped between words, with signs of two columns. */
import { visible } from "gantry/sdk/kit/visible";
import { width } from "../paint/width.ts";
import { nextUnit } from "./units.ts";

/** A row: the piece of the text from `from` to `to`, line end left out. */
export interface Row {
  readonly from: number;
  readonly to: number;
  /** It ends because the line does, not because the screen does. */
  readonly isLast: boolean;
}

/** Columns of one unit: a tab is shown as four blanks, and what has no ink is written out. */
export function columnsOf(unit: string): number {
  if (unit.length === 1) {
    const code = unit.charCodeAt(0);
    if (code >= 0x20 && code < 0x7f) return 1;
  }
  return width(shownUnit(unit));
}

/** What stands on the screen for a unit. */
export function shownUnit(unit: string): string {
  return unit === "\t" ? "    " : visible(unit);
}

export function layOut(text: string, columns: number, chips: readonly string[] = []): readonly Row[] {
  const rows: Row[] = [];
  let begin = 0;
  for (;;) {
    const found = text.indexOf("\n", begin);
    const end = found < 0 ? text.length : found;
    wrapLine(text, begin, end, Math.max(2, columns), chips, rows);
    if (found < 0) return rows;
    begin = found + 1;
  }
}

function wrapLine(text: string, begin: number, end: number, columns: number, chips: readonly string[], rows: Row[]) {
  let from = begin;
  let used = 0;
  /** Behind the last blank of the row: where it may be broken. */
  let breakAt = begin;
  for (let at = begin; at < end; ) {
    const next = Math.min(end, nextUnit(text, at, chips));
    const unit = text.slice(at, next);
    const wide = columnsOf(unit);
    if (used + wide > columns && at > from) {
      const isBlank = unit === " ";
      // A blank that does not fit hangs over the edge.
      const to = breakAt > from && !isBlank ? breakAt : at;
      rows.push({ from, to, isLast: false });
      from = to;
      breakAt = from;
      used = columnsIn(text, from, at, chips);
    }
    used += wide;
    if (unit === " " || unit === "\t") breakAt = next;
    at = next;
  }
  rows.push({ from, to: end, isLast: true });
}

export function columnsIn(text: string, from: number, to: number, chips: readonly string[] = []): number {
  let all = 0;
  for (let at = from; at < to; ) {
    const next = Math.min(to, nextUnit(text, at, chips));
    all += columnsOf(text.slice(at, next));
    at = next;
  }
  return all;
}

/** The row that a place is in. A place where a row was broken belongs to the next one. */
export function rowOf(rows: readonly Row[], place: number): number {
  let [low, high] = [0, rows.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows[middle]?.from ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The place in a row that is nearest to a column. */
export function placeIn(text: string, row: Row, column: number, chips: readonly string[] = []): number {
  let used = 0;
  let at = row.from;
  while (at < row.to) {
    const next = Math.min(row.to, nextUnit(text, at, chips));
    const wide = columnsOf(text.slice(at, next));
    if (used + wide > column) return at;
    // The end of a broken row is the beginning of the next one.
    if (next === row.to && !row.isLast) return at;
    used += wide;
    at = next;
  }
  return at;
}

/** One row up or down, in the same column if there is one; `undefined` at the first and the last. */
export function vertical(
  buffer: { readonly text: string; readonly cursor: number; readonly chips: readonly string[]; readonly goal?: number },
  rows: readonly Row[],
  by: number,
): { readonly place: number; readonly goal: number } | undefined {
  const { text, cursor, chips } = buffer;
  const at = rowOf(rows, cursor);
  const row = rows[at + by];
  const current = rows[at];
  if (!row || !current) return undefined;
  const goal = buffer.goal ?? columnsIn(text, current.from, cursor, chips);
  return { place: placeIn(text, row, goal, chips), goal };
}
