import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFrontmatter, writeFrontmatter } from "./frontmatter.ts";

describe("reading", () => {
  test.each([
    ["---\nname: a\ntags: [x, y]\n---\nBody.\n", { name: "a", tags: ["x", "y"] }, "Body.\n"],
    ["---\nname: a\n---\n\nBody.\n", { name: "a" }, "Body.\n"],
    ["\ufeff---\r\nname: a\r\n---\r\nBody.\r\n", { name: "a" }, "Body.\r\n"],
    ["---\n---\nBody.", {}, "Body."],
    ["---\nname: a\n---", { name: "a" }, ""],
    ["No frontmatter.\n---\nname: a\n---\n", {}, "No frontmatter.\n---\nname: a\n---\n"],
    ["---\n\nA line above, and no end.\n", {}, "---\n\nA line above, and no end.\n"],
    ["", {}, ""],
  ])("takes %j apart", (text, data, body) => {
    expect(readFrontmatter(text)).toEqual({ data, body });
  });

  test("leaves a date the text it is", () => {
    expect(readFrontmatter("---\ndate: 2026-03-05\n---\n").data).toEqual({ date: "2026-03-05" });
  });

  test.each([
    ["description: Use when: somebody asks", { description: "Use when: somebody asks" }],
    ["paths: **/*.ts", { paths: "**/*.ts" }],
    ["paths: {src,lib}/**/*.ts", { paths: "{src,lib}/**/*.ts" }],
    ["paths:\n  - **/*.ts\n  - src/*.js\nmost: 3", { paths: ["**/*.ts", "src/*.js"], most: 3 }],
    ["name: @team", { name: "@team" }],
  ])("takes what people write for what they mean: %j", (source, data) => {
    expect(readFrontmatter(`---\n${source}\n---\n`)).toEqual({ data, body: "" });
  });

  test.each([
    ["---\nname: [a\n b: c\n---\nBody.", "Body.", /cannot be read: .* in line \d/],
    ["---\n- a\n- b\n---\nBody.", "Body.", /no keys with values/],
    ["---\nname: a\nBody.", "---\nname: a\nBody.", /has no end/],
    [`---\na: ${"x".repeat(70_000)}\n---\nBody.`, "Body.", /over 64 KB/],
    ['---\na: "c\n---\nBody.', "Body.", /cannot be read/],
  ])("says what is wrong with %j, and keeps the body", (text, body, problem) => {
    expect(readFrontmatter(text)).toEqual({ data: {}, body, problem: expect.stringMatching(problem) });
  });

  test.each([
    [
      "description: Examples: <example>A: 'hi'\nB said it\n</example>\nmodel: sonnet",
      { description: "Examples: <example>A: 'hi'\nB said it\n</example>", model: "sonnet" },
    ],
    [
      "description: [not a list\nallowed-tools: Read, Bash(git:*)",
      { description: "[not a list", "allowed-tools": "Read, Bash(git:*)" },
    ],
    ["\tdescription: x\nname: a: b\n\ttabbed", { name: "a: b\ntabbed" }],
    ["a: [\nallowed-tools:\n  - Read\n  - 'Bash(ls)'", { a: "[", "allowed-tools": ["Read", "Bash(ls)"] }],
    ['a: [\nuser-invocable: false\nb: "x"', { a: "[", "user-invocable": false, b: "x" }],
    ["b: |\n  one\n  two\nhm", { b: "one\ntwo\nhm" }],
  ])("takes line by line what is no YAML, for whoever wants it: %j", (source, data) => {
    expect(readFrontmatter(`---\n${source}\n---\nBody.`, { isLenient: true })).toEqual({ data, body: "Body." });
    expect(readFrontmatter(`---\r\n${source.replaceAll("\n", "\r\n")}\r\n---\r\nBody.`, { isLenient: true })).toEqual({
      data,
      body: "Body.",
    });
  });

  test("runs nothing and changes no prototype", () => {
    const { data } = readFrontmatter("---\n__proto__:\n  isEvil: true\n---\n");
    expect(({} as { isEvil?: boolean }).isEvil).toBeUndefined();
    expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  });

  test("is quick with what repeats itself", () => {
    const bomb = `a: &a [x]\n${Array.from({ length: 40 }, (_, at) => `b${at}: &b${at} [*a, *a]`).join("\n")}`;
    expect(Object.keys(readFrontmatter(`---\n${bomb}\n---\n`).data)).toHaveLength(41);
    expect(readFrontmatter(`---\n${"[".repeat(30_000)}\n---\n`).problem).toMatch(/cannot be read/);
  });
});

describe("writing", () => {
  test("leaves out what is undefined, and keeps long lines whole", () => {
    const long = "word ".repeat(50).trim();
    expect(writeFrontmatter({ a: undefined, date: "2026-03-05", long }, "Body.\n")).toBe(
      `---\ndate: 2026-03-05\nlong: ${long}\n---\n\nBody.\n`,
    );
    expect(writeFrontmatter({}, "Body.")).toBe("---\n---\n\nBody.");
  });

  test("can be read again, whatever it is", () => {
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
    );
    const data = fc.dictionary(fc.string(), value, { noNullPrototype: true });
    fc.assert(
      fc.property(data, fc.string(), (data, body) => {
        fc.pre(!Object.hasOwn(data, "__proto__"));
        expect(readFrontmatter(writeFrontmatter(data, body))).toEqual({ data, body });
      }),
    );
  });
});
