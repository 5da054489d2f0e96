/** Names of keys by what terminals send for them. */

/** What follows `CSI` and its parameters, or `SS3`. */
export const BY_FINAL: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  E: "begin",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
  M: "enter",
};

/** The first parameter of `CSI … ~`. */
export const BY_NUMBER: Readonly<Record<number, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
  25: "f13",
  26: "f14",
  28: "f15",
  29: "f16",
  31: "f17",
  32: "f18",
  33: "f19",
  34: "f20",
};

const KEYPAD = "0123456789./*-+";
const KEYPAD_FIRST = 57399;
const KEYPAD_KEYS = ["left", "right", "up", "down", "pageup", "pagedown", "home", "end", "insert", "delete", "begin"];
const KEYPAD_KEYS_FIRST = 57417;
const F13 = 57376;
const CONTROLS: Readonly<Record<number, string>> = {
  8: "backspace",
  9: "tab",
  13: "enter",
  27: "escape",
  32: "space",
  127: "backspace",
  57414: "enter",
};

/** The key of a code point in the kitty protocol; `undefined` for keys that do nothing by themselves, such as Shift. */
export function keyOfCode(code: number): { readonly name: string; readonly types?: string } | undefined {
  const control = CONTROLS[code];
  if (control) return code === 32 ? { name: control, types: " " } : { name: control };
  if (code === 57415) return { name: "=", types: "=" };
  const typed = KEYPAD[code - KEYPAD_FIRST];
  if (typed) return { name: typed, types: typed };
  const pressed = KEYPAD_KEYS[code - KEYPAD_KEYS_FIRST];
  if (pressed) return { name: pressed };
  if (code >= F13 && code < F13 + 23) return { name: `f${code - F13 + 13}` };
  const isPrivate = code >= 0xe000 && code <= 0xf8ff;
  if (code < 32 || isPrivate || code > 0x10ffff || (code >= 0x7f && code < 0xa0)) return undefined;
  const sign = String.fromCodePoint(code);
  return { name: sign.toLowerCase(), types: sign };
}
