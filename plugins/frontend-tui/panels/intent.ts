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
  | "submit";

const KEYS: Readonly<Record<string, Intent>> = {
  enter: "accept",
  return: "accept",
  escape: "cancel",
  esc: "cancel",
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
  "select:next": "next",
  "select:previous": "previous",
  "select:accept": "accept",
  "select:cancel": "cancel",
  "confirm:next": "next",
  "confirm:previous": "previous",
  "confirm:nextField": "nextField",
  "confirm:previousField": "previousField",
  "confirm:cancel": "cancel",
  "tabs:next": "right",
  "tabs:previous": "left",
  "settings:close": "cancel",
  "settings:submit": "submit",
  "scroll:lineDown": "next",
  "scroll:lineUp": "previous",
  "scroll:pageDown": "pageDown",
  "scroll:pageUp": "pageUp",
  "scroll:top": "first",
  "scroll:bottom": "last",
};

export function intentOf(press: KeyPress, action?: string): Intent | undefined {
  const bound = action === undefined ? undefined : ACTIONS[action];
  if (bound) return bound;
  if (press.alt) return undefined;
  if (press.ctrl) return CTRL_KEYS[press.name];
  if (press.name === "tab" && press.shift) return "previousField";
  return Object.hasOwn(KEYS, press.name) ? KEYS[press.name] : undefined;
}

/** What a key types; empty for keys that do something else. */
export function typedBy({ name, text, ctrl, alt }: KeyPress): string {
  if (ctrl || alt || Object.hasOwn(KEYS, name)) return "";
  return text;
}
