/** What is being typed, as a value: each function gives the next one. */
import { lineEnd, lineStart, nextUnit, previousUnit, snapped, wordLeft, wordRight } from "./units.ts";

interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

/** What the last key did: keys of a kind are undone together, and kills in a row are one. */
type Deed = "type" | "delete" | "kill" | "yank" | "move" | "other";

export interface Buffer {
  readonly text: string;
  /** In UTF-16 units, always where a cursor may stand. */
  readonly cursor: number;
  /** The other end of what is selected. */
  readonly anchor?: number;
  /** Texts that are one sign to the cursor, such as `[Image #1]`. */
  readonly chips: readonly string[];
  readonly past: readonly Snapshot[];
  readonly future: readonly Snapshot[];
  /** What was cut, the newest first. */
  readonly kills: readonly string[];
  readonly deed: Deed;
  /** The column that the cursor wants to be in when it moves up and down. */
  readonly goal?: number;
  /** What the last yank has put in. */
  readonly yanked?: { readonly from: number; readonly to: number; readonly index: number };
}

const MOST_STEPS = 300;
const MOST_KILLS = 60;

export const EMPTY: Buffer = Object.freeze({
  text: "",
  cursor: 0,
  chips: [],
  past: [],
  future: [],
  kills: [],
  deed: "other",
});

/** A piece replaced by a text, and the cursor behind it. The one way in which a text changes. */
export function replace(buffer: Buffer, from: number, to: number, text: string, deed: Deed = "other"): Buffer {
  const { anchor: _, goal: __, yanked: ___, ...rest } = buffer;
  if (from === to && text === "") return { ...rest, deed };
  const isSame = deed === buffer.deed && (deed === "type" || deed === "delete") && !/\s$/.test(text);
  const past = isSame && buffer.past.length ? buffer.past : withStep(buffer);
  const next = buffer.text.slice(0, from) + text + buffer.text.slice(to);
  return { ...rest, text: next, cursor: snapped(next, from + text.length, rest.chips), past, future: [], deed };
}

function withStep({ past, text, cursor }: Buffer): readonly Snapshot[] {
  return [...past.slice(-MOST_STEPS + 1), { text, cursor }];
}

/** Another text in place of all, which can be undone. */
export function withText(buffer: Buffer, text: string, cursor = text.length): Buffer {
  const next = replace(buffer, 0, buffer.text.length, text);
  return { ...next, cursor: snapped(text, cursor, next.chips) };
}

export function withChip(buffer: Buffer, label: string): Buffer {
  return insert({ ...buffer, chips: [...new Set([...buffer.chips, label])] }, label, "other");
}

export function selection({ anchor, cursor }: Buffer): { readonly from: number; readonly to: number } | undefined {
  if (anchor === undefined || anchor === cursor) return undefined;
  return { from: Math.min(anchor, cursor), to: Math.max(anchor, cursor) };
}

export function insert(buffer: Buffer, text: string, deed: Deed = "type"): Buffer {
  const { from, to } = selection(buffer) ?? { from: buffer.cursor, to: buffer.cursor };
  return replace(buffer, from, to, text, from === to ? deed : "other");
}

// ---------------------------------------------------------------- moving

export function moveTo(buffer: Buffer, place: number, isSelecting = false, goal?: number): Buffer {
  const { anchor, goal: _, yanked: __, ...rest } = buffer;
  const cursor = snapped(buffer.text, place, buffer.chips);
  const from = isSelecting ? (anchor ?? buffer.cursor) : undefined;
  return {
    ...rest,
    cursor,
    deed: "move",
    ...(from !== undefined && { anchor: from }),
    ...(goal !== undefined && { goal }),
  };
}

/** Where a key takes the cursor. */
export const PLACES = {
  left: ({ text, cursor, chips }: Buffer) => previousUnit(text, cursor, chips),
  right: ({ text, cursor, chips }: Buffer) => nextUnit(text, cursor, chips),
  wordLeft: ({ text, cursor, chips }: Buffer) => wordLeft(text, cursor, chips),
  wordRight: ({ text, cursor, chips }: Buffer) => wordRight(text, cursor, chips),
  lineStart: ({ text, cursor }: Buffer) => lineStart(text, cursor),
  lineEnd: ({ text, cursor }: Buffer) => lineEnd(text, cursor),
  start: () => 0,
  end: ({ text }: Buffer) => text.length,
} as const;

// ---------------------------------------------------------------- deleting

export function deleteBackward(buffer: Buffer): Buffer {
  const { from, to } = selection(buffer) ?? { from: PLACES.left(buffer), to: buffer.cursor };
  return replace(buffer, from, to, "", "delete");
}

export function deleteForward(buffer: Buffer): Buffer {
  const { from, to } = selection(buffer) ?? { from: buffer.cursor, to: PLACES.right(buffer) };
  return replace(buffer, from, to, "", "delete");
}

/** Cuts; what is cut right after is put to it. */
export function kill(buffer: Buffer, from: number, to: number): Buffer {
  if (from === to) return buffer;
  const cut = buffer.text.slice(from, to);
  const [newest = "", ...older] = buffer.kills;
  const joined = to <= buffer.cursor ? cut + newest : newest + cut;
  const kills = buffer.deed === "kill" ? [joined, ...older] : [cut, ...buffer.kills].slice(0, MOST_KILLS);
  return { ...replace(buffer, from, to, "", "kill"), kills };
}

/** To the end of the line, or the line end itself. */
export function killToEnd(buffer: Buffer): Buffer {
  const { cursor, text } = buffer;
  const end = lineEnd(text, cursor);
  return kill(buffer, cursor, end === cursor ? Math.min(text.length, end + 1) : end);
}

export function killToStart(buffer: Buffer): Buffer {
  const { cursor, text } = buffer;
  const start = lineStart(text, cursor);
  return kill(buffer, start === cursor ? Math.max(0, start - 1) : start, cursor);
}

/** To the blank before, as a shell does it. */
export function killWordBackward(buffer: Buffer): Buffer {
  const { text, cursor, chips } = buffer;
  const chip = chips.find((label) => text.endsWith(label, cursor));
  const blank = /\S*\s*$/.exec(text.slice(0, cursor))?.[0].length ?? 0;
  return kill(buffer, chip ? cursor - chip.length : snapped(text, cursor - blank, chips), cursor);
}

export function yank(buffer: Buffer, index = 0): Buffer {
  const text = buffer.kills[index];
  if (text === undefined) return buffer;
  const { from } = selection(buffer) ?? { from: buffer.cursor };
  return { ...insert(buffer, text, "yank"), deed: "yank", yanked: { from, to: from + text.length, index } };
}

/** What was cut before, in place of what was just put in. */
export function yankPop(buffer: Buffer): Buffer {
  const { yanked, kills } = buffer;
  if (!yanked || kills.length < 2) return buffer;
  const index = (yanked.index + 1) % kills.length;
  const text = kills[index] ?? "";
  const next = replace(buffer, yanked.from, yanked.to, text, "yank");
  return { ...next, deed: "yank", yanked: { from: yanked.from, to: yanked.from + text.length, index } };
}

// ---------------------------------------------------------------- undo

export function undo(buffer: Buffer): Buffer {
  const step = buffer.past.at(-1);
  if (!step) return buffer;
  const { anchor: _, goal: __, yanked: ___, text, cursor, ...rest } = buffer;
  return {
    ...rest,
    ...step,
    past: buffer.past.slice(0, -1),
    future: [...buffer.future, { text, cursor }],
    deed: "other",
  };
}

export function redo(buffer: Buffer): Buffer {
  const step = buffer.future.at(-1);
  if (!step) return buffer;
  const { anchor: _, goal: __, yanked: ___, text, cursor, ...rest } = buffer;
  return {
    ...rest,
    ...step,
    past: [...buffer.past, { text, cursor }],
    future: buffer.future.slice(0, -1),
    deed: "other",
  };
}
