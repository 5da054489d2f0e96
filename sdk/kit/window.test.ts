import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createWindow } from "./window.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("a window on an output", () => {
  it("gives a short output as it stands", () => {
    const window = createWindow(100);
    window.push(bytes("one\n"));
    window.push(bytes("two\n"));
    expect(window.excerpt()).toEqual({ text: "one\ntwo\n", omittedBytes: 0 });
  });

  it("keeps beginning and end of a long one and says how much is missing", () => {
    const window = createWindow(10);
    for (let line = 0; line < 1000; line++) window.push(bytes(`${line % 10}`));
    expect(window.excerpt()).toEqual({
      text: "01234\n[... 990 bytes left out ...]\n56789",
      omittedBytes: 990,
    });
    expect(window.excerpt(4).text).toBe("01\n[... 996 bytes left out ...]\n89");
  });

  it("never splits a character, wherever the pieces end", () => {
    const all = bytes("é漢😀".repeat(500));
    for (const step of [1, 2, 3, 5, 7, 1024]) {
      const window = createWindow(64);
      for (let at = 0; at < all.length; at += step) window.push(all.subarray(at, at + step));
      expect(window.excerpt().text).not.toContain("\ufffd");
      expect(() => encodeURIComponent(window.excerpt().text)).not.toThrow();
    }
  });

  it("shows bytes that are no text", () => {
    const window = createWindow(100);
    window.push(new Uint8Array([0x61, 0xff, 0xfe, 0x62]));
    expect(window.excerpt().text).toBe("a\ufffd\ufffdb");
  });

  it("is not held to a buffer that the caller uses again", () => {
    const window = createWindow(100);
    const buffer = bytes("first");
    window.push(buffer);
    buffer.fill(0x78);
    expect(window.excerpt().text).toBe("first");
  });

  it("does not grow with what is pushed", () => {
    const window = createWindow(30_000);
    const chunk = new Uint8Array(1 << 16).fill(0x61);
    const before = process.memoryUsage().arrayBuffers;
    for (let pushed = 0; pushed < 1 << 30; pushed += chunk.length) window.push(chunk);
    expect(window.size).toBe(1 << 30);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
  });

  it("gives, for any pieces, what the whole would give", () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string({ unit: "binary" }).map(bytes));
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 2, max: 60 }), (pieces, limit) => {
        const window = createWindow(limit);
        for (const one of pieces) window.push(one);
        const all = Buffer.concat(pieces);
        const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(all);
        const { text, omittedBytes } = window.excerpt();
        expect(window.size).toBe(all.length);
        if (whole.length <= limit) {
          expect({ text, omittedBytes }).toEqual({ text: whole, omittedBytes: 0 });
        } else {
          const [first, last] = text.split(/\n\[\.\.\. \d+ bytes left out \.\.\.\]\n/) as [string, string];
          expect(omittedBytes).toBeGreaterThan(0);
          expect(whole.startsWith(first)).toBe(true);
          expect(whole.endsWith(last)).toBe(true);
          expect(first.length + last.length).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});
