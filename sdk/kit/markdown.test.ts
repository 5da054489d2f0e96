import * as fc from "fast-check";
import { expect, test } from "vitest";
import { markdownPieces, proseOf } from "./markdown.ts";

const LETTERS = { prose: "p", code: "c", comment: "m" };
const kinds = (text: string) => markdownPieces(text).map(({ kind, text }) => `${LETTERS[kind]} ${text}`);

test.each([
  ["Run `npm test`.", ["p Run ", "c `npm test`", "p ."]],
  ["``a ` b`` c", ["c ``a ` b``", "p  c"]],
  ["one ` tick", ["p one ` tick"]],
  ["a `\n\nb` c", ["p a `\n\nb` c"]],
  ["a\n```ts\n@x\n```\nb", ["p a\n", "c ```ts\n@x\n```", "p \nb"]],
  ["~~~~\n~~~\n~~~~\n", ["c ~~~~\n~~~\n~~~~", "p \n"]],
  ["```\nnever closed", ["c ```\nnever closed"]],
  ["a <!-- `b` --> c", ["p a ", "m <!-- `b` -->", "p  c"]],
  ["`<!--` a `-->`", ["c `<!--`", "p  a ", "c `-->`"]],
  ["a <!-- b <!-- c", ["p a <!-- b <!-- c"]],
  ["", []],
])("%j is taken apart", (text, pieces) => {
  expect(kinds(text)).toEqual(pieces);
});

test("prose stands where it stood", () => {
  expect(proseOf("a `@b` c\n```\n@d\n```\n@e")).toBe("a      c\n   \n  \n   \n@e");
});

test("nothing is lost of any text, and it is quick with strange ones", () => {
  const signs = fc.array(fc.constantFrom("`", "```", "~~~", "<!--", "-->", "\n", "\n\n", "a", " "), { maxLength: 60 });
  fc.assert(
    fc.property(signs, (parts) => {
      const text = parts.join("");
      expect(
        markdownPieces(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
      expect(proseOf(text)).toHaveLength(text.length);
    }),
  );
  const strange = ["`", "``", "<!--", "`` ` "].map((sign) => `${sign} `.repeat(100_000));
  for (const text of strange) expect(proseOf(text)).toHaveLength(text.length);
});
