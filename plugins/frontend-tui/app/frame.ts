/** Long runs of one sign are put into a frame here: to lay each of them out would cost more than all else. */
import type { Theme } from "../paint/theme.ts";
import { width } from "../paint/width.ts";

/** A line of its own: a rule across the window. */
export const RULE = "\u{f0001}";
/** Within a line: blanks, so that what follows ends at the right. */
export const SPRING = "\u{f0002}";

const MARGIN = 2;

export function expanded(lines: readonly string[], columns: number, theme: Theme): string[] {
  const rule = theme.style("border", "─".repeat(columns));
  return lines.map((line) => {
    if (line === RULE) return rule;
    const at = line.indexOf(SPRING);
    if (at < 0) return line;
    const [left, right] = [line.slice(0, at), line.slice(at + SPRING.length)];
    return left + " ".repeat(Math.max(1, columns - MARGIN - width(left) - width(right))) + right;
  });
}
