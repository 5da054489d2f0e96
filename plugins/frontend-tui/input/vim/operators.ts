/** What operators do to a piece of the text, and how registers come into it. */
import { type Buffer, moveTo, replace } from "../buffer.ts";
import { lineEnd, lineStart, nextUnit, previousUnit } from "../units.ts";
import { firstSign } from "./motions.ts";
import type { Range } from "./ranges.ts";
import type { Register, VimState } from "./state.ts";

const INDENT = "  ";

/** What the text has become, and whether typing begins. */
export interface Operated {
  readonly buffer: Buffer;
  readonly registers: VimState["registers"];
  readonly isTyping?: boolean;
}

export function operate(
  operator: string,
  buffer: Buffer,
  range: Range,
  registers: VimState["registers"],
  register: string | undefined,
  count = 1,
): Operated {
  const { text } = buffer;
  const { from, to, isLines } = range;
  const cut = { text: text.slice(from, to), isLines };
  switch (operator) {
    case "y":
      return { buffer: moveTo(buffer, range.cursor), registers: stored(registers, register, cut, true) };
    case "d":
      return { buffer: deleted(buffer, range), registers: stored(registers, register, cut, false) };
    case "c":
      return {
        buffer: replace(buffer, from, to, ""),
        registers: stored(registers, register, cut, false),
        isTyping: true,
      };
    case ">":
    case "<": {
      const lines = text.slice(lineStart(text, from), lineEnd(text, to)).split("\n");
      const shifted = lines.map((line) => (operator === ">" ? indented(line, count) : outdented(line, count)));
      const start = lineStart(text, from);
      const next = replace(buffer, start, lineEnd(text, to), shifted.join("\n"));
      return { buffer: moveTo(next, firstSign(next.text, start)), registers };
    }
    default: {
      const next = replace(buffer, from, to, inCase(cut.text, operator));
      return { buffer: moveTo(next, isLines ? from : range.cursor), registers };
    }
  }
}

/** Whole lines go with their line end. */
function deleted(buffer: Buffer, { from, to, isLines }: Range): Buffer {
  if (!isLines) return replace(buffer, from, to, "");
  const { text } = buffer;
  const isLast = to >= text.length;
  const start = isLast && from > 0 ? from - 1 : from;
  const next = replace(buffer, start, isLast ? to : to + 1, "");
  return moveTo(next, firstSign(next.text, Math.min(from, next.text.length)));
}

export function stored(
  registers: VimState["registers"],
  name: string | undefined,
  value: Register,
  isYank: boolean,
): VimState["registers"] {
  if (name === "_") return registers;
  const next = new Map(registers);
  if (name && /[A-Z]/.test(name)) {
    const before = next.get(name.toLowerCase());
    const isLines = value.isLines || before?.isLines === true;
    const text = before ? before.text + (isLines ? "\n" : "") + value.text : value.text;
    next.set(name.toLowerCase(), { text, isLines });
  } else if (name) next.set(name, value);
  if (isYank && name === undefined) next.set("0", value);
  return next.set('"', (name && next.get(name.toLowerCase())) || value);
}

export function put(buffer: Buffer, register: Register, isBefore: boolean, count: number): Buffer {
  const { text, cursor, chips } = buffer;
  if (register.isLines) {
    const lines = Array.from({ length: count }, () => register.text).join("\n");
    const at = isBefore ? lineStart(text, cursor) : lineEnd(text, cursor);
    const next = replace(buffer, at, at, isBefore ? `${lines}\n` : `\n${lines}`);
    return moveTo(next, firstSign(next.text, isBefore ? at : at + 1));
  }
  const isEmptyLine = lineStart(text, cursor) === lineEnd(text, cursor);
  const at = isBefore || isEmptyLine ? cursor : nextUnit(text, cursor, chips);
  const whole = register.text.repeat(count);
  const next = replace(buffer, at, at, whole);
  return moveTo(next, whole.includes("\n") ? at : previousUnit(next.text, at + whole.length, next.chips));
}

export function joined(buffer: Buffer, count: number): Buffer {
  let next = buffer;
  for (let left = Math.max(1, count - 1); left > 0; left--) {
    const { text, cursor } = next;
    const end = lineEnd(text, cursor);
    if (end >= text.length) break;
    const blanks = /^[ \t]*/.exec(text.slice(end + 1))?.[0].length ?? 0;
    const behind = text[end + 1 + blanks];
    const isApart =
      end > lineStart(text, end) &&
      !/[ \t]/.test(text[end - 1] ?? "") &&
      behind !== ")" &&
      behind !== "\n" &&
      behind !== undefined;
    next = moveTo(replace(next, end, end + 1 + blanks, isApart ? " " : ""), end);
  }
  return next;
}

export function inCase(text: string, operator: string): string {
  if (operator === "gu") return text.toLowerCase();
  if (operator === "gU") return text.toUpperCase();
  return [...text].map((sign) => (sign === sign.toLowerCase() ? sign.toUpperCase() : sign.toLowerCase())).join("");
}

function indented(line: string, count: number): string {
  return line === "" ? line : INDENT.repeat(count) + line;
}

function outdented(line: string, count: number): string {
  let rest = line;
  for (let left = count; left > 0; left--) rest = rest.replace(/^(?: {2}|\t| )/, "");
  return rest;
}
