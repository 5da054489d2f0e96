/** How the change of a file looks in a tool's renderer. */
import type { Block, Hunk, Line, RenderedCall } from "gantry/sdk";
import { countChanges } from "./patch.ts";
import { countedText, fieldOf } from "./tool-views.ts";

/** The changed places that a result tells of as `structuredPatch`; none where it does not. */
export function patchIn({ result }: RenderedCall): readonly Hunk[] {
  const value = fieldOf(result?.data, "structuredPatch");
  return Array.isArray(value) && value.every(isHunk) ? value : [];
}

/**
 * How many lines have come and gone: `+3 -1`.
 *
 * @example
 * const renderer: Renderer = { summary: (shown) => patchSummary(patchIn(shown)) };
 */
export function patchSummary(hunks: readonly Hunk[]): Line | undefined {
  if (hunks.length === 0) return undefined;
  const { added, removed } = countChanges(hunks);
  return [{ text: `+${added}`, tone: "added" }, " ", { text: `-${removed}`, tone: "removed" }];
}

/**
 * The changed places as one block; places that lie apart begin with where they are. Where there are more lines than `most`, the first of
 * them, and how many are left. `file` is a name that tells the language.
 */
export function patchBlocks(
  hunks: readonly Hunk[],
  most = Number.POSITIVE_INFINITY,
  file?: string,
): readonly Block[] | undefined {
  const [first] = hunks;
  if (!first) return undefined;
  const lines = patchLines(hunks);
  const language = file === undefined ? {} : { language: file };
  const diff: Block = { type: "diff", ...language, lines: lines.slice(0, most), firstLine: first.newStart };
  const rest = lines.length - most;
  return rest > 0
    ? [diff, { type: "text", lines: [[{ text: `… ${countedText(rest, "more line")}`, tone: "dim" }]] }]
    : [diff];
}

/** The lines of all changed places; places that lie apart begin with where they are. */
export function patchLines(hunks: readonly Hunk[]): readonly string[] {
  return hunks.flatMap(({ lines, oldStart, oldLines, newStart, newLines }, at) => [
    ...(at > 0 ? [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`] : []),
    ...lines,
  ]);
}

function isHunk(value: unknown): value is Hunk {
  const lines = fieldOf(value, "lines");
  const isNumber = (name: string) => typeof fieldOf(value, name) === "number";
  return (
    Array.isArray(lines) &&
    lines.every((line) => typeof line === "string") &&
    ["oldStart", "oldLines", "newStart", "newLines"].every(isNumber)
  );
}
