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
