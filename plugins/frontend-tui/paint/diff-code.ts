/** The code in a diff: what stood there and what stands there are two texts, each coloured from line to line. */
import { visible } from "gantry/sdk/kit/visible";
import { type CodeState, codeParts, startCode } from "./code.ts";
import type { Theme, Token } from "./theme.ts";

export type CodePart = readonly [text: string, token: Token];

/** A line of a diff; a text alone stands between two places. */
type DiffLine = { readonly sign: " " | "-" | "+"; readonly text: string } | string;

/** What each line is made of; `undefined` where that cannot be told. */
export function codeInDiff(
  lines: readonly DiffLine[],
  language: string | undefined,
  theme: Theme,
): readonly (readonly CodePart[] | undefined)[] {
  const start = language === undefined ? undefined : startCode(language, theme);
  if (!start?.language) return lines.map(() => undefined);
  let before: CodeState = start;
  let after: CodeState = start;
  return lines.map((line) => {
    if (typeof line === "string") {
      before = after = start;
      return undefined;
    }
    const { sign, text } = line;
    // What is written out has other places than the words that were compared.
    if (visible(text) !== text) return undefined;
    const side = sign === "-" ? before : after;
    const { parts, state } = codeParts(side, text);
    if (sign === " ") before = before.open === side.open ? state : codeParts(before, text).state;
    if (sign === "-") before = state;
    else after = state;
    return parts;
  });
}
