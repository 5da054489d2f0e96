import fc from "fast-check";
import type { Block, Line } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { foreignEscapes, stillOpen, withoutEscapes } from "../test-escapes.ts";
import { paintBlocks, paintLine } from "./blocks.ts";
import { createTheme } from "./theme.ts";
import { width } from "./width.ts";

const theme = createTheme({ name: "dark", depth: 24 });
const bare = createTheme({ name: "dark", depth: 0 });

function plain(blocks: readonly Block[], columns = 40, isOpen = false): string[] {
  return paintBlocks(blocks, { width: columns, theme: bare, isOpen });
}

describe("a line", () => {
  it("has looks by tone, and is cut to the width", () => {
    const line: Line = ["see ", { text: "this", tone: "strong" }, { text: " and that", tone: "bad" }];
    expect(paintLine(line, { width: 12, theme })).toBe(
      `see \u001b[1mthis\u001b[22m${theme.style("bad", " an")}${theme.style("bad", "…")}`,
    );
  });

  it("leads where it may, and says so where the terminal knows no links", () => {
    const line: Line = [
      { text: "here", link: "https://e.org/a b" },
      { text: "there", link: "javascript:x" },
    ];
    expect(paintLine(line, { width: 80, theme: bare, hasLinks: true })).toBe(
      "\u001b]8;;https://e.org/a%20b\u001b\\here\u001b]8;;\u001b\\there",
    );
    expect(paintLine(line, { width: 80, theme: bare })).toBe("here (https://e.org/a%20b)there");
  });

  it("lets neither line ends nor controls through", () => {
    const line: Line = ["a\nb", { text: "c\u001b[31m", link: "https://e.org/\u001b]8;;\u0007x" }];
    expect(paintLine(line, { width: 200, theme: bare, hasLinks: true })).toBe(
      "a⏎b\u001b]8;;https://e.org/%1B]8;;%07x\u001b\\c<U+001B>[31m\u001b]8;;\u001b\\",
    );
  });
});

describe("blocks", () => {
  it("stand apart, and those without anything to show take no room", () => {
    const blocks: Block[] = [
      { type: "text", lines: ["one", "two"] },
      { type: "list", items: [] },
      { type: "markdown", text: "**three**" },
    ];
    expect(plain(blocks)).toEqual(["one", "two", "", "three"]);
  });

  it("number code, and show data behind the number of its line", () => {
    const block: Block = { type: "code", text: `\tif (x) {\n${"y".repeat(40)}\n}\n`, firstLine: 9 };
    expect(plain([block])).toEqual([" 9      if (x) {", `10  ${"y".repeat(36)}`, "    yyyy", "11  }"]);
    expect(plain([{ type: "code", text: "a\nb" }])).toEqual(["a", "b"]);
  });

  it("show a diff with the numbers of the old and the new lines", () => {
    const block: Block = {
      type: "diff",
      path: "src/a.ts",
      lines: ["@@ -9,3 +9,3 @@", " same", "-old", "+new", "+more", " end", "\\ No newline at end of file"],
    };
    expect(plain([block])).toEqual([
      "src/a.ts",
      "@@ -9,3 +9,3 @@",
      " 9   same",
      "10 - old",
      "10 + new",
      "11 + more",
      "12   end",
      "\\ No newline at end of file",
    ]);
    expect(plain([{ type: "diff", lines: ["-a", "+b"] }])).toEqual(["- a", "+ b"]);
    expect(plain([{ type: "diff", lines: ["-a", "+b"], firstLine: 3 }])).toEqual(["3 - a", "3 + b"]);
  });

  it("colour the ground of changed lines to the edge, and the words that differ more strongly", () => {
    const block: Block = { type: "diff", lines: ["-const a = 1;", "+const a = two;"] };
    const [before, after] = paintBlocks([block], { width: 20, theme });
    const ground = (text: string) => theme.style("addedBackground", text);
    expect(after).toBe(
      ground(theme.style("added", "+ ")) +
        ground("const a = ") +
        theme.style("addedWord", theme.style("text", "two", { bold: true })) +
        ground(";") +
        ground("    "),
    );
    expect(width(before as string)).toBe(20);
    expect(before).toContain(theme.style("removedWord", theme.style("text", "1", { bold: true })));
  });

  it("share out the width of a table", () => {
    const block: Block = {
      type: "table",
      head: ["Name", "What"],
      rows: [
        ["a", "some words that need more room"],
        ["漢字", "b"],
      ],
    };
    expect(plain([block], 24)).toEqual([
      "Name │ What",
      "─────┼──────────────────",
      "a    │ some words that",
      "     │ need more room",
      "─────┼──────────────────",
      "漢字 │ b",
    ]);
    expect(plain([block])).toEqual([
      "Name │ What",
      "─────┼───────────────────────────────",
      "a    │ some words that need more room",
      "漢字 │ b",
    ]);
  });

  it("put values beside names, and break them below themselves", () => {
    const fields = [
      { name: "model", value: "big" },
      { name: "folder", value: "one two three four five six" },
    ];
    expect(plain([{ type: "fields", fields }], 24)).toEqual([
      "model   big",
      "folder  one two three",
      "        four five six",
    ]);
  });

  it("mark what is done", () => {
    const items = [{ line: "a", isDone: true }, { line: "b", isDone: false }, { line: "several words here" }];
    expect(plain([{ type: "list", items }], 12)).toEqual(["✓ a", "☐ b", "• several", "  words here"]);
  });

  it("draw bars and sparks as wide as there is room", () => {
    const bars = [
      { label: "in", value: 10, note: "10 k" },
      { label: "output", value: 4.05 },
      { label: "none", value: Number.NaN },
    ];
    expect(plain([{ type: "bars", bars }], 26)).toEqual([
      "in      ████████████  10 k",
      "output  ████▉░░░░░░░",
      "none    ░░░░░░░░░░░░",
    ]);
    expect(plain([{ type: "spark", label: "cost", values: [1, 0, 4, 2, 8, 8] }], 8)).toEqual(["cost ▂▅█"]);
  });

  it("fold until they are open", () => {
    const block: Block = { type: "fold", summary: "thought", blocks: [{ type: "text", lines: ["so", "", "it is"] }] };
    expect(plain([block])).toEqual(["▸ thought"]);
    expect(plain([block], 40, true)).toEqual(["▾ thought", "  so", "", "  it is"]);
  });

  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.constantFrom(
      "\u001b[2J",
      "\u001b]0;x\u0007",
      "\t\tx",
      "a\nb\r\nc",
      "漢字".repeat(30),
      "👩‍👩‍👧‍👦".repeat(20),
      "\u009b31m",
      "w".repeat(400),
    ),
  );
  const line: fc.Arbitrary<Line> = fc.oneof(
    text,
    fc.array(fc.record({ text, link: fc.oneof(text, fc.constant("https://e.org/\u001b")) }), { maxLength: 3 }),
  );
  const lines = fc.array(line, { maxLength: 4 });
  const number = fc.oneof(fc.double(), fc.integer());
  const signed = fc
    .tuple(fc.constantFrom(" ", "+", "-", "@@ -1,2 +3 @@", "@@", "\\", ""), text)
    .map(([sign, text]) => sign + text);
  const simple: fc.Arbitrary<Block> = fc.oneof(
    fc.record({ type: fc.constant("text" as const), lines }),
    fc.record({ type: fc.constant("markdown" as const), text }),
    fc.record({
      type: fc.constant("code" as const),
      text,
      language: fc.constantFrom("ts", "python", ""),
      firstLine: fc.nat(),
    }),
    fc.record({ type: fc.constant("diff" as const), path: text, lines: fc.array(signed), firstLine: fc.nat() }),
    fc.record({ type: fc.constant("table" as const), head: lines, rows: fc.array(lines, { maxLength: 4 }) }),
    fc.record({
      type: fc.constant("fields" as const),
      fields: fc.array(fc.record({ name: text, value: line }), { maxLength: 4 }),
    }),
    fc.record({
      type: fc.constant("list" as const),
      items: fc.array(fc.record({ line, isDone: fc.boolean() }), { maxLength: 4 }),
    }),
    fc.record({
      type: fc.constant("bars" as const),
      bars: fc.array(fc.record({ label: text, value: number, note: text }), { maxLength: 4 }),
    }),
    fc.record({ type: fc.constant("spark" as const), label: text, values: fc.array(number, { maxLength: 200 }) }),
  );
  const block: fc.Arbitrary<Block> = fc.oneof(
    { weight: 5, arbitrary: simple },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant("fold" as const),
        summary: line,
        blocks: fc.array(simple, { maxLength: 2 }),
      }),
    },
  );

  it("never go over the edge, leave a look open or let an escape through, whatever is in them", () => {
    fc.assert(
      fc.property(
        fc.array(block, { maxLength: 3 }),
        fc.integer({ min: 20, max: 300 }),
        fc.boolean(),
        (blocks, columns, flag) => {
          for (const line of paintBlocks(blocks, { width: columns, theme, hasLinks: flag, isOpen: true })) {
            expect(width(line)).toBeLessThanOrEqual(columns);
            expect(foreignEscapes(line)).toBe("");
            expect(stillOpen(line)).toEqual([]);
          }
          for (const line of paintBlocks(blocks, { width: columns, theme: bare }))
            expect(withoutEscapes(line)).toBe(line);
        },
      ),
      { numRuns: 500 },
    );
  });
});
