import { columnsOf } from "./cells.ts";
import type { PaintOptions } from "./line.ts";
import { type Span, spansWidth, textOf, withoutEscapes, wrapSpans } from "./spans.ts";

export type Cell = readonly Span[];
export type Row = readonly Cell[];
type Align = "left" | "right" | "center";

/** Columns of a table as wide as they would like to be. */
export interface Columns {
  readonly head: Row | undefined;
  readonly wanted: readonly number[];
  readonly aligns?: readonly (Align | undefined)[];
}

/** Between two columns: with a bar under a head, else blanks alone. */
const GAP = 3;
const PLAIN_GAP = 2;
/** Columns narrower than this break words into pieces; rows are then shown as names and values. */
const NARROWEST = 6;

/** A whole table. */
export function paintTable(head: Row | undefined, rows: readonly Row[], options: PaintOptions): string[] {
  const columns: Columns = { head, wanted: wantedWidths(head, rows) };
  return [...headLines(columns, options), ...rows.flatMap((row, at) => rowLines(columns, row, at, options))];
}

export function wantedWidths(head: Row | undefined, rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const row of head ? [head, ...rows] : rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 1, spansWidth(cell));
  }
  return widths;
}

export function headLines(columns: Columns, options: PaintOptions): string[] {
  const widths = sharedOut(columns, options.width);
  if (!columns.head || !widths) return [];
  return [...cellLines(columns.head, widths, columns, options), rule(widths, options)];
}

/** A row; where cells are broken, a line stands between two rows, if there is a head. */
export function rowLines(columns: Columns, row: Row, at: number, options: PaintOptions): string[] {
  const widths = sharedOut(columns, options.width);
  if (!widths) return fieldLines(columns, row, at, options);
  const isBroken =
    columns.head !== undefined && widths.some((width, column) => width < (columns.wanted[column] as number));
  const lines = cellLines(row, widths, columns, options);
  return isBroken && at > 0 ? [rule(widths, options), ...lines] : lines;
}

function rule(widths: readonly number[], { theme }: PaintOptions): string {
  return theme.style("border", widths.map((width) => "─".repeat(width)).join("─┼─"));
}

function cellLines(row: Row, widths: readonly number[], { aligns, head }: Columns, { theme }: PaintOptions): string[] {
  const cells = widths.map((width, column) => wrapCell(row[column] ?? [], width));
  const between = head ? ` ${theme.style("border", "│")} ` : " ".repeat(PLAIN_GAP);
  return Array.from({ length: Math.max(...cells.map((lines) => lines.length)) }, (_, line) =>
    widths
      .map((width, column) => {
        const { text, columns } = cells[column]?.[line] ?? { text: "", columns: 0 };
        return aligned(text, width - columns, aligns?.[column], column === widths.length - 1);
      })
      .join(between)
      .trimEnd(),
  );
}

function wrapCell(cell: Cell, width: number): { text: string; columns: number }[] {
  if (spansWidth(cell) <= width) return [{ text: wrapSpans(cell, width)[0] ?? "", columns: spansWidth(cell) }];
  return wrapSpans(cell, width).map((text) => ({ text, columns: columnsOf(withoutEscapes(text)) }));
}

function aligned(text: string, spare: number, align: Align | undefined, isLast: boolean): string {
  const left = align === "right" ? spare : align === "center" ? Math.floor(spare / 2) : 0;
  return " ".repeat(Math.max(left, 0)) + text + (isLast ? "" : " ".repeat(Math.max(spare - left, 0)));
}

/** How wide each column is so that all fit; `undefined` if there is too little for all. */
function sharedOut({ wanted, head }: Columns, width: number): readonly number[] | undefined {
  const available = width - (head ? GAP : PLAIN_GAP) * (wanted.length - 1);
  const sum = (widths: readonly number[]) => widths.reduce((total, one) => total + one, 0);
  if (sum(wanted) <= available) return wanted;
  // Narrow columns keep what they want, and the wide ones share the rest.
  let share = Math.floor(available / wanted.length);
  for (let round = 0; round < wanted.length; round++) {
    const wide = wanted.filter((one) => one > share);
    const next = Math.floor((available - sum(wanted.filter((one) => one <= share))) / wide.length);
    if (next <= share) break;
    share = next;
  }
  if (share < NARROWEST) return undefined;
  return wanted.map((one) => Math.min(one, share));
}

function fieldLines({ head }: Columns, row: Row, at: number, { theme, width }: PaintOptions): string[] {
  const lines = row.flatMap((cell, column) => {
    const name = head ? textOf(head[column] ?? []) : "";
    const label: Span[] = name === "" ? [] : [{ text: `${name}: `, style: theme.styleOf("dim") }];
    return spansWidth(cell) === 0 ? [] : wrapSpans([...label, ...cell], width);
  });
  return at > 0 ? ["", ...lines] : lines;
}
