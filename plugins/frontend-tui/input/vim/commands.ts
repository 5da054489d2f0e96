/** One whole command, carried out. */
import { type Buffer, moveTo, redo, replace, undo } from "../buffer.ts";
import { lineEnd, lineStart, nextUnit, previousUnit } from "../units.ts";
import { firstSign, type MotionContext, runMotion } from "./motions.ts";
import { findObject } from "./objects.ts";
import { inCase, joined, operate, put, stored } from "./operators.ts";
import type { Command } from "./parse.ts";
import { linesFrom, type Range, rangeOf, visualRange } from "./ranges.ts";
import type { Change, Step, VimState } from "./state.ts";

type Applied = Step | undefined;

/** `undefined`: there is nothing that it could do. */
export function apply(command: Command, state: VimState, buffer: Buffer, extent?: Change["extent"]): Applied {
  const isVisual = state.mode === "visual" || state.mode === "visual-line";
  if (command.operator && (isVisual || extent)) return visually(command, state, buffer, extent);
  if (command.operator) {
    const range = rangeOf(command, buffer, state.lastFind);
    const found = withFind(command, state);
    if (!range) return undefined;
    const isLinewise = command.target?.kind === "lines" && /^[<>]$/.test(command.operator);
    return operated(command, command.operator, found, buffer, range, isLinewise ? 1 : undefined);
  }
  if (command.target)
    return isVisual && command.target.kind === "object"
      ? selectObject(command, state, buffer)
      : move(command, state, buffer);
  if (isVisual) return visualCommand(command, state, buffer);
  return normalCommand(command, state, buffer);
}

function operated(
  command: Command,
  operator: string,
  state: VimState,
  buffer: Buffer,
  range: Range,
  shifts = 1,
  extent?: Change["extent"],
): Step {
  const {
    buffer: next,
    registers,
    isTyping,
  } = operate(operator, buffer, range, state.registers, command.register, shifts);
  const change: Change = { command, ...(extent && { extent }) };
  const done: VimState = { ...state, registers, mode: "normal" };
  if (isTyping) return typing(done, next, buffer, change);
  return { state: operator === "y" ? done : { ...done, lastChange: change }, buffer: next };
}

/** Typing begins: what was done to begin it is undone with it. */
function typing(state: VimState, buffer: Buffer, base: Buffer, change: Change | undefined): Step {
  return { state: { ...state, mode: "insert", typing: { base, change, typed: [] } }, buffer };
}

function withFind({ target }: Command, state: VimState): VimState {
  if (target?.kind !== "motion" || target.sign === undefined) return state;
  return { ...state, lastFind: { motion: target.motion, sign: target.sign } };
}

function move(command: Command, state: VimState, buffer: Buffer): Applied {
  const { target } = command;
  if (target?.kind !== "motion") return undefined;
  const context: MotionContext = {
    count: command.count,
    sign: target.sign,
    lastFind: state.lastFind,
    isOperated: false,
  };
  const moved = runMotion(target.motion, buffer, context);
  const next = withFind(command, state);
  if (moved) return { state: next, buffer: moveTo(buffer, moved.to, false, moved.goal) };
  const isPlain = state.mode === "normal" && command.count === undefined;
  // Beyond the first and the last line lies what was sent before.
  if (isPlain && target.motion === "k") return { state: next, buffer, action: "history:previous" };
  if (isPlain && target.motion === "j") return { state: next, buffer, action: "history:next" };
  return { state: next, buffer };
}

// ---------------------------------------------------------------- normal mode

function normalCommand(command: Command, state: VimState, buffer: Buffer): Applied {
  const { text, cursor, chips } = buffer;
  const { count = 1 } = command;
  const end = lineEnd(text, cursor);
  const change: Change = { command };
  const begin = (place: number) => typing(state, moveTo(buffer, place), buffer, change);
  const lineOf = (from: number, to: number): Range => ({ from, to, isLines: false, cursor: from });
  const changed = (next: Buffer): Step => ({ state: { ...state, lastChange: change }, buffer: next });
  switch (command.command) {
    case "i":
      return begin(cursor);
    case "a":
      return begin(cursor < end ? nextUnit(text, cursor, chips) : cursor);
    case "I":
      return begin(afterIndent(text, cursor));
    case "A":
      return begin(end);
    case "o":
      return typing(state, replace(buffer, end, end, "\n"), buffer, change);
    case "O": {
      const start = lineStart(text, cursor);
      return typing(state, moveTo(replace(buffer, start, start, "\n"), start), buffer, change);
    }
    case "v":
      return { state: { ...state, mode: "visual", start: cursor }, buffer };
    case "V":
      return { state: { ...state, mode: "visual-line", start: cursor }, buffer };
    case "x":
    case "delete":
    case "s": {
      const to = Math.min(end, unitsOn(buffer, cursor, count));
      if (to === cursor) return command.command === "s" ? begin(cursor) : undefined;
      return operated(command, command.command === "s" ? "c" : "d", state, buffer, lineOf(cursor, to));
    }
    case "X": {
      const start = lineStart(text, cursor);
      let from = cursor;
      for (let left = count; left > 0 && from > start; left--) from = previousUnit(text, from, chips);
      return from === cursor ? undefined : operated(command, "d", state, buffer, lineOf(from, cursor));
    }
    case "D":
    case "C": {
      const to = linesFrom(buffer, count).to;
      if (to === cursor) return command.command === "C" ? begin(cursor) : undefined;
      return operated(command, command.command === "C" ? "c" : "d", state, buffer, lineOf(cursor, to));
    }
    case "S":
      return operated(command, "c", state, buffer, linesFrom(buffer, count));
    case "Y":
      return operated(command, "y", state, buffer, linesFrom(buffer, count));
    case "p":
    case "P": {
      const register = state.registers.get(registerName(command));
      return register && changed(put(buffer, register, command.command === "P", count));
    }
    case "J":
      return end < text.length ? changed(joined(buffer, count)) : undefined;
    case "~": {
      const to = Math.min(end, unitsOn(buffer, cursor, count));
      return to === cursor ? undefined : changed(replace(buffer, cursor, to, inCase(text.slice(cursor, to), "g~")));
    }
    case "r": {
      const to = unitsOn(buffer, cursor, count);
      if (to > end || command.sign === undefined || unitCount(buffer, cursor, to) < count) return undefined;
      const next = replace(buffer, cursor, to, command.sign === "\n" ? "\n" : command.sign.repeat(count));
      return changed(command.sign === "\n" ? next : moveTo(next, previousUnit(next.text, next.cursor, chips)));
    }
    case "u":
      return { state, buffer: times(buffer, count, undo) };
    case "ctrl+r":
      return { state, buffer: times(buffer, count, redo) };
    case "/":
      return { state, buffer, action: "history:search" };
    case "?":
      return { state, buffer, action: "chat:help" };
    default:
      return undefined;
  }
}

function afterIndent(text: string, at: number): number {
  const start = lineStart(text, at);
  return start + (/^[ \t]*/.exec(text.slice(start, lineEnd(text, at)))?.[0].length ?? 0);
}

function unitsOn({ text, chips }: Buffer, from: number, count: number): number {
  let to = from;
  for (let left = count; left > 0 && to < text.length; left--) to = nextUnit(text, to, chips);
  return to;
}

function unitCount({ text, chips }: Buffer, from: number, to: number): number {
  let units = 0;
  for (let at = from; at < to; at = nextUnit(text, at, chips)) units++;
  return units;
}

function times(buffer: Buffer, count: number, deed: (buffer: Buffer) => Buffer): Buffer {
  let next = buffer;
  for (let left = Math.min(count, 500); left > 0; left--) next = deed(next);
  return next;
}

function registerName({ register = '"' }: Command): string {
  return /[+*]/.test(register) ? '"' : register.toLowerCase();
}

// ---------------------------------------------------------------- visual mode

function visually(command: Command, state: VimState, buffer: Buffer, again?: Change["extent"]): Applied {
  const wanted = command.operator ?? "d";
  const isWhole = /^[DCY]$/.test(wanted);
  const isLines = isWhole || state.mode === "visual-line" || /^[<>]$/.test(wanted);
  const range = again ? rangeAgain(buffer, again) : visualRange(buffer, state.start, isLines);
  const operator = wanted.toLowerCase() === wanted || wanted.startsWith("g") ? wanted : wanted.toLowerCase();
  const size = range.isLines
    ? buffer.text.slice(range.from, range.to).split("\n").length
    : unitCount(buffer, range.from, range.to);
  const extent = again ?? { isLines: range.isLines, size };
  return operated(command, operator, state, buffer, range, command.count ?? 1, extent);
}

function rangeAgain(buffer: Buffer, { isLines, size }: NonNullable<Change["extent"]>): Range {
  if (isLines) return linesFrom(buffer, size);
  const { cursor } = buffer;
  return { from: cursor, to: unitsOn(buffer, cursor, size), isLines: false, cursor };
}

function selectObject(command: Command, state: VimState, buffer: Buffer): Applied {
  const { target } = command;
  if (target?.kind !== "object") return undefined;
  const span = findObject(target.object, target.isAround, buffer, command.count ?? 1);
  if (!span || span.to <= span.from) return { state, buffer };
  const last = previousUnit(buffer.text, span.to, buffer.chips);
  return { state: { ...state, start: span.from }, buffer: moveTo(buffer, last) };
}

function visualCommand(command: Command, state: VimState, buffer: Buffer): Applied {
  const isLines = state.mode === "visual-line";
  const range = visualRange(buffer, state.start, isLines);
  const normal: VimState = { ...state, mode: "normal" };
  switch (command.command) {
    case "o":
      return { state: { ...state, start: buffer.cursor }, buffer: moveTo(buffer, state.start) };
    case "v":
    case "V": {
      const mode = command.command === "v" ? "visual" : "visual-line";
      return { state: { ...state, mode: state.mode === mode ? "normal" : mode }, buffer };
    }
    case "J": {
      const lines = buffer.text.slice(range.from, range.to).split("\n").length;
      return { state: normal, buffer: joined(moveTo(buffer, range.from), Math.max(2, lines)) };
    }
    case "r": {
      const { sign } = command;
      if (sign === undefined) return undefined;
      const { text, chips } = buffer;
      let filled = "";
      for (let at = range.from; at < range.to; at = nextUnit(text, at, chips))
        filled += text[at] === "\n" ? "\n" : sign;
      return { state: normal, buffer: moveTo(replace(buffer, range.from, range.to, filled), range.from) };
    }
    case "p":
    case "P": {
      const register = state.registers.get(registerName(command));
      if (!register) return { state: normal, buffer };
      const cut = { text: buffer.text.slice(range.from, range.to), isLines };
      const text = register.isLines && !isLines ? `\n${register.text}\n` : register.text;
      const next = replace(buffer, range.from, range.to, text);
      const place = register.isLines
        ? firstSign(next.text, range.from + (isLines ? 0 : 1))
        : Math.max(range.from, next.cursor - 1);
      const registers = command.command === "P" ? state.registers : stored(state.registers, undefined, cut, false);
      return { state: { ...normal, registers }, buffer: moveTo(next, place) };
    }
    default:
      return undefined;
  }
}
