import fc from "fast-check";
import { expect, test } from "vitest";
import { createKeyDecoder, type KeyPress } from "./keys.ts";

/** What comes of pieces that arrive one after the other, with no pause long enough to end a key. */
function heard(...pieces: readonly (string | Uint8Array)[]) {
  const presses: KeyPress[] = [];
  const others: unknown[] = [];
  const decoder = createKeyDecoder({
    onPress: (press) => presses.push(press),
    onFocus: (hasFocus) => others.push(hasFocus),
    onReply: (reply) => others.push(reply),
    wait: () => () => {},
  });
  for (const piece of pieces) decoder.feed(typeof piece === "string" ? Buffer.from(piece) : piece);
  decoder.end();
  return { presses, others };
}

/** As a binding is written, and what it types behind it. */
function shortly({ ctrl, alt, shift, super: isSuper = false, name, text }: KeyPress): string {
  const held = [ctrl && "ctrl", alt && "alt", shift && "shift", isSuper && "super"].filter(Boolean);
  return `${[...held, name].join("+")}${text ? `=${text}` : ""}`;
}

test.each([
  ["a", "a=a"],
  ["A", "shift+a=A"],
  ["ß", "ß=ß"],
  ["?", "?=?"],
  ["😀", "😀=😀"],
  [" ", "space= "],
  ["\r", "enter"],
  ["\n", "ctrl+j"],
  ["\t", "tab"],
  ["\x7f", "backspace"],
  ["\x08", "ctrl+h"],
  ["\x01", "ctrl+a"],
  ["\x1f", "ctrl+_"],
  ["\0", "ctrl+space"],
  ["\x1b", "escape"],
  ["\x1b\x1b", "escape escape"],
  ["\x1ba", "alt+a"],
  ["\x1bA", "alt+shift+a"],
  ["\x1b\r", "alt+enter"],
  ["\x1b\x7f", "alt+backspace"],
  ["\x1b[A", "up"],
  ["\x1bOA", "up"],
  ["\x1b\x1b[A", "alt+up"],
  ["\x1b\x1ba", "escape alt+a"],
  ["\x1b[1;5C", "ctrl+right"],
  ["\x1b[1;10D", "shift+super+left"],
  ["\x1b[Z", "shift+tab"],
  ["\x1b[3~", "delete"],
  ["\x1b[3;5~", "ctrl+delete"],
  ["\x1b[5~\x1b[6~", "pageup pagedown"],
  ["\x1bOP\x1b[15~\x1b[24;2~", "f1 f5 shift+f12"],
  ["\x1b[[A\x1b[[E", "f1 f5"],
  ["\x1b[R\x1b[1;2R", "f3 shift+f3"],
  ["\x1b[a\x1b[7^", "shift+up ctrl+home"],
  ["\x1bOa\x1bOM\x1bOk", "ctrl+up enter +=+"],
  ["\x1b[97u", "a=a"],
  ["\x1b[97;2u", "shift+a=A"],
  ["\x1b[97:65;2u", "shift+a=A"],
  ["\x1b[47:63;2u", "?=?"],
  ["\x1b[99;5u", "ctrl+c"],
  ["\x1b[27u\x1b[13;2u\x1b[9;2u\x1b[127;3u", "escape shift+enter shift+tab alt+backspace"],
  ["\x1b[97;1:3u\x1b[97;1:2u", "a=a"],
  ["\x1b[97;1;229u", "a=å"],
  ["\x1b[57441u\x1b[57425u\x1b[57399u\x1b[57414u", "insert 0=0 enter"],
  ["\x1b[97;9u", "super+a"],
  ["\x1b[27;2;13~\x1b[27;5;9~\x1b[27;2;65~", "shift+enter ctrl+tab shift+a=A"],
  ["\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<0;1;1M\x1b[<0;1;1m", "wheelup wheeldown"],
  ["\x1b[M !!x", "x=x"],
  ["\x1b[99999u\x1b[0u", "\u{1869f}=\u{1869f}"],
  ["\x1b[", "alt+["],
  ["\x1bO", "alt+shift+o"],
  ["\x1b]", "alt+]"],
  ["\x1bPx", "alt+shift+p x=x"],
])("%j is %s", (bytes, keys) => {
  expect(heard(bytes).presses.map(shortly).join(" ")).toBe(keys);
});

test("text is pasted as one, whatever stands in it", () => {
  const { presses } = heard("a\x1b[200~one\r\ntwo\rthree\x1b[A\x1b[20\x1b[201~b");
  expect(presses.map(({ name, text }) => [name, text])).toEqual([
    ["a", "a"],
    ["paste", "one\ntwo\nthree\x1b[A\x1b[20"],
    ["b", "b"],
  ]);
});

test("what the terminal says is no key", () => {
  const answers = [
    "\x1b[?62;4c",
    "\x1b[?1u",
    "\x1b[12;40R",
    "\x1b]11;rgb:00/00/00\x1b\\",
    "\x1bP>|term 1\x1b\\",
    "\x1b[?2026;1$y",
  ];
  const { presses, others } = heard(`x${answers.join("")}\x1b[I\x1b[O\x1b]11;rgb:1/1/1\x07y`);
  expect(presses.map(({ text }) => text)).toEqual(["x", "y"]);
  expect(others).toEqual([...answers, true, false, "\x1b]11;rgb:1/1/1\x07"]);
});

test("an Esc waits for what may follow, and not for long", () => {
  const waiting: (() => void)[] = [];
  const presses: string[] = [];
  const decoder = createKeyDecoder({
    onPress: (press) => presses.push(shortly(press)),
    wait: (_, then) => {
      waiting.push(then);
      return () => void waiting.splice(waiting.indexOf(then), 1);
    },
  });
  decoder.feed(Buffer.from("\x1b"));
  expect(presses).toEqual([]);
  waiting[0]?.();
  decoder.feed(Buffer.from("[A"));
  expect(presses).toEqual(["escape", "[=[", "shift+a=A"]);
  decoder.feed(Buffer.from("\x1b"));
  decoder.feed(Buffer.from("[A"));
  expect(presses.at(-1)).toBe("up");
});

test("a reply without an end is let go of", () => {
  expect(heard(`\x1b]1${"x".repeat(5000)}`).presses.length).toBeGreaterThan(5000);
});

test("cutting the bytes anywhere gives the same presses", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "\x1b",
      "\x1b[A",
      "\x1bOP",
      "\x1b[1;5C",
      "\x1b[97:65;2u",
      "\x1b[27;5;9~",
      "\x1b[200~",
      "\x1b[201~",
      "\x1b[I",
      "\r",
    ),
    fc.constantFrom(
      "\x1b]11;rgb:0/0/0\x07",
      "\x1bP1$r\x1b\\",
      "\x1b[?1u",
      "\x1b[<64;1;1M",
      "\x1b[M abc",
      "\x1b[",
      "\x1b[1;",
      "[",
      "O",
      "é",
      "字",
      "👩‍💻",
    ),
    fc.string({ unit: "binary", maxLength: 4 }),
  );
  const stream = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.from(pieces.join("")));
  fc.assert(
    fc.property(stream, fc.array(fc.nat(200), { maxLength: 20 }), (bytes, cuts) => {
      const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b);
      const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      expect(heard(...pieces)).toEqual(heard(bytes));
    }),
    { numRuns: 500 },
  );
});

test("any bytes at all are taken", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const { name, text } of heard(bytes).presses) expect(name.length + text.length).toBeGreaterThan(0);
    }),
  );
});
