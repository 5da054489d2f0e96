import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { stillOpen, withoutEscapes } from "../test-escapes.ts";
import { cut, padded, width, withoutTabs, wrap } from "./width.ts";

const RED = "\u001b[31m";
const LINK = "\u001b]8;;https://example.org/\u001b\\";
const FAMILY = "👨‍👩‍👧‍👦";

describe("width", () => {
  it.each([
    ["plain", 5],
    ["漢字かな", 8],
    ["한국어", 6],
    [FAMILY, 2],
    ["🇩🇪", 2],
    ["1️⃣", 2],
    ["⚠️", 2],
    ["👍🏽", 2],
    ["e\u0301te\u0301", 3],
    ["ｶﾞ", 2],
    ["ไทย", 3],
    [`${RED}red\u001b[39m`, 3],
    [`${LINK}here\u001b]8;;\u001b\\`, 4],
    ["one\nlonger\nx", 6],
    ["a\tb", 9],
  ])("%j takes %i columns", (text, columns) => {
    expect(width(text)).toBe(columns);
  });

  it("agrees with string-width on text of any script", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
        const plain = text.replaceAll(/\p{Cc}/gu, "");
        expect(width(plain)).toBe(stringWidth(plain));
      }),
      { numRuns: 300 },
    );
  });
});

describe("cut", () => {
  it("leaves alone what fits", () => {
    expect(cut("abc", 3)).toBe("abc");
    expect(cut("漢字", 4)).toBe("漢字");
  });

  it("ends in … inside of the look that it cuts", () => {
    expect(cut(`${RED}redder\u001b[39m!`, 4)).toBe(`${RED}red\u001b[39m${RED}…\u001b[39m`);
  });

  it("does not halve wide signs", () => {
    expect(cut("漢字漢字", 4)).toBe("漢…");
    expect(cut(`${FAMILY}${FAMILY}`, 3)).toBe(`${FAMILY}…`);
  });

  it("leaves out escapes that are neither looks nor links", () => {
    expect(cut("a\u001b[2Jb\u001b]0;title\u0007c\u001b(Bd\u001b[", 10)).toBe("abcd");
  });
});

describe("wrap", () => {
  it("breaks at blanks, which go", () => {
    expect(wrap("the quick  brown fox", 10)).toEqual(["the quick", "brown fox"]);
    expect(wrap("aaa bbb", 3)).toEqual(["aaa", "bbb"]);
  });

  it("breaks in words that are wider than a line, and beside wide signs", () => {
    expect(wrap("abcdefgh ij", 4)).toEqual(["abcd", "efgh", "ij"]);
    expect(wrap("ab漢字漢字", 5)).toEqual(["ab漢", "字漢", "字"]);
  });

  it("keeps the blanks that a line begins with and empty lines", () => {
    expect(wrap("    indented by four", 12)).toEqual(["    indented", "by four"]);
    expect(wrap("a\n\nb", 40)).toEqual(["a", "", "b"]);
  });

  it("closes and opens looks and links on every line", () => {
    expect(wrap(`${RED}${LINK}one two\u001b]8;;\u001b\\\u001b[39m`, 4)).toEqual([
      `${LINK}${RED}one\u001b[39m\u001b]8;;\u001b\\`,
      `${LINK}${RED}two\u001b[39m\u001b]8;;\u001b\\`,
    ]);
  });

  const piece = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 12 }),
    fc.stringMatching(/^[a-z ]{0,30}$/),
    fc.constantFrom("\n", "\t", " ", FAMILY, "🇫🇷", "1️⃣", "e\u0301", "漢", "ｶﾞ", "️", "\u200d"),
    fc.constantFrom(
      RED,
      "\u001b[1;38;5;200m",
      "\u001b[48;2;1;2;3m",
      "\u001b[0m",
      LINK,
      "\u001b]8;;\u001b\\",
      "\u001b[2J",
    ),
  );
  const texts = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));

  it("makes no line wider than asked, loses nothing but blanks, and leaves nothing open", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 60 }), (text, columns) => {
        const lines = wrap(text, columns);
        for (const line of [...lines, cut(text, columns)]) {
          expect(width(line)).toBeLessThanOrEqual(columns);
          expect(stillOpen(line)).toEqual([]);
        }
        expect(inkOf(lines.join(""))).toBe(inkOf(text));
      }),
      { numRuns: 500 },
    );
  });
});

it("fills up to the next tab stop", () => {
  expect(withoutTabs("a\tb\n\tc", 4)).toBe("a   b\n    c");
  expect(withoutTabs("漢\tb", 4)).toBe("漢  b");
  expect(withoutTabs(`${RED}abc\u001b[39m\tb`, 4)).toBe(`${RED}abc\u001b[39m b`);
});

it("fills a text up with blanks", () => {
  expect(padded("漢", 4)).toBe("漢  ");
  expect(padded("long", 2)).toBe("long");
});

function inkOf(text: string): string {
  return withoutEscapes(text)
    .replaceAll("\u001b[2J", "")
    .replaceAll(/[ \t\n]/g, "");
}
