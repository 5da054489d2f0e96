/** Neutral blocks as plain text: for programs, for pages without colours, and for whoever copies what is shown. */
import type { Bar, Block, Line } from "gantry/sdk";
import { visible } from "./visible.ts";

const BAR_WIDTH = 20;
const SPARKS = "▁▂▃▄▅▆▇█";

/**
 * A line without its tones; the address of a link stands behind it in round brackets.
 *
 * @example
 * lineText(["see ", { text: "the guide", link: "https://example.org" }]); // "see the guide (https://example.org)"
 */
export function lineText(line: Line): string {
  const pieces = typeof line === "string" ? [line] : line;
  return visible(
    pieces
      .map((piece) => (typeof piece === "string" ? piece : piece.link ? `${piece.text} (${piece.link})` : piece.text))
      .join(""),
  );
}

/**
 * Blocks as plain text, an empty line between two. Nothing is broken to a width; folds are open.
 *
 * @example
 * blocksText([{ type: "fields", fields: [{ name: "model", value: "big" }] }]); // "model  big"
 */
export function blocksText(blocks: readonly Block[]): string {
  return blocks
    .map(blockText)
    .filter((text) => text !== "")
    .join("\n\n");
}

function blockText(block: Block): string {
  switch (block.type) {
    case "text":
      return block.lines.map(lineText).join("\n");
    case "markdown":
    case "code":
      return visible(block.text);
    case "diff":
      return [...(block.path ? [visible(block.path)] : []), ...block.lines.map(visible)].join("\n");
    case "table":
      return aligned([...(block.head ? [block.head] : []), ...block.rows].map((row) => row.map(lineText)));
    case "fields":
      return aligned(block.fields.map(({ name, value }) => [visible(name), lineText(value)]));
    case "list":
      return block.items.map(({ line, isDone }) => `${mark(isDone)} ${lineText(line)}`).join("\n");
    case "bars":
      return barsText(block.bars, block.max);
    case "spark":
      return `${visible(block.label)} ${sparks(block.values)}`;
    case "fold":
      return [lineText(block.summary), indented(blocksText(block.blocks))].filter(Boolean).join("\n");
  }
}

function mark(isDone: boolean | undefined): string {
  if (isDone === undefined) return "-";
  return isDone ? "[x]" : "[ ]";
}

function barsText(bars: readonly Bar[], max = highest(bars.map(({ value }) => value))): string {
  const rows = bars.map(({ label, value, note = "" }) => {
    const length = Math.round(share(value, max) * BAR_WIDTH);
    return [visible(label), "█".repeat(length).padEnd(BAR_WIDTH, "░"), visible(note)];
  });
  return aligned(rows);
}

/**
 * Values as a row of small bars, the highest as high as can be.
 *
 * @example
 * sparks([0, 5, 10]); // "▁▅█"
 */
export function sparks(values: readonly number[]): string {
  const most = highest(values);
  return values.map((value) => SPARKS[Math.round(share(value, most) * (SPARKS.length - 1))]).join("");
}

/**
 * The highest of values, at least 0; what is no number counts for nothing.
 *
 * @example
 * highest([1, 3, Number.NaN]); // 3
 */
export function highest(values: readonly number[]): number {
  return values.reduce((most, value) => (Number.isFinite(value) && value > most ? value : most), 0);
}

/**
 * How much of a bar is filled, 0 to 1.
 *
 * @example
 * share(5, 20); // 0.25
 */
export function share(value: number, max: number): number {
  if (!(max > 0) || !Number.isFinite(max) || Number.isNaN(value)) return 0;
  return Math.min(Math.max(value, 0), max) / max;
}

/** Columns as wide as what stands in them; the last one ends where it ends. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
