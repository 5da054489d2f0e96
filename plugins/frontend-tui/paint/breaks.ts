import { type Cells, cellsOf, isAscii } from "./cells.ts";

/** A part of a text, in code units. */
export type Range = readonly [start: number, end: number];

/**
 * Where a text without escapes, tabs and line ends breaks so that no line is wider than `columns`: at blanks, which go; beside wide
 * signs; and in words that are wider than a line.
 */
export function breakText(text: string, columns: number): Range[] {
  // A wide sign needs two, so that there is always something that fits.
  const most = Math.max(columns, 2);
  if (isAscii(text)) return text.length <= columns ? [[0, text.length]] : breakAscii(text, Math.max(columns, 1));
  return breakCells(text, cellsOf(text), most);
}

/** The end of what fits into `columns` from the start of the text. */
export function fitting(text: string, columns: number): number {
  if (isAscii(text)) return Math.min(text.length, Math.max(columns, 0));
  const { ends, widths } = cellsOf(text);
  let used = 0;
  for (const [at, width] of widths.entries()) {
    used += width;
    if (used > columns) return at === 0 ? 0 : (ends[at - 1] as number);
  }
  return text.length;
}

function breakAscii(text: string, columns: number): Range[] {
  const lines: Range[] = [];
  let start = 0;
  while (text.length - start > columns) {
    const edge = start + columns;
    const blank = text.lastIndexOf(" ", edge);
    const end = blank > start ? endOfInk(text, start, blank) : start;
    if (end > start) {
      lines.push([start, end]);
      start = afterBlanks(text, end);
    } else {
      lines.push([start, edge]);
      start = edge;
    }
  }
  if (start < text.length || lines.length === 0) lines.push([start, text.length]);
  return lines;
}

function breakCells(text: string, { ends, widths }: Cells, columns: number): Range[] {
  const lines: Range[] = [];
  const startOf = (cell: number) => (cell === 0 ? 0 : (ends[cell - 1] as number));
  const isBlank = (cell: number) => text[startOf(cell)] === " " && ends[cell] === startOf(cell) + 1;
  let first = 0;
  let used = 0;
  let mayBreak = 0;
  const endLine = (cell: number) => {
    lines.push([startOf(first), endOfInk(text, startOf(first), startOf(cell)) || startOf(cell)]);
    first = cell;
    while (first < ends.length && isBlank(first)) first++;
    mayBreak = first;
  };
  for (let cell = 0; cell < ends.length; cell++) {
    const width = widths[cell] as number;
    if (cell > first && isBreak(cell)) mayBreak = cell;
    if (used + width > columns && cell > first) {
      const hasInk = endOfInk(text, startOf(first), startOf(mayBreak)) > startOf(first);
      endLine(mayBreak > first && hasInk ? mayBreak : cell);
      cell = first - 1;
      used = 0;
      continue;
    }
    used += width;
  }
  if (first < ends.length || lines.length === 0) lines.push([startOf(first), text.length]);
  return lines;

  function isBreak(cell: number): boolean {
    if (isBlank(cell) !== isBlank(cell - 1)) return true;
    return !isBlank(cell) && (widths[cell] === 2 || widths[cell - 1] === 2);
  }
}

/** Where the ink before `end` ends; `start` if there is none. */
function endOfInk(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && text[at - 1] === " ") at--;
  return at;
}

function afterBlanks(text: string, start: number): number {
  let at = start;
  while (text[at] === " ") at++;
  return at;
}
