import { diffArrays, structuredPatch } from "diff";
import type { Hunk } from "gantry/sdk";

const CONTEXT = 3;
/** Texts that differ more than this are shown as one replaced whole: a finer comparison would take seconds. */
const MOST_CHANGES = 1000;
/** Both lines together, in characters: longer ones are data, where nobody looks for words. */
const LONGEST_LINES = 2000;
const MOST_WORDS = 60;

/**
 * What changed between two texts with plain line feeds, with three lines of context.
 *
 * @example
 * patchOf("a\nb\n", "a\nc\n")[0].lines // [" a", "-b", "+c"]
 */
export function patchOf(before: string, after: string): readonly Hunk[] {
  if (before === after) return [];
  const { start, skipped, endBefore, endAfter } = changedPart(before, after);
  const hunks =
    compare(before.slice(start, endBefore), after.slice(start, endAfter), MOST_CHANGES) ??
    wholeReplaced(before.slice(start, endBefore), after.slice(start, endAfter));
  return hunks.map((hunk) => ({
    ...hunk,
    oldStart: hunk.oldStart + skipped,
    newStart: hunk.newStart + skipped,
  }));
}

/** How many lines were added and removed. */
export function countChanges(hunks: readonly Hunk[]): { readonly added: number; readonly removed: number } {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { added: count("+"), removed: count("-") };
}

/** A part of a line, in code units. */
export type Stretch = readonly [start: number, end: number];

/**
 * The words in which two lines differ; `undefined` where so much differs that showing it helps nobody.
 *
 * @example
 * changedWords("a big dog", "a small dog") // { before: [[2, 5]], after: [[2, 7]] }
 */
export function changedWords(
  before: string,
  after: string,
): { readonly before: readonly Stretch[]; readonly after: readonly Stretch[] } | undefined {
  if (before.length + after.length > LONGEST_LINES) return undefined;
  const parts = diffArrays(words(before), words(after), { maxEditLength: MOST_WORDS });
  if (!parts) return undefined;
  const stretches = { before: [] as Stretch[], after: [] as Stretch[] };
  const at = { before: 0, after: 0 };
  let same = 0;
  const pass = (side: "before" | "after", length: number, isChanged: boolean) => {
    if (isChanged) stretches[side].push([at[side], at[side] + length]);
    at[side] += length;
  };
  for (const { value, added, removed } of parts) {
    const text = value.join("");
    if (!added) pass("before", text.length, removed);
    if (!removed) pass("after", text.length, added);
    if (!added && !removed) same += text.trim().length;
  }
  return same * 3 >= Math.max(before.trim().length, after.trim().length) ? stretches : undefined;
}

function words(line: string): string[] {
  return line.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? [];
}

function compare(before: string, after: string, maxEditLength: number): readonly Hunk[] | undefined {
  const patch = structuredPatch("", "", before, after, undefined, undefined, {
    context: CONTEXT,
    maxEditLength,
  });
  return patch?.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => ({
    oldStart,
    oldLines,
    newStart,
    newLines,
    lines,
  }));
}

function wholeReplaced(before: string, after: string): readonly Hunk[] {
  const removed = compare(before, "", Number.POSITIVE_INFINITY)?.[0];
  const added = compare("", after, Number.POSITIVE_INFINITY)?.[0];
  return [
    {
      oldStart: 1,
      oldLines: removed?.oldLines ?? 0,
      newStart: 1,
      newLines: added?.newLines ?? 0,
      lines: [...(removed?.lines ?? []), ...(added?.lines ?? [])],
    },
  ];
}

/** The part of both texts that differs, in whole lines with their context: all that needs comparing in a long file. */
function changedPart(before: string, after: string) {
  const most = Math.min(before.length, after.length);
  let same = 0;
  while (same < most && before.charCodeAt(same) === after.charCodeAt(same)) same++;
  let tail = 0;
  while (
    tail < most - same &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail++;
  }
  let start = same;
  for (let lines = 0; lines <= CONTEXT && start > 0; lines++) {
    start = start < 2 ? 0 : before.lastIndexOf("\n", start - 2) + 1;
  }
  let rest = tail;
  for (let lines = 0; lines <= CONTEXT && rest > 0; lines++) {
    const feed = before.indexOf("\n", before.length - rest);
    rest = feed < 0 ? 0 : before.length - feed - 1;
  }
  let skipped = 0;
  for (let at = before.indexOf("\n"); at >= 0 && at < start; at = before.indexOf("\n", at + 1)) skipped++;
  return { start, skipped, endBefore: before.length - rest, endAfter: after.length - rest };
}
