/** Keys of NORMAL and VISUAL mode as one command, as soon as they are one. */

/** What an operator or a command works on: a motion, a text object, or whole lines. */
export type Target =
  | { readonly kind: "motion"; readonly motion: string; readonly sign?: string }
  | { readonly kind: "object"; readonly object: string; readonly isAround: boolean }
  | { readonly kind: "lines" };

export interface Command {
  readonly register?: string;
  /** `undefined`: none was typed. */
  readonly count?: number;
  /** An operator, such as `d` or `gu`, with what it works on; or a command of its own, such as `p`. */
  readonly operator?: string;
  readonly target?: Target;
  readonly command?: string;
  /** What `r` puts in. */
  readonly sign?: string;
}

const OPERATORS = new Set(["d", "c", "y", ">", "<", "g~", "gu", "gU"]);
const MOTIONS = new Set([
  ..."hjklwbeWBE0^$G;,%{}",
  "gg",
  "ge",
  "g_",
  "left",
  "right",
  "home",
  "end",
  "space",
  "backspace",
]);
const FINDS = new Set([..."fFtT"]);
const COMMANDS = new Set([..."xXsSDCYpPJu.~iaIAoOvV/?", "ctrl+r", "delete"]);
const VISUAL_OPERATORS: Readonly<Record<string, string>> = {
  x: "d",
  X: "D",
  delete: "d",
  s: "c",
  S: "C",
  R: "C",
  u: "gu",
  U: "gU",
  "~": "g~",
};
const OBJECTS = /^["'`()[\]{}<>bBwW]$/;

/** `more`: keys are missing; `nothing`: nobody knows what it could be. */
export function parseCommand(keys: readonly string[], isVisual: boolean): Command | "more" | "nothing" {
  let at = 0;
  const head: { register?: string } = {};
  if (keys[at] === '"') {
    const register = keys[at + 1];
    if (register === undefined) return "more";
    if (!/^[A-Za-z"0_+*]$/.test(register)) return "nothing";
    head.register = register;
    at += 2;
  }
  const first = readCount(keys, at);
  at = first.at;
  const name = readName(keys, at);
  if (name === "more") return "more";
  at += name.length;
  const command = name.key;
  const counted = { ...head, ...(first.count !== undefined && { count: first.count }) };
  if (isVisual) {
    const operator = VISUAL_OPERATORS[command] ?? command;
    if (operator === "i" || operator === "a") return readObject(keys, at, operator === "a", counted);
    if (OPERATORS.has(operator) || /^[DCY]$/.test(operator)) return { ...counted, operator };
    if (/^[oJpPvV]$/.test(command)) return { ...counted, command };
    if (command === "r") return readSign(keys, at, { ...counted, command });
    return readMotion(keys, at, command, counted);
  }
  if (command === "r") return readSign(keys, at, { ...counted, command });
  if (COMMANDS.has(command)) return { ...counted, command };
  if (!OPERATORS.has(command)) return readMotion(keys, at, command, counted);
  const second = readCount(keys, at);
  at = second.at;
  const count = first.count === undefined ? second.count : first.count * (second.count ?? 1);
  const operated = { ...head, ...(count !== undefined && { count }), operator: command };
  const next = readName(keys, at);
  if (next === "more") return "more";
  // `dd`, `gUU` and `gUgU` are of whole lines.
  if (next.key === command || (command.length === 2 && next.key === command[1])) {
    return { ...operated, target: { kind: "lines" } };
  }
  if (next.key === "i" || next.key === "a") return readObject(keys, at + 1, next.key === "a", operated);
  return readMotion(keys, at + next.length, next.key, operated);
}

function readCount(keys: readonly string[], from: number): { readonly count?: number; readonly at: number } {
  let at = from;
  let digits = "";
  for (let key = keys[at]; key !== undefined && /^\d$/.test(key) && !(digits === "" && key === "0"); key = keys[at]) {
    digits += key;
    at++;
  }
  // More than anybody means would only take long.
  return digits === "" ? { at } : { count: Math.min(9999, Number(digits)), at };
}

function readName(keys: readonly string[], at: number): "more" | { readonly key: string; readonly length: number } {
  const key = keys[at];
  if (key === undefined) return "more";
  if (key !== "g") return { key, length: 1 };
  const second = keys[at + 1];
  return second === undefined ? "more" : { key: `g${second}`, length: 2 };
}

function readObject(
  keys: readonly string[],
  at: number,
  isAround: boolean,
  head: Command,
): Command | "more" | "nothing" {
  const object = keys[at];
  if (object === undefined) return "more";
  return OBJECTS.test(object) ? { ...head, target: { kind: "object", object, isAround } } : "nothing";
}

function readMotion(keys: readonly string[], at: number, motion: string, head: Command): Command | "more" | "nothing" {
  if (FINDS.has(motion)) {
    const sign = keys[at];
    if (sign === undefined) return "more";
    return [...sign].length === 1 || sign === "space"
      ? { ...head, target: { kind: "motion", motion, sign: sign === "space" ? " " : sign } }
      : "nothing";
  }
  return MOTIONS.has(motion) ? { ...head, target: { kind: "motion", motion } } : "nothing";
}

function readSign(keys: readonly string[], at: number, command: Command): Command | "more" | "nothing" {
  const sign = keys[at];
  if (sign === undefined) return "more";
  const typed = sign === "space" ? " " : sign === "enter" ? "\n" : sign;
  return [...typed].length === 1 ? { ...command, sign: typed } : "nothing";
}
