/** Answers to choose from, below a question. */
import type { KeyPress } from "../input/keys.ts";
import type { Theme } from "../paint/theme.ts";
import { wrap } from "../paint/width.ts";
import { type Intent, letterOf } from "./intent.ts";

export interface Option {
  readonly label: string;
  /** Chooses it at once. */
  readonly letter: string;
}

export function optionLines(
  options: readonly Option[],
  at: number,
  { width, theme }: { readonly width: number; readonly theme: Theme },
): readonly string[] {
  return options.flatMap(({ label }, index) => {
    const isPointedAt = index === at;
    const token = isPointedAt ? "accent" : "text";
    return wrap(`${index + 1}. ${label}`, Math.max(1, width - 5)).map((line, piece) => {
      const pointer = isPointedAt && piece === 0 ? theme.style("prompt", "❯ ") : "  ";
      return pointer + (piece ? "   " : "") + theme.style(token, line);
    });
  });
}

/** Where a key leads among the options, and whether that one is chosen. */
export function pressOptions(
  options: readonly Option[],
  at: number,
  press: KeyPress,
  intent: Intent | undefined,
): { readonly at: number; readonly isChosen: boolean } | undefined {
  const { length } = options;
  if (intent === "next") return { at: (at + 1) % length, isChosen: false };
  if (intent === "previous") return { at: (at + length - 1) % length, isChosen: false };
  if (intent === "accept") return { at, isChosen: true };
  const wanted = intent === "yes" ? "y" : intent === "no" ? "n" : letterOf(press);
  const named = options.findIndex(({ letter }, index) => letter === wanted || String(index + 1) === wanted);
  return named < 0 ? undefined : { at: named, isChosen: true };
}
