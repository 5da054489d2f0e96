/** What is drawn: finished lines once, above; the live part below, of which only what has changed is written. */
import { width } from "../paint/width.ts";
import { createFullScreen, type FullLook, type FullScreen, type Scroll } from "./full-screen.ts";
import type { Source } from "./scrollback.ts";

export interface ScreenOptions {
  write(text: string): void;
  columns(): number;
  rows(): number;
  /** The terminal is made with xterm.js, which moves the cursor in its own way when the window becomes narrower. */
  readonly isXtermJs?: boolean;
}

export interface Screen {
  /** Lines that are finished: they go above the live part, once. */
  print(lines: readonly string[], source?: Source): void;
  /** What is still open of an answer: the upper half of the live part. */
  setTail(lines: readonly string[]): void;
  /** The lower half. */
  setFrame(lines: readonly string[]): void;
  /** Writes what has changed. */
  draw(): void;
  /** Draws the live part anew, whatever stands there. */
  redraw(): void;
  /** The terminal has another size: the live part is taken away as it now stands. */
  resized(): void;
  /** Takes the live part away, and draws nothing until {@link resume}. */
  pause(): void;
  resume(): void;
  /** Wipes the screen and what was scrolled out of it. */
  wipe(): void;
  /** From here on all of the screen is drawn, on the terminal's other screen, and what is finished is kept to be scrolled. */
  enterFull(look: FullLook): void;
  /** Back, once the terminal has its first screen again: what was kept goes above the live part. */
  leaveFull(): void;
  readonly isFull: boolean;
  /** Looks at what was said before; nothing to look at where the terminal scrolls. */
  scroll(how: Scroll): void;
  /** Takes the live part away for good; what was printed last is written. */
  close(): void;
}

const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";
const ERASE_LINE = "\u001b[K";
const ERASE_BELOW = "\u001b[J";
const CARET = "\u001b[7m";

const up = (rows: number) => (rows > 0 ? `\u001b[${rows}A` : "");
const right = (columns: number) => (columns > 0 ? `\u001b[${columns}C` : "");

export function createScreen({ write, columns, rows, isXtermJs = false }: ScreenOptions): Screen {
  /** Finished lines that are not written yet. */
  let waiting: string[] = [];
  let tail: readonly string[] = [];
  let frame: readonly string[] = [];
  /** The live part as it stands, and where in it the cursor is. */
  let drawn: readonly string[] = [];
  let cursor = { row: 0, column: 0 };
  let drawnRows = rows();
  /** Rows below the live part that are certainly blank. */
  let blank = 0;
  let isPaused = false;
  let isClosed = false;
  let full: FullScreen | undefined;

  function live(): readonly string[] {
    const room = Math.max(1, rows() - 1);
    const lower = frame.slice(-room);
    const upper = lower.length < room ? tail.slice(-(room - lower.length)) : [];
    const all = [...upper, ...lower];
    return all.length ? all : [""];
  }

  function draw(): void {
    if (isPaused || isClosed) return;
    if (full) full.draw(tail, frame, caretIn);
    else drawLive();
  }

  function drawLive(): void {
    const next = live();
    const caret = caretIn(next);
    if (!waiting.length && isSame(next, drawn) && caret.row === cursor.row && caret.column === cursor.column) return;
    const text = change([...waiting, ...next], waiting.length, caret);
    blank = Math.max(0, blank + drawn.length - waiting.length - next.length);
    waiting = [];
    drawn = next;
    drawnRows = rows();
    cursor = caret;
    write(`${BEGIN}${text}${END}`);
  }

  /** What turns the rows that stand there into these; the first `done` of them are finished. */
  function change(lines: readonly string[], done: number, caret: typeof cursor): string {
    const parts = [up(cursor.row), "\r"];
    let at = 0;
    for (const [row, line] of lines.entries()) {
      if (row > at) parts.push("\r\n".repeat(row - at));
      at = row;
      const before = drawn[row];
      if (row >= done && before === line) continue;
      parts.push(line);
      if (before && width(line) < columns()) parts.push(ERASE_LINE);
    }
    if (lines.length < drawn.length) parts.push("\r\n", ERASE_BELOW, up(1));
    return `${parts.join("")}${up(lines.length - 1 - (done + caret.row))}\r${right(caret.column)}`;
  }

  /** A window that becomes lower loses what stands below the cursor, before anything is broken; first the blank rows. */
  function droppedByXtermJs(): number {
    const lower = drawnRows - rows();
    const lines = drawn.length - 1 - cursor.row;
    const dropped = Math.max(0, Math.min(lower - blank, lines));
    if (lower > 0 || lines > 0) blank = Math.max(0, blank - lower);
    return dropped;
  }

  /** Takes the live part away; the cursor stands where it began. */
  function remove(): void {
    write(`${BEGIN}${up(cursor.row)}\r${ERASE_BELOW}${END}`);
    blank += drawn.length;
    drawn = [];
    cursor = { row: 0, column: 0 };
  }

  return {
    print(lines, source) {
      if (full) return full.print(lines, source);
      // One after another: a list may be longer than a call may have arguments.
      for (const line of lines) waiting.push(line);
    },
    setTail(lines) {
      tail = lines;
    },
    setFrame(lines) {
      frame = lines;
    },
    draw,
    redraw() {
      if (isPaused || isClosed) return;
      if (full) full.forget();
      else remove();
      draw();
    },
    resized() {
      if (full) return full.resized();
      if (isPaused || isClosed) return;
      const left = drawn.slice(0, isXtermJs ? drawn.length - droppedByXtermJs() : drawn.length);
      const more = left.map((line) => Math.max(0, Math.ceil(width(line) / columns()) - 1));
      drawn = left;
      const above = cursor.row + (isXtermJs ? movedByXtermJs(more, cursor.row) : movedBy(more, cursor, columns()));
      cursor = { row: Math.min(above, rows() - 1), column: 0 };
      remove();
    },
    pause() {
      if (isPaused || isClosed) return;
      draw();
      if (!full) remove();
      isPaused = true;
    },
    resume() {
      isPaused = false;
      full?.forget();
      draw();
    },
    wipe() {
      if (isClosed) return;
      if (full) return full.wipe();
      waiting = [];
      write(`${BEGIN}\u001b[H\u001b[2J\u001b[3J${END}`);
      drawn = [];
      blank = rows();
      cursor = { row: 0, column: 0 };
    },
    enterFull(look) {
      if (full || isClosed) return;
      if (!isPaused && (drawn.length || waiting.length)) {
        draw();
        remove();
      }
      full = createFullScreen({ write, columns, rows }, look);
    },
    leaveFull() {
      if (!full) return;
      for (const line of full.missing()) waiting.push(line);
      full = undefined;
      blank = 0;
    },
    get isFull() {
      return full !== undefined;
    },
    scroll: (how) => full?.scroll(how),
    close() {
      if (isClosed) return;
      tail = frame = [];
      if (!isPaused) {
        draw();
        remove();
      } else if (waiting.length) write(`${waiting.join("\r\n")}\r\n`);
      isClosed = true;
    },
  };
}

/** Where the editor's caret is drawn, for terminals that show there what is being composed; else the end. */
function caretIn(lines: readonly string[]): { row: number; column: number } {
  for (let row = lines.length - 1; row >= 0; row--) {
    const line = lines[row] as string;
    const at = line.indexOf(CARET);
    if (at >= 0) return { row, column: width(line.slice(0, at)) };
  }
  return { row: lines.length - 1, column: 0 };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, at) => line === other[at]);
}

/** How far down the cursor goes when lines are broken in a narrower window: by what is broken above it. */
function movedBy(more: readonly number[], cursor: { row: number; column: number }, columns: number): number {
  return more.slice(0, cursor.row).reduce((sum, rows) => sum + rows, Math.floor(cursor.column / columns));
}

/** xterm.js breaks from below, moves the cursor by all that it breaks, and leaves the line whole where it takes the cursor to be. */
function movedByXtermJs(more: readonly number[], row: number): number {
  let moved = 0;
  for (let at = more.length - 1; at >= 0; at--) if (at !== row + moved) moved += more[at] as number;
  return moved;
}
