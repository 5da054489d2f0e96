/** Keys as people write them: `ctrl+x ctrl+k`. */
import type { KeyPress } from "./keys.ts";

const MODIFIERS: Readonly<Record<string, "ctrl" | "alt" | "shift" | "super">> = {
  ctrl: "ctrl",
  control: "ctrl",
  alt: "alt",
  opt: "alt",
  option: "alt",
  meta: "alt",
  shift: "shift",
  cmd: "super",
  command: "super",
  super: "super",
  win: "super",
};
const ORDER = ["ctrl", "alt", "shift", "super"] as const;
const NAMES: Readonly<Record<string, string>> = {
  esc: "escape",
  return: "enter",
  del: "delete",
  ins: "insert",
  pgup: "pageup",
  pgdn: "pagedown",
  pagedn: "pagedown",
  " ": "space",
};
const NAMED =
  /^(?:escape|enter|tab|space|backspace|delete|insert|up|down|left|right|home|end|begin|pageup|pagedown|wheelup|wheeldown|f(?:[1-9]|[12]\d|3[0-5]))$/;

/** A press as bindings have it. */
export function keyOf({ name, ctrl, alt, shift, super: isSuper = false }: KeyPress): string {
  return joined(name, { ctrl, alt, shift, super: isSuper });
}

/** Keys one after the other, each in the one spelling that {@link keyOf} gives; `undefined` where it is no key. */
export function readChord(written: string): string | undefined {
  const keys = written.trim().split(/\s+/).map(readKey);
  return keys.length && keys.every((key) => key !== undefined) ? keys.join(" ") : undefined;
}

function readKey(written: string): string | undefined {
  // The last sign may be a plus itself.
  const parts =
    written === "+" || written.endsWith("++") ? [...written.slice(0, -2).split("+"), "+"] : written.split("+");
  const last = parts.at(-1) ?? "";
  const held = parts.slice(0, -1).filter((part) => part !== "");
  const modifiers = held.map((part) => MODIFIERS[part.toLowerCase()]);
  if (modifiers.some((modifier) => modifier === undefined)) return undefined;
  const lower = last.toLowerCase();
  const name = NAMES[lower] ?? lower;
  const isSign = [...last].length === 1;
  if (!isSign && !NAMED.test(name)) return undefined;
  // A capital letter alone means Shift; with Ctrl it is only how people write it.
  const isCapital = isSign && lower !== last && modifiers.length === 0;
  const all = { ctrl: false, alt: false, shift: isCapital, super: false };
  for (const modifier of modifiers) if (modifier) all[modifier] = true;
  const isLetter = lower !== lower.toUpperCase();
  // Signs other than letters are what Shift makes of them.
  return joined(name, { ...all, shift: all.shift && !(isSign && !isLetter && name !== "space") });
}

function joined(name: string, held: Readonly<Record<(typeof ORDER)[number], boolean>>): string {
  return [...ORDER.filter((modifier) => held[modifier]), name].join("+");
}
