/** Finished lines that are scrolled here: kept, painted anew for another width, and seen through a window. */
import { wrap } from "../paint/width.ts";

/** Where lines come from. */
export interface Source {
  /** The lines as they are now, in a window of another width; without it they are broken where they are too wide. */
  again?(): readonly string[];
  /** Lines of one thing that come one after the other, such as an answer's: what comes last says how all of them are painted. */
  readonly of?: object;
  /** They stand in the terminal's own scrollback already. */
  readonly isThere?: boolean;
}

export interface Scrollback {
  add(lines: readonly string[], source?: Source): void;
  clear(): void;
  /** The window has another width. */
  repaint(columns: number): void;
  /** What is seen of the lines, with the open ones below them, and how many lie below. */
  seen(open: readonly string[], room: number): { readonly lines: readonly string[]; readonly below: number };
  /** By so many lines; `Infinity` goes to an end. What is seen last tells how far that is. */
  scroll(by: number): void;
  /** What does not stand in the terminal's own scrollback yet. */
  missing(): readonly string[];
}

interface Entry {
  /** As they were painted. */
  lines: readonly string[];
  /** How many they are in this width. */
  count: number;
  source: Source | undefined;
}

/** About as much as terminals keep; the oldest go first. */
const MOST_LINES = 20_000;

export function createScrollback(earlier: () => string): Scrollback {
  let entries: Entry[] = [];
  let all: string[] = [];
  let isShortened = false;
  /** The first line that is seen; `undefined`: the last lines are, whatever comes. */
  let top: number | undefined;
  /** The first line that is seen when all that is below is. */
  let last = 0;

  function add(lines: readonly string[], source?: Source): void {
    const before = entries.at(-1);
    if (source?.of && before?.source?.of === source.of) {
      before.lines = [...before.lines, ...lines];
      before.count += lines.length;
      before.source = source;
    } else if (lines.length) {
      // What was torn apart cannot be painted as one.
      const isRest = source?.of && entries.some((one) => one.source?.of === source.of);
      if (isRest) for (const one of entries) if (one.source?.of === source.of) one.source = undefined;
      entries.push({ lines, count: lines.length, source: isRest ? undefined : source });
    }
    for (const line of lines) all.push(line);
    if (all.length > MOST_LINES) shorten();
  }

  function shorten(): void {
    let gone = 0;
    while (all.length - gone > MOST_LINES * 0.9 && entries.length > 1) gone += (entries.shift() as Entry).count;
    all = all.slice(gone);
    isShortened = true;
    if (top !== undefined) top = Math.max(0, top - gone);
  }

  function repaint(columns: number): void {
    const anchor = top === undefined ? undefined : entryAt(top);
    all = [];
    for (const entry of entries) {
      const lines = entry.source?.again?.() ?? entry.lines.flatMap((line) => wrap(line, columns));
      if (entry.source?.again) entry.lines = lines;
      entry.count = lines.length;
      if (entry === anchor?.entry) top = all.length + Math.min(anchor.offset, Math.max(0, lines.length - 1));
      for (const line of lines) all.push(line);
    }
  }

  function entryAt(row: number): { entry: Entry; offset: number } | undefined {
    let from = 0;
    for (const entry of entries) {
      if (row < from + entry.count) return { entry, offset: row - from };
      from += entry.count;
    }
    return undefined;
  }

  return {
    add,
    clear() {
      entries = [];
      all = [];
      top = undefined;
      isShortened = false;
    },
    repaint,
    seen(open, room) {
      const total = all.length + open.length;
      last = Math.max(0, total - room);
      if (top !== undefined && top >= last) top = undefined;
      const first = top ?? last;
      const end = first + room;
      const lines = [
        ...all.slice(first, end),
        ...open.slice(Math.max(0, first - all.length), Math.max(0, end - all.length)),
      ];
      if (first === 0 && isShortened) lines[0] = earlier();
      return { lines, below: Math.max(0, total - end) };
    },
    scroll(by) {
      top = Math.max(0, (top ?? last) + by);
    },
    missing: () => [
      ...(isShortened ? [earlier()] : []),
      ...rowsOf(entries, all).flatMap(({ entry, rows }) => (entry.source?.isThere ? [] : rows)),
    ],
  };
}

function rowsOf(entries: readonly Entry[], all: readonly string[]) {
  let from = 0;
  return entries.map((entry) => {
    from += entry.count;
    return { entry, rows: all.slice(from - entry.count, from) };
  });
}
