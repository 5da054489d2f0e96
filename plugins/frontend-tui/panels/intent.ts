/** What a key means on a panel: the action that it is bound to, or its own name where nobody has bound it. */
import type { KeyPress } from "../input/keys.ts";

export type Intent =
  | "accept"
  | "cancel"
  | "next"
  | "previous"
  | "pageDown"
  | "pageUp"
  | "first"
  | "last"
  | "left"
  | "right"
  | "nextField"
  | "previousField"
  | "submit"
  | "yes"
  | "no";

const KEYS: Readonly<Record<string, Intent>> = {
  enter: "accept",
  escape: "cancel",
  down: "next",
  up: "previous",
  pagedown: "pageDown",
  pageup: "pageUp",
  home: "first",
  end: "last",
  left: "left",
  right: "right",
  tab: "nextField",
};

const CTRL_KEYS: Readonly<Record<string, Intent>> = { n: "next", p: "previous", s: "submit" };

const ACTIONS: Readonly<Record<string, Intent>> = {
  "select:pageUp": "pageUp",
  "select:pageDown": "pageDown",
  "select:first": "first",
  "select:last": "last",
  "select:next": "next",
  "select:previous": "previous",
  "select:accept": "accept",
  "select:cancel": "cancel",
  "confirm:next": "next",
  "confirm:previous": "previous",
  "confirm:nextField": "nextField",
  "confirm:previousField": "previousField",
  "confirm:yes": "yes",
  "confirm:no": "no",
  "tabs:next": "right",
  "tabs:previous": "left",
  "settings:close": "cancel",
  "scroll:lineDown": "next",
  "scroll:lineUp": "previous",
  "scroll:pageDown": "pageDown",
  "scroll:pageUp": "pageUp",
  "scroll:top": "first",
  "scroll:bottom": "last",
};

export function intentOf(press: KeyPress, action?: string): Intent | undefined {
  // Pasted text is never a key.
  if (press.name === "paste") return undefined;
  const bound = action === undefined ? undefined : ACTIONS[action];
  if (bound && !isSameAsKey(bound, press)) return bound;
  if (press.alt) return undefined;
  if (press.ctrl) return CTRL_KEYS[press.name];
  if (press.name === "tab" && press.shift) return "previousField";
  return Object.hasOwn(KEYS, press.name) ? KEYS[press.name] : undefined;
}

/** Enter takes what is pointed at, and Esc leaves, also where they are bound to yes and no. */
function isSameAsKey(bound: Intent, { name }: KeyPress): boolean {
  return (bound === "yes" && name === "enter") || (bound === "no" && name === "escape");
}

/** What a key types; empty for keys that do something else. */
export function typedBy({ name, text, ctrl, alt }: KeyPress): string {
  if (ctrl || alt || Object.hasOwn(KEYS, name)) return "";
  return text;
}

/** The letter or sign that was pressed; empty for what was pasted. */
export function letterOf(press: KeyPress): string {
  return press.name === "paste" ? "" : typedBy(press).toLowerCase();
}
