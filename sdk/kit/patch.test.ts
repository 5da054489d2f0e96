import { applyPatch } from "diff";
import fc from "fast-check";
import { expect, test } from "vitest";
import { changedWords, countChanges, patchOf } from "./patch.ts";

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);
const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

const apply = (before: string, after: string) =>
  applyPatch(before, {
    oldFileName: "",
    newFileName: "",
    oldHeader: "",
    newHeader: "",
    hunks: patchOf(before, after).map((hunk) => ({ ...hunk, lines: [...hunk.lines] })),
  });

test("a change is shown with three lines around it and the right numbers", () => {
  const lines = numbered(100);
  const changed = lines.with(49, "new");
  expect(patchOf(textOf(lines), textOf(changed))).toEqual([
    {
      oldStart: 47,
      oldLines: 7,
      newStart: 47,
      newLines: 7,
      lines: [" line 47", " line 48", " line 49", "-line 50", "+new", " line 51", " line 52", " line 53"],
    },
  ]);
});

test("no change is no hunk", () => {
  expect(patchOf("a\n", "a\n")).toEqual([]);
});

test("a missing line feed at the end is marked", () => {
  expect(patchOf("a", "a\n")[0]?.lines).toEqual(["-a", "\\ No newline at end of file", "+a"]);
});

test("counts what was added and removed", () => {
  expect(countChanges(patchOf("a\nb\nc\n", "a\nx\ny\n"))).toEqual({ added: 2, removed: 2 });
});

test("two texts without a common line are one replaced whole", () => {
  const before = textOf(numbered(5000));
  const after = textOf(numbered(5000).map((line) => `other ${line}`));
  expect(countChanges(patchOf(before, after))).toEqual({ added: 5000, removed: 5000 });
  expect(apply(before, after)).toBe(after);
});

test("applied to the old text, a patch gives the new one", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", "", "dd"), { maxLength: 30 }).map((l) => l.join("\n"));
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(apply(before, after)).toBe(after);
    }),
    { numRuns: 500 },
  );
});

test("the words in which two lines differ are told by where they stand", () => {
  expect(changedWords("a big dog", "a small dog!")).toEqual({
    before: [[2, 5]],
    after: [
      [2, 7],
      [11, 12],
    ],
  });
  expect(changedWords("same", "same")).toEqual({ before: [], after: [] });
});

test("nothing is said of words where too few are the same, or the lines are data", () => {
  expect(changedWords("return first;", "throw new Error(second)")).toBeUndefined();
  expect(changedWords("x ".repeat(2000), "x ".repeat(2001))).toBeUndefined();
});

test("what is not told as changed is the same in both lines", () => {
  const line = fc
    .array(fc.constantFrom("a", "bc", " ", "(", ".", "漢", "👍"), { maxLength: 20 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(line, line, (before, after) => {
      const words = changedWords(before, after);
      if (!words) return;
      const rest = (text: string, stretches: readonly (readonly [number, number])[]) =>
        stretches.reduceRight((left, [start, end]) => left.slice(0, start) + left.slice(end), text);
      expect(rest(before, words.before)).toBe(rest(after, words.after));
    }),
  );
});
