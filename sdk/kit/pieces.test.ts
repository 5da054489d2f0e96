import fc from "fast-check";
import { expect, test } from "vitest";
import { pieces } from "./pieces.ts";

const HALF_A_SIGN = /\p{Cs}/u;

test("a text is cut after words", () => {
  expect([...pieces("one two three four", 8)]).toEqual(["one two ", "three ", "four"]);
});

test("joined, the pieces are the text, none is empty and none much too long", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (text, size) => {
      const cut = [...pieces(text, size)];
      expect(cut.join("")).toBe(text);
      for (const piece of cut) {
        expect(piece.length).toBeGreaterThan(0);
        expect(piece.length).toBeLessThanOrEqual(size + 1);
        if (!HALF_A_SIGN.test(text)) expect(piece).not.toMatch(HALF_A_SIGN);
      }
    }),
  );
});

test("a long word is cut all the same, but never inside a sign", () => {
  expect([...pieces("😀😀😀", 3)].every((piece) => !HALF_A_SIGN.test(piece))).toBe(true);
});
