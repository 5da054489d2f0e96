/** What all panels and dialogs share: a heading, hints at the foot, and lines that never leave the room they have. */
import { visibleLine } from "gantry/sdk/kit/visible";
import { Text } from "ink";
import type { JSX } from "react";
import type { Theme, Token } from "../paint/theme.ts";
import { cut, width, wrap } from "../paint/width.ts";

export interface Room {
  readonly width: number;
  readonly rows: number;
}

/** Lines of our own making, cut to the room: the last ones go first. */
export function Lines({ lines, room }: { readonly lines: readonly string[]; readonly room: Room }): JSX.Element {
  const shown = lines.slice(0, Math.max(1, room.rows)).map((line) => cut(line, room.width));
  return <Text wrap="truncate">{shown.map((line) => line || " ").join("\n")}</Text>;
}

/** A title in a rule, and what stands at the right end of it. */
export function headingLine(title: string, { width: columns }: Pick<Room, "width">, theme: Theme, aside = ""): string {
  const right = aside && columns > width(aside) + 20 ? ` ${aside} ─` : "";
  const name = cut(title, Math.max(1, columns - width(right) - 4));
  const rule = "─".repeat(Math.max(0, columns - width(name) - width(right) - 3));
  return `${theme.style("border", "─ ")}${theme.style("heading", name, { bold: true })} ${theme.style("border", rule)}${theme.style("dim", right)}`;
}

/** A sentence in as many lines as it may have; what does not fit ends in `…`. */
export function toldLines(text: string, token: Token, { width: columns, rows }: Room, theme: Theme): readonly string[] {
  const lines = wrap(visibleLine(text), Math.max(1, columns));
  const shown = lines.length > rows ? [...lines.slice(0, rows - 1), cut(`${lines[rows - 1]} …`, columns)] : lines;
  return shown.map((line) => theme.style(token, line));
}

/** A key and what it does. */
export type Hint = readonly [key: string, does: string];

const SEPARATOR = " · ";
/** How to read on and how to leave stand there as long as there is room for anything besides Enter. */
const KEPT: readonly string[] = ["PgDn", "Esc"];

/** As many hints as one line has room for: the last go first. */
export function hintLine(hints: readonly Hint[], { width: columns }: Pick<Room, "width">, theme: Theme): string {
  const textOf = (all: readonly Hint[]) => all.map(([key, does]) => (does ? `${key} ${does}` : key)).join(SEPARATOR);
  const short = (all: readonly Hint[]) => all.map((hint): Hint => (hint[0] === "Esc" ? ["Esc", ""] : hint));
  let shown = hints;
  while (width(textOf(short(shown))) > columns && shown.length > 1) {
    const at = shown.findLastIndex(([key], index) => index > 0 && !KEPT.includes(key));
    shown = shown.toSpliced(at < 0 ? shown.length - 1 : at, 1);
  }
  const whole = textOf(shown);
  return theme.style("dim", cut(width(whole) > columns ? textOf(short(shown)) : whole, columns));
}

/** A key of an action as it is written on the screen: `Enter`, `Ctrl-D`. */
export function keyName(key: string): string {
  return key === "enter" ? "Enter" : `Ctrl-${key.toUpperCase()}`;
}

/** A word among others that has the keys: on a ground of its own, or in brackets where the theme has none. */
export function selectedWord(word: string, theme: Theme): string {
  const hasGround = theme.styleOf("selection").open !== "";
  return hasGround
    ? theme.style("selection", ` ${word} `, { bold: true })
    : theme.style("accent", `[${word}]`, { bold: true });
}
