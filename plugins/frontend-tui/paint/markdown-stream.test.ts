import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { foreignEscapes, withoutEscapes } from "../test-escapes.ts";
import { createMarkdownStream } from "./markdown-stream.ts";
import { createTheme } from "./theme.ts";
import { width } from "./width.ts";

const theme = createTheme({ name: "dark", depth: 24 });
const bare = createTheme({ name: "dark", depth: 0 });

beforeAll(async () => {
  const stream = createMarkdownStream({ width: 60, theme });
  stream.push("before\n\n- ```ts\n  const x = 1;\n");
  // Kept back while the colours are on their way, and shown all the same.
  expect(stream.take()).toEqual(["before"]);
  expect(stream.tail().map(withoutEscapes)).toEqual(["", "• const x = 1;"]);
  await stream.ready();
  expect(stream.take()).toEqual([
    "",
    `${theme.style("dim", "• ")}${theme.style("codeKeyword", "const")} x = ${theme.style("codeNumber", "1")};`,
  ]);
});

/** All that comes of a text that is pushed as a whole, without looks. */
function plain(text: string, columns = 60): string[] {
  const stream = createMarkdownStream({ width: columns, theme });
  stream.push(text);
  return stream.end().map(withoutEscapes);
}

describe("markdown", () => {
  it("keeps the lines and the blank lines between blocks as they were written", () => {
    expect(plain("# Title\none\ntwo\n\n\nthree")).toEqual(["Title", "one", "two", "", "three"]);
  });

  it("takes emphasis, code, entities and links for what they are", () => {
    const stream = createMarkdownStream({ width: 80, theme, hasLinks: true });
    stream.push("**b** *i* ~~s~~ `c &amp;` &lt;x&gt; [t](https://e.org/ü)");
    expect(stream.end()).toEqual([
      `\u001b[1mb\u001b[22m \u001b[3mi\u001b[23m \u001b[9ms\u001b[29m ${theme.style("code", "c &amp;")} <x> ` +
        `\u001b]8;;https://e.org/%C3%BC\u001b\\${theme.style("link", "t", { underline: true })}\u001b]8;;\u001b\\`,
    ]);
  });

  it("shows where links lead that a terminal cannot or must not open", () => {
    expect(plain("[a](https://e.org) [b](javascript:alert) https://e.org [c](src/c.ts) ![d](d.png)", 200)).toEqual([
      "a (https://e.org) b (javascript:alert) https://e.org c (src/c.ts) d (d.png)",
    ]);
    const stream = createMarkdownStream({ width: 80, theme, hasLinks: true });
    stream.push("[b](javascript:alert(1)) [v](vscode://x)");
    expect(stream.end().join()).not.toContain("\u001b]8");
  });

  it("nests lists, counts on and draws boxes", () => {
    const text = "3. three\n   - a\n     - b\n3. four\n   more\n- [x] done\n- [ ] open\n\n- loose\n";
    expect(plain(text)).toEqual([
      "3. three",
      "   • a",
      "     • b",
      "4. four",
      "   more",
      "✓ done",
      "☐ open",
      "",
      "• loose",
    ]);
  });

  it("takes what stands two blanks below a number for its own", () => {
    expect(plain("1. one\n  - a\n2. two\n  ```\n  x\n  ```\n3. three")).toEqual([
      "1. one",
      "   • a",
      "2. two",
      "   x",
      "3. three",
    ]);
  });

  it("shows quotes, with lines that lazily go on", () => {
    expect(plain("> one\ntwo\n>\n> - a\n\nend")).toEqual(["│ one", "│ two", "│", "│ • a", "", "end"]);
  });

  it("keeps code as it is, however wide", () => {
    expect(plain(`~~~\na  b\n\n${"x".repeat(50)}  yz\n~~~\nend`, 40)).toEqual([
      "a  b",
      "",
      "x".repeat(40),
      `${"x".repeat(10)}  yz`,
      "end",
    ]);
  });

  it("draws tables, and rows as names and values where there is no room", () => {
    const text = "| Name | n |\n|---|--:|\n| a \\| b | 1 |\n| `c` | 22 |";
    expect(plain(text)).toEqual(["Name  │  n", "──────┼───", "a | b │  1", "c     │ 22"]);
    const wide = `| One | Two | Three |\n|-|-|-|\n| ${"aa ".repeat(9)}| ${"bb ".repeat(9)}| ${"cc ".repeat(9)}|`;
    expect(plain(wide, 20)).toEqual([
      "One: aa aa aa aa aa",
      "aa aa aa aa",
      "Two: bb bb bb bb bb",
      "bb bb bb bb",
      "Three: cc cc cc cc",
      "cc cc cc cc cc",
    ]);
  });

  it("shows HTML as text", () => {
    expect(plain('<div class="x">\n<script>alert(1)</script> a<br>b')).toEqual([
      '<div class="x">',
      "<script>alert(1)</script> a",
      "b",
    ]);
  });

  it("says by signs what it cannot say by looks", () => {
    const stream = createMarkdownStream({ width: 60, theme: bare });
    stream.push("## Title\n`code` **bold**\n");
    expect(stream.end()).toEqual(["## Title", "`code` bold"]);
  });

  it("lets no controls through, not even written as entities", () => {
    expect(plain("a\u001b[2Jb &#27;[2J &#x9b;1m `\u0007` \u202egpj")).toEqual([
      "a<U+001B>[2Jb <U+001B>[2J <U+009B>1m <U+0007> <U+202E>gpj",
    ]);
  });

  it("colours comments and strings that go over several lines of code", () => {
    const stream = createMarkdownStream({ width: 60, theme });
    stream.push("```ts\n/* one\ntwo */ const x = `a\nb`;\n```\n");
    const comment = (text: string) => theme.style("codeComment", text);
    const string = (text: string) => theme.style("codeString", text);
    expect(stream.end()).toEqual([
      comment("/* one"),
      `${comment("two */")} ${theme.style("codeKeyword", "const")} x = ${string("`a")}`,
      `${string("b`")};`,
    ]);
  });
});

describe("a stream", () => {
  it("gives away what is final and shows the rest", () => {
    const stream = createMarkdownStream({ width: 60, theme: bare });
    stream.push("One par");
    expect([stream.take(), stream.tail()]).toEqual([[], ["One par"]]);
    stream.push("agraph\nof two lines\n\n```x");
    expect([stream.take(), stream.tail()]).toEqual([["One paragraph", "of two lines"], [""]]);
    stream.push("yz\nfirst\nsec");
    expect([stream.take(), stream.tail()]).toEqual([["", "first"], ["sec"]]);
    stream.push("ond\n```\n- item\n");
    expect([stream.take(), stream.tail()]).toEqual([["second"], ["• item"]]);
    stream.push("- next");
    expect([stream.take(), stream.tail()]).toEqual([[], ["• item", "• next"]]);
    expect(stream.end()).toEqual(["• item", "• next"]);
    expect(stream.tail()).toEqual([]);
  });

  it("paints no more than the last rows again in a long table, list, fence, paragraph or line", () => {
    const open = (text: string) => {
      const stream = createMarkdownStream({ width: 80, theme: bare });
      stream.push(text);
      const taken = stream.take();
      return { taken: taken.length, tail: stream.tail().length };
    };
    expect(open(`|a|b|\n|-|-|\n${"|1|2|\n".repeat(1000)}`)).toEqual({ taken: 1002, tail: 0 });
    expect(open("- item\n".repeat(1000)).tail).toBe(1);
    expect(open(`\`\`\`\n${"line\n".repeat(1000)}`)).toEqual({ taken: 1000, tail: 0 });
    expect(open("line of a paragraph\n".repeat(10_000)).tail).toBeLessThan(500);
    expect(open("word ".repeat(100_000)).tail).toBeLessThan(200);
    expect(open("x".repeat(500_000)).tail).toBeLessThan(200);
  });

  it("takes a new width from there on", () => {
    const stream = createMarkdownStream({ width: 20, theme: bare });
    stream.push("a paragraph of several words\n\na paragraph of several words");
    expect(stream.take()).toEqual(["a paragraph of", "several words"]);
    stream.resize(40);
    expect(stream.end()).toEqual(["", "a paragraph of several words"]);
  });

  const markup = fc.constantFrom(
    ..."# ,## ,- ,1. ,10) ,* ,> ,>> ,   ,\t,```ts\n,```\n,~~~,\n,\n\n,  \n,|,|-|-|\n,---\n,===\n,**,*,_,`,[x](http://y),![,](,<b>,&#27;,&amp;,- [x] ,\\,$,\r\n".split(
      ",",
    ),
  );
  const words = fc.constantFrom(
    "word",
    " ",
    "漢字",
    "👩‍👩‍👧",
    "const a = `",
    "/*",
    "*/",
    "'",
    "é",
    "x".repeat(90),
    "http://a.b/c ",
  );
  const hostile = fc.constantFrom(
    "\u001b[2J",
    "\u001b]8;;http://evil\u0007",
    "\u009b31m",
    "\u0007",
    "\u202e",
    "\u2028",
    "\u0000",
    "\r",
  );
  const texts = fc
    .array(fc.oneof(markup, markup, words, hostile, fc.string({ unit: "binary", maxLength: 6 })), { maxLength: 60 })
    .map((pieces) => pieces.join(""));

  it("says the same wherever the text is cut and whenever it is looked at, in lines that fit and hold no foreign escape", () => {
    fc.assert(
      fc.property(
        texts,
        fc.integer({ min: 8, max: 120 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (text, columns, cuts) => {
          const options = { width: columns, theme, hasLinks: true };
          const whole = createMarkdownStream(options);
          whole.push(text);
          const expected = whole.end();

          const stream = createMarkdownStream(options);
          const given: string[] = [];
          let at = 0;
          for (const cut of cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b)) {
            stream.push(text.slice(at, cut));
            at = cut;
            if (cut % 3 > 0) given.push(...stream.take());
            if (cut % 3 > 1) {
              for (const line of stream.tail()) expect(width(line)).toBeLessThanOrEqual(columns);
            }
          }
          stream.push(text.slice(at));
          given.push(...stream.take(), ...stream.end());

          expect(given).toEqual(expected);
          for (const line of expected) {
            expect(width(line)).toBeLessThanOrEqual(columns);
            expect(foreignEscapes(line)).toBe("");
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("loses no word of prose", () => {
    const prose = fc.array(fc.constantFrom("a", "b", "c", "\n", "\n\n", "- ", "1. ", "> ", "  "), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(prose, (pieces) => {
        const text = pieces.join(" ");
        const seen =
          plain(text, 30)
            .join(" ")
            .match(/[a-z]+/g) ?? [];
        expect(seen).toEqual(text.match(/[a-z]+/g) ?? []);
      }),
      { numRuns: 500 },
    );
  });
});
