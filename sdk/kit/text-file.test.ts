import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText, encodeText, lineEndOf, linesOf, plainText, withLineEnd } from "./text-file.ts";

const bytes = (...values: (number | string)[]) =>
  Buffer.concat(values.map((value) => (typeof value === "number" ? Buffer.from([value]) : Buffer.from(value))));

describe("decoding a file", () => {
  test("tells the encodings apart", () => {
    expect(decodeText(bytes("grün\n"))).toEqual({ text: "grün\n", encoding: "utf-8", hasMark: false });
    expect(decodeText(bytes(0xef, 0xbb, 0xbf, "a"))).toEqual({ text: "a", encoding: "utf-8", hasMark: true });
    expect(decodeText(bytes(0xff, 0xfe, "a", 0, "b", 0))).toMatchObject({ text: "ab", encoding: "utf-16le" });
    expect(decodeText(bytes(0xfe, 0xff, 0, "a", 0, "b"))).toMatchObject({ text: "ab", encoding: "utf-16be" });
    expect(decodeText(bytes("gr", 0xfc, "n"))).toMatchObject({ text: "grün", encoding: "latin1" });
    expect(decodeText(new Uint8Array())).toEqual({ text: "", encoding: "utf-8", hasMark: false });
  });

  test("knows what is not text", () => {
    expect(decodeText(bytes("a", 0, "b"))).toBeUndefined();
    expect(decodeText(bytes(0x89, "PNG", 0x0d, 0x0a, 0x1a, 0x0a, 0x01, 0x02, 0x03))).toBeUndefined();
    expect(decodeText(bytes(0xff, 0xfe, "a", 0, "b"))).toBeUndefined();
    expect(decodeText(bytes(0xef, 0xbb, 0xbf, 0))).toBeUndefined();
  });

  test("gives the same bytes when it is encoded again, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
        const file = decodeText(input);
        if (file) expect(Buffer.from(encodeText(file) ?? [])).toEqual(Buffer.from(input));
      }),
    );
  });

  test("says when an encoding lacks a character", () => {
    expect(encodeText({ text: "5 €", encoding: "latin1", hasMark: false })).toBeUndefined();
  });
});

describe("line ends", () => {
  test("the most frequent one is the file's", () => {
    expect(lineEndOf("a\r\nb\r\nc\n")).toBe("\r\n");
    expect(lineEndOf("a\nb\r\nc\n")).toBe("\n");
    expect(lineEndOf("a\rb\r")).toBe("\r");
    expect(lineEndOf("progress\rdone\n")).toBe("\n");
    expect(lineEndOf("none")).toBe("\n");
  });

  test("a line feed at the very end begins no further line", () => {
    expect(linesOf("a\nb\n")).toEqual(["a", "b"]);
    expect(linesOf("a\n\n")).toEqual(["a", ""]);
    expect(linesOf("\n")).toEqual([""]);
    expect(linesOf("")).toEqual([]);
  });

  test("every place in the plain text leads back to the same character", () => {
    const part = fc.constantFrom("a", "é", "\n", "\r\n", "\r", "\r\r\n");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        const original = parts.join("");
        const plain = plainText(original);
        const pieces = [...plain.text].map((_, at) => original.slice(plain.toOriginal(at), plain.toOriginal(at + 1)));
        expect(pieces.join("")).toBe(original);
        for (const [at, piece] of pieces.entries()) {
          if (plain.text[at] !== "\n") expect(piece).toBe(plain.text[at]);
          else expect(["\n", "\r\n", "\r"]).toContain(piece);
        }
      }),
    );
  });

  test("plain text gets its line ends back", () => {
    expect(withLineEnd("a\nb\n", "\r\n")).toBe("a\r\nb\r\n");
    expect(withLineEnd("a\nb\n", "\n")).toBe("a\nb\n");
  });
});
