import { visibleLine } from "gantry/sdk/kit/visible";

/** Rows as columns that line up, without colour or rules. The last column takes what it needs. */
export function columns(rows: readonly (readonly string[])[], indent = ""): string {
  const cells = rows.map((row) => row.map((cell) => visibleLine(cell)));
  const width = (at: number) => Math.max(...cells.map((row) => row[at]?.length ?? 0));
  const widths = (cells[0] ?? []).map((_, at) => width(at));
  const line = (row: readonly string[]) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ");
  return cells.map((row) => `${indent}${line(row)}`.trimEnd()).join("\n");
}
