import { expect, it } from "vitest";
import { listPanel, pagePanel } from "./panels.ts";
import { blocksText, lineText, sparks } from "./view-text.ts";

it("a list says in text what it shows: headings, what counts now, details", async () => {
  const { text } = await listPanel({
    title: "Models",
    load: () => [
      { id: "a", group: "Here", title: "small", isCurrent: true },
      { id: "b", group: "Here", title: "big", detail: "slow" },
      { id: "c", group: "There", title: [{ text: "far", tone: "strong" }] },
    ],
    actions: [],
  });
  expect(text).toBe("Here\n* small\n  big    slow\n\nThere\n  far");
});

it("an empty list says so in its own words", async () => {
  const list = { title: "Sessions", load: () => [], actions: [] };
  expect((await listPanel({ ...list, empty: "There is none yet." })).text).toBe("There is none yet.");
  expect((await listPanel(list)).text).toBe("There is nothing to show.");
});

it("a page of one part has no heading, one of several has them", async () => {
  const part = (title: string) => ({ title, load: () => [{ type: "text" as const, lines: [`all of ${title}`] }] });
  expect((await pagePanel({ title: "P", parts: [part("one")] })).text).toBe("all of one");
  expect((await pagePanel({ title: "P", parts: [part("one"), part("two")] })).text).toBe(
    "one\n\nall of one\n\ntwo\n\nall of two",
  );
});

it("every kind of block has a text", () => {
  expect(
    blocksText([
      { type: "text", lines: ["plain", ["see ", { text: "it", link: "https://example.org" }]] },
      { type: "markdown", text: "# Title" },
      { type: "code", text: "1 + 1", language: "js" },
      { type: "diff", path: "a.txt", lines: ["-old", "+new"] },
      { type: "table", head: ["name", "n"], rows: [["long name", "1"]] },
      { type: "fields", fields: [{ name: "model", value: "big" }] },
      { type: "list", items: [{ line: "open", isDone: false }, { line: "done", isDone: true }, { line: "point" }] },
      { type: "bars", bars: [{ label: "half", value: 5, note: "50 %" }], max: 10 },
      { type: "spark", label: "load", values: [0, 5, 10] },
      { type: "fold", summary: "more", blocks: [{ type: "text", lines: ["inside"] }] },
    ]),
  ).toBe(
    [
      "plain\nsee it (https://example.org)",
      "# Title",
      "1 + 1",
      "a.txt\n-old\n+new",
      "name       n\nlong name  1",
      "model  big",
      "[ ] open\n[x] done\n- point",
      "half  ██████████░░░░░░░░░░  50 %",
      "load ▁▅█",
      "more\n  inside",
    ].join("\n\n"),
  );
});

it("controls in it are seen, and steer nothing", () => {
  expect(lineText([{ text: "a\u001b[2Jb" }])).toBe("a<U+001B>[2Jb");
  expect(blocksText([{ type: "code", text: "\u001b]0;x\u0007" }])).toBe("<U+001B>]0;x<U+0007>");
});

it("bars of nothing, and of less than nothing, are empty", () => {
  expect(sparks([0, 0])).toBe("▁▁");
  expect(blocksText([{ type: "bars", bars: [{ label: "x", value: -1 }] }])).toBe("x  ░░░░░░░░░░░░░░░░░░░░");
});
