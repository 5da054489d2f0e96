/** The conversation on a screen of its own: what is finished is scrolled above, the live part stands at the bottom. */
import { createRows } from "./rows.ts";
import { createScrollback, type Source } from "./scrollback.ts";

/** What the full screen says of itself, painted. */
export interface FullLook {
  /** There are so many lines more below what is seen. */
  below(lines: number): string;
  /** The oldest lines are kept no longer. */
  earlier(): string;
}

export type Scroll = "lineUp" | "lineDown" | "pageUp" | "pageDown" | "top" | "bottom";

export interface FullScreen {
  print(lines: readonly string[], source?: Source): void;
  draw(tail: readonly string[], frame: readonly string[], caretIn: CaretIn): void;
  scroll(how: Scroll): void;
  /** Whatever stands there is to be written anew. */
  forget(): void;
  resized(): void;
  wipe(): void;
  /** What does not stand in the terminal's own scrollback yet. */
  missing(): readonly string[];
}

type CaretIn = (lines: readonly string[]) => { row: number; column: number };

/** Lines that a turn of the wheel goes. */
const LINES = 3;
/** Lines that are seen before and after going by a page. */
const KEPT = 2;

export function createFullScreen(
  parts: { write(text: string): void; columns(): number; rows(): number },
  look: FullLook,
): FullScreen {
  const { columns, rows } = parts;
  const painted = createRows(parts);
  const scrollback = createScrollback(look.earlier);
  let room = rows();

  const steps: Readonly<Record<Scroll, () => number>> = {
    lineUp: () => -LINES,
    lineDown: () => LINES,
    pageUp: () => -Math.max(1, room - KEPT),
    pageDown: () => Math.max(1, room - KEPT),
    top: () => Number.NEGATIVE_INFINITY,
    bottom: () => Number.POSITIVE_INFINITY,
  };

  return {
    print: scrollback.add,
    draw(tail, frame, caretIn) {
      const lower = frame.slice(-Math.max(1, rows() - 1));
      room = Math.max(1, rows() - lower.length);
      const { lines, below } = scrollback.seen(tail, room);
      const upper = Array.from({ length: room }, (_, row) => lines[row] ?? "");
      if (below) upper[room - 1] = look.below(below + 1);
      const caret = caretIn(lower);
      painted.draw([...upper, ...lower], { row: room + caret.row, column: caret.column });
    },
    scroll: (how) => scrollback.scroll(steps[how]()),
    forget: painted.forget,
    resized() {
      scrollback.repaint(columns());
      painted.forget();
    },
    wipe: scrollback.clear,
    missing: scrollback.missing,
  };
}
