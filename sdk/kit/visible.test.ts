import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { describe, expect, it } from "vitest";

describe("visible", () => {
  it.each([
    ["an escape sequence", "a\u001b[2Kb", "a<U+001B>[2Kb"],
    ["a window title", "\u001b]0;owned\u0007", "<U+001B>]0;owned<U+0007>"],
    ["an 8-bit CSI", "\u009b31m", "<U+009B>31m"],
    ["a carriage return that overwrites the line", "rm -rf /\rls", "rm -rf /<U+000D>ls"],
    ["a backspace", "rm\b\bls", "rm<U+0008><U+0008>ls"],
    ["a NUL", "a\0b", "a<U+0000>b"],
    ["DEL", "a\u007fb", "a<U+007F>b"],
    ["a bidi override", "\u202egpj.exe", "<U+202E>gpj.exe"],
    ["a bidi isolate", "a\u2066b\u2069", "a<U+2066>b<U+2069>"],
    ["a zero-width space", "pass\u200bword", "pass<U+200B>word"],
    ["a joiner between letters", "ad\u200dmin", "ad<U+200D>min"],
    ["a byte order mark", "\ufeffx", "<U+FEFF>x"],
    ["a soft hyphen", "a\u00adb", "a<U+00AD>b"],
    ["tags that hide a text", "hi\u{e0068}\u{e0069}", "hi<U+E0068><U+E0069>"],
    ["variation selectors that hide bytes", "a\ufe01\u{e0101}", "a<U+FE01><U+E0101>"],
    ["a line separator", "a\u2028b", "a<U+2028>b"],
  ])("writes out %s", (_, hostile, shown) => {
    expect(visible(hostile)).toBe(shown);
  });

  it.each(["plain", "tab\tand\nline", "Grüße, 你好, שלום, مرحبا", "👨‍👩‍👧 ❤️ 👍🏽", "1️⃣ ©️", "می\u200cخواهم", "क्\u200dष"])(
    "leaves %j as it is",
    (text) => expect(visible(text)).toBe(text),
  );

  it("reads a carriage return and line feed as a line end", () => {
    expect(visible("a\r\nb\u0007")).toBe("a\nb<U+0007>");
  });

  it("lets no control character through, whatever stands beside it", () => {
    const controls = Array.from({ length: 160 }, (_, code) => code).filter(
      (code) => (code < 32 || code > 126) && code !== 9 && code !== 10,
    );
    const beside = ["", "a", "\n", "❤", "\u200d", "م", "\u001b[", "\ud83d"];
    for (const control of controls.map((code) => String.fromCharCode(code))) {
      for (const [before, after] of beside.flatMap((one) => beside.map((other) => [one, other]))) {
        if (control === "\r" && after === "\n") continue;
        expect(visible(before + control + after)).not.toContain(control);
      }
    }
  });
});

describe("visibleLine", () => {
  it("puts everything on one line", () => {
    expect(visibleLine("  npm test\n\n  npm run   build\u001b\n")).toBe("npm test ⏎ npm run build<U+001B>");
  });

  it("cuts what is too long, never through a character", () => {
    expect(visibleLine("abcdef", 4)).toBe("abc…");
    expect(visibleLine("abcd", 4)).toBe("abcd");
    expect(visibleLine("ab👍👍", 4)).toBe("ab…");
    expect(visibleLine("x".repeat(1_000_000), 10)).toBe(`${"x".repeat(9)}…`);
  });
});
