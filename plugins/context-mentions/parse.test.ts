import { expect, test } from "vitest";
import { mentionsIn } from "./parse.ts";

test.each([
  ["See @a.ts.", ["a.ts"]],
  ["@src/ and (@b/c.ts), @d", ["src/", "b/c.ts", "d"]],
  ['@"with blank.ts" and @"x y.ts"#3', ["with blank.ts", "x y.ts#3"]],
  ["me@mail.org a@b", []],
  ["`@a.ts` and\n```\n@b.ts\n```", []],
  ["@a.ts @a.ts", ["a.ts"]],
  ['@ @. @""', []],
  ["@tracker:issue://42", ["tracker:issue://42"]],
  ["@my\\ notes.md and @b", ["my notes.md", "b"]],
  ["See /a/shot.png, then @b.ts and ~/c.PDF.", ["/a/shot.png", "b.ts", "~/c.PDF"]],
  [
    "'/a/my shot.png' \"/b/two three.pdf\" /c/four\\ five.jpg",
    ["/a/my shot.png", "/b/two three.pdf", "/c/four five.jpg"],
  ],
  ["a/shot.png /a/b.ts x/a/shot.png `/a/shot.png` https://a.org/b.png", []],
  ["file:///%zz.png file://elsewhere/a.png file:///a%2Fb.png", []],
])("%j names %j", (text, names) => {
  expect(mentionsIn(text).map(({ written }) => written)).toEqual(names);
});

test.each([
  ["@a.ts#10-40", { from: 10, to: 40 }],
  ["@a.ts#L10-L40", { from: 10, to: 40 }],
  ["@a.ts#L10-40,", { from: 10, to: 40 }],
  ["@a.ts#7", { from: 7, to: 7 }],
  ["@a.ts#40-10", { from: 10, to: 40 }],
  ["@a.ts#0-5", { from: 1, to: 5 }],
  ["@a.ts#anchor", undefined],
])("%j names the lines %j", (text, lines) => {
  expect(mentionsIn(text)[0]?.lines).toEqual(lines);
});

test("a full stop may belong to the name after all", () => {
  expect(mentionsIn("See @a.")[0]?.paths).toEqual(["a", "a."]);
});

test.each([
  ["@src/a.ts", true],
  ["@./a", true],
  ["@~/a", true],
  ["@/etc/hosts", true],
  ["@src/", true],
  ["@a#5", true],
  ["@someone", false],
  ["@anthropic-ai/sdk", false],
  ["@v1.2", false],
])("%s can only mean a file: %s", (text, isClear) => {
  expect(mentionsIn(text)[0]?.isClear).toBe(isClear);
});

test("a picture may be named by a URL", () => {
  const [mention] = mentionsIn("What is file:///a/my%20shot.webp ?");
  expect(mention).toMatchObject({ paths: ["/a/my shot.webp"], isPlain: true, isClear: false });
});

test("long texts without an end are read at once", () => {
  const texts = [
    "@".repeat(50_000),
    " '/".repeat(20_000),
    ' "/a'.repeat(20_000),
    " /\\".repeat(20_000),
    "@a.".repeat(20_000),
  ];
  for (const text of texts) expect(mentionsIn(text).length).toBeLessThan(3);
});
