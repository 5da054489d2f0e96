/** Vim mode: a state machine over the text. INSERT types as ever; the other modes take their keys for commands. */
import { type Buffer, deleteBackward, insert, moveTo } from "./buffer.ts";
import { keyOf } from "./chords.ts";
import type { KeyPress } from "./keys.ts";
import { lineEnd, lineStart, previousUnit } from "./units.ts";
import { apply } from "./vim/commands.ts";
import { parseCommand } from "./vim/parse.ts";
import { visualRange } from "./vim/ranges.ts";
import { type Change, type Mode, START, type Step, type VimState } from "./vim/state.ts";

export interface VimContext {
  /** What the key is bound to. */
  readonly action: string | undefined;
  /** Two keys that end the typing, such as `jj`. */
  readonly escapeKeys: readonly string[];
  /** Milliseconds since some moment. */
  readonly now: number;
}

export interface Vim {
  /** `undefined`: the key is for the editor around it. */
  key(
    buffer: Buffer,
    press: KeyPress,
    context: VimContext,
  ): { readonly buffer: Buffer; readonly action?: string } | undefined;
  /** Typing begins anew, as for the next prompt. Registers stay. */
  reset(): void;
  view(buffer: Buffer): VimView;
}

export interface VimView {
  readonly mode: Mode;
  readonly pending: string;
  readonly selection: { readonly from: number; readonly to: number } | undefined;
}

const ESCAPE_MS = 1000;
const ARROWS = /^(?:left|right|home|end|backspace|delete|space)$/;

export function createVim(): Vim {
  let state: VimState = START;
  return {
    key(buffer, press, context) {
      const step = vimStep(state, buffer, press, context);
      if (!step) return undefined;
      state = step.state;
      return step.isPassed ? undefined : step;
    },
    reset() {
      const { typing: _, escaping: __, ...rest } = state;
      state = { ...rest, mode: "insert", keys: [] };
    },
    view(buffer) {
      const isVisual = state.mode === "visual" || state.mode === "visual-line";
      const selection = isVisual ? visualRange(buffer, state.start, state.mode === "visual-line") : undefined;
      return { mode: state.mode, pending: state.keys.join(""), selection };
    },
  };
}

export function vimStep(state: VimState, buffer: Buffer, press: KeyPress, context: VimContext): Step | undefined {
  return state.mode === "insert" ? insertKey(state, buffer, press, context) : commandKey(state, buffer, press, context);
}

// ---------------------------------------------------------------- INSERT

function insertKey(
  state: VimState,
  buffer: Buffer,
  press: KeyPress,
  { escapeKeys, now }: VimContext,
): Step | undefined {
  if (press.name === "escape" && !press.alt) return endTyping(state, buffer);
  const { escaping, ...rest } = state;
  const pair = escaping && now - escaping.at < ESCAPE_MS ? escaping.key + press.text : "";
  if (pair && escapeKeys.includes(pair)) {
    const typing = rest.typing && { ...rest.typing, typed: rest.typing.typed.slice(0, -1) };
    return endTyping({ ...rest, ...(typing && { typing }) }, deleteBackward(buffer));
  }
  const typing = rest.typing && { ...rest.typing, typed: [...rest.typing.typed, press] };
  const next: VimState = { ...rest, ...(typing && { typing }) };
  const isFirst = press.text !== "" && escapeKeys.some((keys) => keys.startsWith(press.text));
  const known = isFirst ? { ...next, escaping: { key: press.text, at: now } } : next;
  return { state: known, buffer, isPassed: true };
}

function endTyping(state: VimState, buffer: Buffer): Step {
  const { typing, escaping: _, ...rest } = state;
  let next = buffer;
  const count = typing?.change?.command.count ?? 1;
  const isRepeated = typing?.change?.command.command !== undefined && /^[iaIAoO]$/.test(typing.change.command.command);
  for (let left = isRepeated ? Math.min(count, 999) - 1 : 0; left > 0; left--) {
    if (/[oO]/.test(typing?.change?.command.command ?? "")) next = insert(next, "\n", "other");
    next = typeAgain(next, typing?.typed ?? []);
  }
  const { base } = typing ?? {};
  if (base && next.text !== base.text)
    next = { ...next, past: [...base.past, { text: base.text, cursor: base.cursor }] };
  else if (base) next = { ...next, past: base.past };
  const isAtStart = next.cursor === lineStart(next.text, next.cursor);
  const cursor = isAtStart ? next.cursor : previousUnit(next.text, next.cursor, next.chips);
  const lastChange = typing?.change ? { ...typing.change, typed: typing.typed } : rest.lastChange;
  return {
    state: { ...rest, mode: "normal", keys: [], ...(lastChange && { lastChange }) },
    buffer: moveTo(next, cursor),
  };
}

function typeAgain(buffer: Buffer, typed: readonly KeyPress[]): Buffer {
  let next = buffer;
  for (const { name, text, ctrl } of typed) {
    if (text) next = insert(next, text, "other");
    else if (name === "backspace") next = deleteBackward(next);
    else if (name === "enter" || (name === "j" && ctrl)) next = insert(next, "\n", "other");
  }
  return next;
}

// ---------------------------------------------------------------- NORMAL and VISUAL

function commandKey(state: VimState, buffer: Buffer, press: KeyPress, context: VimContext): Step | undefined {
  const isVisual = state.mode !== "normal";
  if (press.name === "escape" && !press.alt) {
    // Nothing to leave: Esc means what it means elsewhere.
    if (!isVisual && state.keys.length === 0) return undefined;
    return { state: { ...state, mode: "normal", keys: [] }, buffer: settled(buffer) };
  }
  const key = keyIn(press, context);
  if (key === undefined) return undefined;
  const keys = [...state.keys, key];
  const command = parseCommand(keys, isVisual);
  if (command === "more") return { state: { ...state, keys }, buffer };
  const cleared: VimState = { ...state, keys: [] };
  if (command === "nothing") return { state: cleared, buffer };
  const step =
    command.command === "." && !isVisual
      ? again(cleared, buffer, command.count)
      : (apply(command, cleared, buffer) ?? {
          state: isVisual && command.operator ? { ...cleared, mode: "normal" as const } : cleared,
          buffer,
        });
  const isSettled = step.state.mode === "normal" || step.state.mode.startsWith("visual");
  return isSettled ? { ...step, buffer: settled(step.buffer) } : step;
}

function again(state: VimState, buffer: Buffer, count: number | undefined): Step {
  const { lastChange } = state;
  if (!lastChange) return { state, buffer };
  const command = count === undefined ? lastChange.command : { ...lastChange.command, count };
  const step = apply(command, state, buffer, lastChange.extent);
  if (!step) return { state, buffer };
  if (step.state.mode !== "insert") return step;
  const change: Change = { ...lastChange, command };
  const typed = typeAgain(step.buffer, lastChange.typed ?? []);
  const typing = { base: buffer, change, typed: lastChange.typed ?? [] };
  return endTyping({ ...step.state, typing }, typed);
}

/** On a sign, and not behind the last one of the line. */
function settled(buffer: Buffer): Buffer {
  const { text, cursor, chips, goal } = buffer;
  const isBehind = cursor === lineEnd(text, cursor) && cursor > lineStart(text, cursor);
  return isBehind ? moveTo(buffer, previousUnit(text, cursor, chips), false, goal) : buffer;
}

function keyIn(press: KeyPress, { action }: VimContext): string | undefined {
  const { name, ctrl, alt, text } = press;
  if (name === "paste") return undefined;
  if (ctrl || alt || press.super) return keyOf(press) === "ctrl+r" ? "ctrl+r" : undefined;
  if (name === "enter" || name === "tab") return action?.startsWith("chat:") ? undefined : name;
  if (ARROWS.test(name)) return press.shift && name !== "space" ? undefined : name;
  return text === "" ? undefined : text;
}
