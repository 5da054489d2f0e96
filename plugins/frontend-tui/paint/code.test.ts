import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { withoutEscapes } from "../test-escapes.ts";
import { paintBlocks } from "./blocks.ts";
import { highlightingReady, isHighlightingMissing, paintCode } from "./code.ts";
import { languageOf } from "./languages.ts";
import { createTheme, type Token } from "./theme.ts";

const theme = createTheme({ name: "dark", depth: 24 });
const paint = (code: string, language: string) => paintCode(code, language, undefined, { width: 80, theme });
const as = (token: Token, text: string) => theme.style(token, text);

beforeAll(async () => {
  expect(isHighlightingMissing("no such language", theme)).toBe(false);
  expect(isHighlightingMissing("ts", createTheme({ name: "dark", depth: 0 }))).toBe(false);
  expect(paint("const a = 1;", "ts")).toEqual(["const a = 1;"]);
  await highlightingReady();
  expect(isHighlightingMissing("ts", theme)).toBe(false);
});

describe("a diff", () => {
  it("has the colours of its language, on the ground of what changed, each side for itself", () => {
    const lines = [" /* a", "-b", "+*/ const c", "@@", "-let d"];
    const [open, before, after, , next] = paintBlocks([{ type: "diff", language: "a.ts", lines }], {
      width: 40,
      theme,
    });
    const on = (ground: Token, token: Token, text: string) => theme.style(ground, as(token, text));
    expect(open).toContain(as("codeComment", "/* a"));
    expect(before).toContain(on("removedBackground", "codeComment", "b"));
    expect(after).toContain(on("addedBackground", "codeKeyword", "const"));
    expect(next).toContain(on("removedBackground", "codeKeyword", "let"));
  });

  it("tells what was written out, and words that changed, as ever", () => {
    const lines = ["-const a = 1", "+const b = 1", "-\u001b[2J"];
    const all = paintBlocks([{ type: "diff", path: "a.ts", lines }], { width: 40, theme });
    expect(all.map((line) => withoutEscapes(line).trimEnd())).toEqual([
      "a.ts",
      "- const a = 1",
      "+ const b = 1",
      "- <U+001B>[2J",
    ]);
    expect(all[2]).toContain(theme.style("addedWord", theme.style("text", "b", { bold: true })));
  });
});

describe("code", () => {
  it.each([
    ["bash", 'echo "x" # c'],
    ["c", 'char *s = "x";'],
    ["cpp", 'auto s = "x";'],
    ["csharp", 'var s = "x";'],
    ["css", "a { color: #fff }"],
    ["diff", "+added"],
    ["dockerfile", "FROM node"],
    ["go", 'x := "y"'],
    ["graphql", "query { a }"],
    ["ini", "[section]"],
    ["java", 'String s = "x";'],
    ["javascript", "let a = 1"],
    ["json", '{ "a": 1 }'],
    ["kotlin", 'val s = "x"'],
    ["lua", 'local s = "x"'],
    ["makefile", "A := $(B)"],
    ["markdown", "# Title"],
    ["php", "$a = 'x';"],
    ["powershell", "$a = 'x'"],
    ["python", "def f(): pass"],
    ["ruby", "def f; end"],
    ["rust", "let a = 1;"],
    ["scss", "$a: 1px;"],
    ["sql", "SELECT 1"],
    ["swift", "let a = 1"],
    ["typescript", "type A = string"],
    ["xml", '<a b="c"/>'],
    ["yaml", "a: 1"],
  ])("in %s has colours", (language, line) => {
    const [painted = ""] = paint(line, language);
    expect(painted).not.toBe(line);
    expect(withoutEscapes(painted)).toBe(line);
  });

  it("goes on in comments, strings and documents that a line leaves open", () => {
    expect(paint('"""doc\n\nmore"""\nx = 1', "py")).toEqual([
      as("codeString", '"""doc'),
      "",
      as("codeString", 'more"""'),
      `x = ${as("codeNumber", "1")}`,
    ]);
    expect(paint("<!-- a\nb -->", "html")).toEqual([as("codeComment", "<!-- a"), as("codeComment", "b -->")]);
    expect(paint("SELECT /* a\nFROM */ 1", "sql")[1]).toBe(`${as("codeComment", "FROM */")} ${as("codeNumber", "1")}`);
  });

  it("is shown as it is, whatever the grammar makes of it", () => {
    const code = fc.array(
      fc.constantFrom("`", "${", "}", "/*", "*/", '"', "'", "\n", "<a>", "</a>", "x", " ", "(", "#", "\\", "1"),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(
        code,
        fc.constantFrom("ts", "html", "bash", "python", "php", "ruby", "yaml", "markdown"),
        (parts, language) => {
          const text = parts.join("");
          expect(paint(text, language).map(withoutEscapes).join("\n")).toBe(text.replace(/\n$/, ""));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("has no colours in lines that are data", () => {
    const line = `x = [${"1,".repeat(600)}]`;
    expect(paint(line, "python").join("")).toBe(line);
  });
});

it.each([
  ["TypeScript {1,3}", "typescript"],
  ["tsx", "typescript"],
  ["src/a.py:12", "python"],
  ["c++", "cpp"],
  ["console", "bash"],
  ["toml", "ini"],
  ["html", "xml"],
  ["brainfuck", undefined],
  ["constructor", undefined],
  ["", undefined],
])("a fence that says %j is in %s", (info, language) => {
  expect(languageOf(info)).toBe(language);
});
