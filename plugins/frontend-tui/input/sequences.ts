// biome-ignore-all lint/suspicious/noControlCharactersInRegex: what terminals send
/** One key, or one message of the terminal, at the beginning of a text. */
import { BY_FINAL, BY_NUMBER, keyOfCode } from "./key-names.ts";
import type { KeyPress } from "./keys.ts";

export type Sequence = { readonly length: number } & (
  | { readonly kind: "press"; readonly press: KeyPress }
  | { readonly kind: "focus"; readonly hasFocus: boolean }
  | { readonly kind: "reply"; readonly text: string }
  | { readonly kind: "paste" }
  /** Of no use to anybody: the release of a key, a click. */
  | { readonly kind: "nothing" }
);

export const PASTE_END = "\x1b[201~";
const ESC = "\x1b";
const CSI = /\x1b\[([<=>?]?)([\d;:]*)([ -/]*)([@-Z\\-~])/y;
const CSI_BEGUN = /\x1b\[[<=>?]?[\d;:]*[ -/]*$/y;
/** Texts that end in BEL or ST. Signs that a person types with Alt are told from them by what follows. */
const STRING = /\x1b(?:\](?=\d)|P(?=[\d>!$+=])|_(?=[A-Za-z]))[^\x07\x1b]*(?:\x07|\x1b\\)/y;
const STRING_BEGUN =
  /\x1b(?:\]$|\]\d[^\x07\x1b]*\x1b?$|P$|P[\d>!$+=][^\x07\x1b]*\x1b?$|_$|_[A-Za-z][^\x07\x1b]*\x1b?$)/y;

/** `undefined`: more has to come before it can be told, unless it `isFinal`. */
export function readSequence(text: string, at: number, isFinal: boolean): Sequence | undefined {
  if (text[at] !== ESC) return typed(text, at);
  const next = text[at + 1];
  if (next === undefined) return isFinal ? escapeKey() : undefined;
  if (next === ESC) return twice(text, at, isFinal);
  if (next === "[") return controlled(text, at, isFinal);
  if (next === "O") return shifted(text, at, isFinal);
  const told = matched(STRING, text, at);
  if (told) return { kind: "reply", length: told[0].length, text: told[0] };
  if (!isFinal && matched(STRING_BEGUN, text, at)) return undefined;
  return withAlt(typed(text, at + 1));
}

/** Alt and an arrow, say, in terminals that put an Esc before it; or Esc pressed twice. */
function twice(text: string, at: number, isFinal: boolean): Sequence | undefined {
  const third = text[at + 2];
  if (third === undefined && !isFinal) return undefined;
  if (third !== "[" && third !== "O") return escapeKey();
  const behind = readSequence(text, at + 1, isFinal);
  if (!behind) return undefined;
  return behind.kind === "press" && behind.length > 2 ? withAlt(behind) : escapeKey();
}

function controlled(text: string, at: number, isFinal: boolean): Sequence | undefined {
  const found = matched(CSI, text, at);
  if (!found) {
    // The Linux console has a bracket more in the first five function keys.
    const console = /^\x1b\[\[([A-E])/.exec(text.slice(at, at + 4));
    if (console) return pressed(4, `f${(console[1] ?? "A").charCodeAt(0) - 64}`);
    const isBegun = matched(CSI_BEGUN, text, at) || text.slice(at) === "\x1b[[";
    if (isBegun && !isFinal) return undefined;
    return withAlt(typed(text, at + 1));
  }
  const [whole, mark = "", parameters = "", between = "", final = ""] = found;
  const length = whole.length;
  // An old mouse: three signs follow.
  if (final === "M" && whole.length === 3) {
    if (text.length - at < 6 && !isFinal) return undefined;
    return { kind: "nothing", length: Math.min(6, text.length - at) };
  }
  if (mark === "<") return mouse(parameters, length);
  if (mark || between) return { kind: "reply", length, text: whole };
  if (whole === "\x1b[200~") return { kind: "paste", length };
  if (whole === PASTE_END) return { kind: "nothing", length };
  if (whole === "\x1b[I" || whole === "\x1b[O") return { kind: "focus", length, hasFocus: final === "I" };
  return key(whole, parameters, final);
}

function key(whole: string, parameters: string, final: string): Sequence {
  const { length } = whole;
  const parts = parameters.split(";").map((part) => part.split(":").map(Number));
  const [[first = 0, shifted = 0] = [], [modifiers = 1, event = 1] = [], third = []] = parts;
  if (event === 3) return { kind: "nothing", length };
  if (final === "u") return coded(length, first, modifiers, shifted, third);
  if (final === "~" && first === 27 && third[0]) return coded(length, third[0], modifiers, 0, []);
  if (final === "Z") return pressed(length, "tab", ((modifiers - 1) | 1) + 1);
  // Where the cursor is, but for what only F3 can be.
  if (final === "R" && parameters !== "" && !/^1;([2-9]|1[0-6])$/.test(parameters)) {
    return { kind: "reply", length, text: whole };
  }
  const name = final === "~" ? BY_NUMBER[first] : BY_FINAL[final];
  if (name) return pressed(length, name, modifiers);
  // rxvt says by the last sign which modifier was held.
  const rxvt = { "^": 5, "@": 6 }[final];
  const named = rxvt ? BY_NUMBER[first] : undefined;
  if (named) return pressed(length, named, rxvt);
  return /^[a-d]$/.test(final)
    ? pressed(length, BY_FINAL[final.toUpperCase()] ?? "up", 2)
    : { kind: "reply", length, text: whole };
}

function coded(
  length: number,
  code: number,
  modifiers: number,
  shifted: number,
  typedCodes: readonly number[],
): Sequence {
  const found = keyOfCode(code);
  if (!found) return { kind: "nothing", length };
  const held = (modifiers || 1) - 1;
  if (found.types === undefined) return pressed(length, found.name, modifiers);
  const isUpper = (held & 1) !== 0 || (held & 64) !== 0;
  const associated = typedCodes.filter((one) => one >= 32 && one <= 0x10ffff);
  const text = associated.length
    ? String.fromCodePoint(...associated)
    : shifted >= 32 && shifted <= 0x10ffff && (held & 1) !== 0
      ? String.fromCodePoint(shifted)
      : isUpper
        ? found.types.toUpperCase()
        : found.types;
  const isLetter = text.toLowerCase() !== text.toUpperCase();
  // A sign for which Shift was held is itself; a letter is the key, with Shift.
  const name = found.name === "space" || isLetter || (held & 1) === 0 ? found.name : text;
  return pressed(length, name, modifiers, text, isLetter || name === "space" || name === found.name);
}

function shifted(text: string, at: number, isFinal: boolean): Sequence | undefined {
  const found = /^\x1bO(\d?)([A-DEFHMP-Sa-dj-y])/.exec(text.slice(at, at + 4));
  if (!found) {
    const isBegun = /^\x1bO\d?$/.test(text.slice(at, at + 4));
    return isBegun && !isFinal ? undefined : withAlt(typed(text, at + 1));
  }
  const [whole, modifiers = "", final = ""] = found;
  const keypad = "*+,-./0123456789"[final.charCodeAt(0) - 106];
  if (keypad) return pressed(whole.length, keypad, 1, keypad);
  if (/[a-d]/.test(final)) return pressed(whole.length, BY_FINAL[final.toUpperCase()] ?? "up", 5);
  return pressed(whole.length, BY_FINAL[final] ?? "enter", Number(modifiers) || 1);
}

/** The wheel is a key; a click is of no use. */
function mouse(parameters: string, length: number): Sequence {
  const button = Number(parameters.split(";")[0]);
  if ((button & 0b1100_0000) !== 64 || (button & 3) > 1) return { kind: "nothing", length };
  return pressed(length, (button & 1) === 0 ? "wheelup" : "wheeldown");
}

function typed(text: string, at: number): Sequence {
  const code = text.codePointAt(at) ?? 0;
  const sign = String.fromCodePoint(code);
  if (code === 13) return pressed(1, "enter");
  if (code === 9) return pressed(1, "tab");
  if (code === 127) return pressed(1, "backspace");
  if (code === 27) return escapeKey();
  if (code === 0) return pressed(1, "space", 5);
  if (code < 27) return pressed(1, String.fromCharCode(code + 96), 5);
  if (code < 32) return pressed(1, String.fromCharCode(code + 64), 5);
  if (code >= 0x80 && code < 0xa0) return { kind: "nothing", length: 1 };
  const name = sign === " " ? "space" : sign.toLowerCase();
  const isUpper = name !== sign && sign !== " ";
  return pressed(sign.length, name, isUpper ? 2 : 1, sign);
}

function escapeKey(): Sequence {
  return pressed(1, "escape");
}

function pressed(length: number, name: string, modifiers = 1, types = "", isShiftKept = true): Sequence {
  const held = (modifiers || 1) - 1;
  const ctrl = (held & 4) !== 0;
  const alt = (held & 2) !== 0 || (held & 32) !== 0;
  const isSuper = (held & 8) !== 0;
  const press: KeyPress = {
    name,
    ctrl,
    alt,
    shift: isShiftKept && (held & 1) !== 0,
    ...(isSuper && { super: true }),
    text: ctrl || alt || isSuper ? "" : types,
  };
  return { kind: "press", length, press };
}

function withAlt(sequence: Sequence): Sequence {
  if (sequence.kind !== "press") return { ...sequence, length: sequence.length + 1 };
  return { ...sequence, length: sequence.length + 1, press: { ...sequence.press, alt: true, text: "" } };
}

function matched(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
