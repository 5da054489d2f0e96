/** Long runs of one sign are put into a frame here: to lay each of them out would cost more than all else. */
import type { Theme } from "../paint/theme.ts";
import { width } from "../paint/width.ts";

/** A line of its own: a rule across the window. */
export const RULE = "\u{f0001}";
/** Within a line: blanks, so that what follows ends at the right. */
export const SPRING = "\u{f0002}";

const MARGIN = 2;
/** Signs for lines that are painted already: Ink takes a line apart sign by sign, and puts it together again. */
const FIRST_HELD = 0xf1000;
const MOST_HELD = 1000;
const held = new Map<string, string>();
const holders = new Map<string, string>();
let next = 0;

/** One sign that stands for a painted line, no wider than the window, until it has not been in a frame for long. */
export function hold(line: string): string {
  if (line.length < 2) return line;
  const sign = holders.get(line) ?? freeSign();
  keep(sign, line);
  if (held.size > MOST_HELD) forgetOldest();
  return sign;
}

function freeSign(): string {
  for (;;) {
    const sign = String.fromCodePoint(FIRST_HELD + (next++ % (2 * MOST_HELD)));
    if (!held.has(sign)) return sign;
  }
}

/** What is kept last goes last. */
function keep(sign: string, line: string): void {
  held.delete(sign);
  held.set(sign, line);
  holders.set(line, sign);
}

function forgetOldest(): void {
  for (const [sign, line] of held) {
    held.delete(sign);
    holders.delete(line);
    return;
  }
}

export function expanded(lines: readonly string[], columns: number, theme: Theme): string[] {
  const rule = theme.style("border", "─".repeat(columns));
  return lines.map((painted) => {
    if (painted === RULE) return rule;
    const line = held.get(painted) ?? painted;
    if (line !== painted) keep(painted, line);
    const at = line.indexOf(SPRING);
    if (at < 0) return line;
    const [left, right] = [line.slice(0, at), line.slice(at + SPRING.length)];
    return left + " ".repeat(Math.max(1, columns - MARGIN - width(left) - width(right))) + right;
  });
}
