import type { Bar, Block } from "gantry/sdk";
import { highest, share, sparks } from "gantry/sdk/kit/view-text";
import { visibleLine } from "gantry/sdk/kit/visible";
import { columnsOf } from "./cells.ts";
import { paintCode } from "./code.ts";
import { paintDiff } from "./diff.ts";
import { lineSpans, type PaintOptions, paintLine, span } from "./line.ts";
import { createMarkdownStream } from "./markdown-stream.ts";
import { cutSpans, painted, type Span, wrapSpans } from "./spans.ts";
import { paintTable } from "./table.ts";
import { cut } from "./width.ts";

export { type PaintOptions, paintLine } from "./line.ts";

const WIDEST_BAR = 40;
const PARTS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Blocks as lines, an empty one between two blocks. None is wider than the width. */
export function paintBlocks(blocks: readonly Block[], options: PaintOptions): string[] {
  const painted = blocks.map((block) => paintBlock(block, options)).filter((lines) => lines.length > 0);
  return painted.flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]));
}

function paintBlock(block: Block, options: PaintOptions): string[] {
  const { width } = options;
  switch (block.type) {
    case "text":
      return block.lines.flatMap((line) => wrapSpans(lineSpans(line, options), width));
    case "markdown":
      return paintMarkdown(block.text, options);
    case "code":
      return paintCode(block.text, block.language ?? "", block.firstLine, options);
    case "diff":
      return paintDiff(block, options);
    case "table":
      return paintTable(
        block.head?.map((line) => lineSpans(line, options, "strong")),
        block.rows.map((row) => row.map((line) => lineSpans(line, options))),
        options,
      );
    case "fields":
      return paintFields(block.fields, options);
    case "list":
      return block.items.flatMap(({ line, isDone }) =>
        hanging([marker(isDone, options)], lineSpans(line, options, isDone ? "dim" : "plain"), 2, options),
      );
    case "bars":
      return paintBars(block.bars, block.max, options);
    case "spark":
      return [paintSpark(block.label, block.values, options)];
    case "fold":
      return paintFold(block, options);
  }
}

export function paintMarkdown(text: string, options: PaintOptions): string[] {
  const stream = createMarkdownStream(options);
  stream.push(text);
  return stream.end();
}

function paintFields(fields: Extract<Block, { type: "fields" }>["fields"], options: PaintOptions): string[] {
  const names = fields.map(({ name }) => visibleLine(name));
  const indent =
    Math.min(Math.max(0, ...names.map(columnsOf)), Math.floor(options.width / (isNarrow(options) ? 2 : 3))) + 2;
  return fields.flatMap(({ value }, at) => {
    const name = cut(names[at] as string, indent - 2);
    const label = span(name + " ".repeat(indent - columnsOf(name)), "dim", options.theme);
    return hanging([label], lineSpans(value, options), indent, options);
  });
}

const NARROW = 60;

/** There, names and figures are worth more than the blank between them. */
function isNarrow({ width }: PaintOptions): boolean {
  return width < NARROW;
}

function marker(isDone: boolean | undefined, { theme }: PaintOptions): Span {
  if (isDone === undefined) return span("• ", "dim", theme);
  return isDone ? span("✓ ", "good", theme) : span("☐ ", "dim", theme);
}

/** A text behind a label; its further lines are indented. */
function hanging(label: readonly Span[], text: readonly Span[], indent: number, { width }: PaintOptions): string[] {
  const lines = wrapSpans(text, Math.max(width - indent, 2));
  return lines.map((line, at) => (at === 0 ? painted(label) : " ".repeat(indent)) + line);
}

function paintBars(
  bars: readonly Bar[],
  max = highest(bars.map(({ value }) => value)),
  options: PaintOptions,
): string[] {
  const { theme, width } = options;
  const labels = bars.map(({ label }) => cut(visibleLine(label), Math.max(Math.floor(width / 3), 4)));
  const labelWidth = Math.max(0, ...labels.map(columnsOf));
  const notes = bars.map(({ note = "" }) =>
    cut(
      visibleLine(note),
      Math.max(Math.floor(width / (isNarrow(options) ? 2.5 : 4)), width - labelWidth - WIDEST_BAR - 4, 4),
    ),
  );
  const noteWidth = Math.max(0, ...notes.map(columnsOf));
  const barWidth = Math.min(WIDEST_BAR, width - labelWidth - noteWidth - 4);
  return bars.map(({ value, tone }, at) => {
    const label = labels[at] as string;
    const drawn = barWidth < 4 ? "" : drawBar(share(value, max), barWidth);
    const spans = [
      span(`${label}${" ".repeat(labelWidth - columnsOf(label))}  `, "text", theme),
      ...lineSpans([{ text: drawn, tone: tone ?? "accent" }], options),
      span("░".repeat(Math.max(barWidth - drawn.length, 0)), "border", theme),
      span(notes[at] ? `  ${notes[at]}` : "", "dim", theme),
    ];
    return cutSpans(spans, width);
  });
}

function drawBar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8);
  return "█".repeat(Math.floor(eighths / 8)) + PARTS[eighths % 8];
}

/** Where there are more values than columns, each bar stands for the highest of several. */
function paintSpark(label: string, values: readonly number[], options: PaintOptions): string {
  const name = cut(visibleLine(label), Math.floor(options.width / 2));
  const room = Math.max(options.width - columnsOf(name) - 1, 1);
  const each = Math.ceil(values.length / room);
  const shown = Array.from({ length: Math.ceil(values.length / Math.max(each, 1)) }, (_, at) =>
    highest(values.slice(at * each, (at + 1) * each)),
  );
  return cutSpans(
    [span(name === "" ? "" : `${name} `, "text", options.theme), span(sparks(shown), "accent", options.theme)],
    options.width,
  );
}

function paintFold({ summary, blocks }: Extract<Block, { type: "fold" }>, options: PaintOptions): string[] {
  const { theme, width, isOpen } = options;
  const mark = theme.style("dim", isOpen ? "▾ " : "▸ ");
  const head = mark + paintLine(summary, { ...options, width: Math.max(width - 2, 1) });
  if (!isOpen) return [head];
  const inner = paintBlocks(blocks, { ...options, width: Math.max(width - 2, 2) });
  return [head, ...inner.map((line) => (line === "" ? line : `  ${line}`))];
}
