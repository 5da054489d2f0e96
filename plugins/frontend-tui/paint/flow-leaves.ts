/** How the blocks of markdown look. */
import { visible } from "gantry/sdk/kit/visible";
import { chopSpans, codeLine, startCode } from "./code.ts";
import type { Emit, Open, TableOpen } from "./flow-state.ts";
import { inlineSpans } from "./inline.ts";
import { type PaintOptions, span, spansWithoutTabs } from "./line.ts";
import { alignsOf, cellsOfRow, type ListMarker } from "./markdown-lines.ts";
import { linesOf, painted, type Span, wrapSpans } from "./spans.ts";
import { headLines, rowLines, wantedWidths } from "./table.ts";

type FenceOpen = Extract<Open, { kind: "fence" }>;

const WIDEST_RULE = 80;
const TAB = 4;
/** So many rows say how wide the columns are; later ones are given away as they come. */
const DECIDING_ROWS = 48;

export function narrower(options: PaintOptions, columns: number): PaintOptions {
  return { ...options, width: Math.max(options.width - columns, 2) };
}

export function paragraph(text: string, options: PaintOptions, emit: Emit): void {
  spansEmit(inlineSpans(text, options), options, emit);
}

export function heading(text: string, level: number, options: PaintOptions, emit: Emit): void {
  // Where there are no looks, the marks say what it is.
  const marks = options.theme.depth === 0 ? [span(`${"#".repeat(level)} `, "heading", options.theme)] : [];
  const spans = inlineSpans(text, options, "heading", { bold: true, underline: level === 1 });
  spansEmit([...marks, ...spans], options, emit);
}

export function rule({ theme, width }: PaintOptions, emit: Emit): void {
  emit(theme.style("border", "─".repeat(Math.min(width, WIDEST_RULE))));
}

export function plainCode(text: string, { theme, width }: PaintOptions, emit: Emit): void {
  for (const line of chopSpans(spansWithoutTabs([span(visible(text), "code", theme)], TAB), width)) emit(line);
}

export function fence(found: { indent: number; mark: string; info: string }, { theme }: PaintOptions): FenceOpen {
  return { kind: "fence", mark: found.mark, indent: found.indent, code: startCode(found.info, theme) };
}

export function fenceLine(open: FenceOpen, line: string, { theme, width }: PaintOptions, emit: Emit): FenceOpen {
  const text = open.indent > 0 ? line.replace(new RegExp(`^ {1,${open.indent}}`), "") : line;
  const { spans, state } = codeLine(open.code, text, theme);
  for (const row of chopSpans(spans, width)) emit(row);
  return { ...open, code: state };
}

/** A table whose head is the last line of a paragraph, and the lines before it. */
export function tableStart(
  text: string,
  line: string,
  options: PaintOptions,
): { before: string; open: TableOpen } | undefined {
  const aligns = alignsOf(line);
  if (!aligns) return undefined;
  const at = text.lastIndexOf("\n");
  const names = cellsOfRow(text.slice(at + 1));
  if (names.length !== aligns.length) return undefined;
  const head = names.map((name) => cellSpans(name, options, true));
  return { before: text.slice(0, Math.max(at, 0)), open: { kind: "table", head, aligns, rows: [], given: 0 } };
}

export function tableRow(open: TableOpen, line: string, options: PaintOptions, emit: Emit): TableOpen {
  const cells = cellsOfRow(line);
  const row = open.head.map((_, at) => cellSpans(cells[at] ?? "", options, false));
  const { wanted } = open;
  if (wanted) {
    for (const painted of rowLines({ ...open, wanted }, row, open.given, options)) emit(painted);
    return { ...open, given: open.given + 1 };
  }
  const rows = [...open.rows, row];
  return rows.length < DECIDING_ROWS ? { ...open, rows } : tableEnd({ ...open, rows }, options, emit);
}

/** Gives away the rows that wait. */
export function tableEnd(open: TableOpen, options: PaintOptions, emit: Emit): TableOpen {
  if (open.wanted) return open;
  const columns = { ...open, wanted: wantedWidths(open.head, open.rows) };
  for (const line of headLines(columns, options)) emit(line);
  for (const [at, row] of open.rows.entries()) for (const line of rowLines(columns, row, at, options)) emit(line);
  return { ...columns, rows: [], given: open.rows.length };
}

export interface Label {
  readonly text: string;
  readonly columns: number;
}

/** What stands before an item: its number, its box, or a bullet. */
export function itemLabel(marker: ListMarker, isDone: boolean | undefined, { theme }: PaintOptions): Label {
  const number = marker.isOrdered ? `${marker.number}${marker.mark} ` : "";
  const box = isDone === undefined ? "" : isDone ? "✓ " : "☐ ";
  const bullet = number === "" && box === "" ? "• " : "";
  const text = painted([span(number + bullet, "dim", theme), span(box, isDone ? "good" : "dim", theme)]);
  return { text, columns: number.length + bullet.length + box.length };
}

export function quoteEmit({ theme }: PaintOptions, emit: Emit): Emit {
  const bar = theme.style("border", "│");
  return (line) => emit(line === "" ? bar : `${bar} ${line}`);
}

function cellSpans(text: string, options: PaintOptions, isHead: boolean): Span[] {
  const spans = inlineSpans(text, options, "text", isHead ? { bold: true } : {});
  return spansWithoutTabs(spans.map((one) => ({ ...one, text: one.text.replaceAll("\n", " ") })));
}

function spansEmit(spans: readonly Span[], options: PaintOptions, emit: Emit): void {
  for (const line of linesOf(spans)) {
    for (const row of wrapSpans(spansWithoutTabs(line), options.width)) emit(row);
  }
}
