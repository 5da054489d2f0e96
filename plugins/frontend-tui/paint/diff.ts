import type { Block } from "gantry/sdk";
import { changedWords, type Stretch } from "gantry/sdk/kit/patch";
import { visible, visibleLine } from "gantry/sdk/kit/visible";
import { columnsOf } from "./cells.ts";
import { chopSpans } from "./code.ts";
import { type CodePart, codeInDiff } from "./diff-code.ts";
import { type PaintOptions, span, spansWithoutTabs } from "./line.ts";
import { bothStyles, painted, type Span, type Style, withoutEscapes } from "./spans.ts";
import type { Theme, Token } from "./theme.ts";

type Diff = Extract<Block, { type: "diff" }>;
type Sign = " " | "-" | "+";

interface Shown {
  readonly sign: Sign;
  readonly text: string;
  readonly number: number | undefined;
  readonly changed?: readonly Stretch[] | undefined;
  /** What the text is made of, where its language is known. */
  readonly code?: readonly CodePart[] | undefined;
}

const TAB = 4;
const LOOKS: Readonly<Record<"-" | "+", readonly [text: Token, background: Token, word: Token]>> = {
  "-": ["removed", "removedBackground", "removedWord"],
  "+": ["added", "addedBackground", "addedWord"],
};

/** Lines with their numbers and signs, those that changed on a coloured ground, and in pairs of them the words that differ. */
export function paintDiff({ path, language = path, lines, firstLine }: Diff, options: PaintOptions): string[] {
  const head =
    path === undefined
      ? []
      : chopSpans([span(visibleLine(path), "text", options.theme, { bold: true })], options.width);
  const shown = withCode(withChangedWords(numbered(lines, firstLine)), language, options.theme);
  const digits = String(Math.max(0, ...shown.map((one) => (typeof one === "string" ? 0 : (one.number ?? 0))))).length;
  const hasNumbers = shown.some((one) => typeof one !== "string" && one.number !== undefined);
  const body = shown.flatMap((one) =>
    typeof one === "string"
      ? chopSpans(spansWithoutTabs([span(visible(one), "dim", options.theme)], TAB), options.width)
      : paintRow(one, hasNumbers ? digits : 0, options),
  );
  return [...head, ...body];
}

/** Lines with the number that each has where it stands: in the old file if it was removed, else in the new one. */
function numbered(lines: readonly string[], firstLine: number | undefined): (Shown | string)[] {
  let before = firstLine;
  let after = firstLine;
  return lines
    .flatMap((line) => line.split(/\r?\n/))
    .map((line) => {
      const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
      if (hunk) {
        before = Number(hunk[1]);
        after = Number(hunk[2]);
      }
      const sign = line[0] ?? " ";
      if (sign !== " " && sign !== "-" && sign !== "+") return line;
      const number = sign === "-" ? before : after;
      if (sign !== "+" && before !== undefined) before++;
      if (sign !== "-" && after !== undefined) after++;
      return { sign, text: line.slice(1), number };
    });
}

/** Where as many lines were added as removed before them, they are taken in pairs. */
function withChangedWords(lines: (Shown | string)[]): (Shown | string)[] {
  const marked = [...lines];
  const signAt = (at: number) => (typeof marked[at] === "object" ? marked[at].sign : undefined);
  for (let start = 0; start < marked.length; ) {
    let middle = start;
    while (signAt(middle) === "-") middle++;
    let end = middle;
    while (signAt(end) === "+") end++;
    for (let at = start; middle - start === end - middle && at < middle; at++) {
      const partner = at + middle - start;
      const before = marked[at] as Shown;
      const after = marked[partner] as Shown;
      const words = changedWords(before.text, after.text);
      marked[at] = { ...before, changed: words?.before };
      marked[partner] = { ...after, changed: words?.after };
    }
    start = Math.max(end, start + 1);
  }
  return marked;
}

function withCode(lines: readonly (Shown | string)[], language: string | undefined, theme: Theme): (Shown | string)[] {
  const code = codeInDiff(lines, language, theme);
  return lines.map((line, at) => (typeof line === "string" ? line : { ...line, code: code[at] }));
}

function paintRow(shown: Shown, digits: number, { theme, width }: PaintOptions): string[] {
  const { sign, number } = shown;
  const label = digits === 0 ? "" : `${String(number ?? "").padStart(digits)} `;
  const rest = Math.max(width - label.length - 2, 2);
  if (sign === " ") {
    const spans = partsOf(shown).map(([text, token]) => span(visible(text), token, theme));
    const rows = chopSpans(spansWithoutTabs(spans, TAB), rest);
    return rows.map((row, at) => {
      const gutter = at === 0 ? theme.style("dim", `${label}  `) : " ".repeat(label.length + 2);
      return row === "" ? gutter.trimEnd() : gutter + row;
    });
  }
  const [token, background] = LOOKS[sign];
  const ground = theme.styleOf(background);
  const hasGround = ground.open !== "";
  const signStyle = bothStyles(ground, theme.styleOf(token));
  return chopSpans(changedSpans(shown, sign, hasGround, theme), rest).map((row, at) => {
    const gutter = at === 0 ? `${label}${sign} ` : " ".repeat(label.length + 2);
    const line = painted([{ text: gutter, style: signStyle }]) + row;
    if (!hasGround) return line;
    return line + ground.open + " ".repeat(Math.max(rest - columnsOf(withoutEscapes(row)), 0)) + ground.close;
  });
}

/** The line's text on its ground, and the words that changed on a stronger one. */
function changedSpans(shown: Shown, sign: "-" | "+", hasGround: boolean, theme: Theme): Span[] {
  const [token, background, word] = LOOKS[sign];
  const styleOf = (code: Token, isChanged: boolean): Style => {
    if (!hasGround) return theme.styleOf(token, isChanged ? { bold: true, underline: true } : undefined);
    return isChanged
      ? bothStyles(theme.styleOf(word), theme.styleOf(code, { bold: true }))
      : bothStyles(theme.styleOf(background), theme.styleOf(code));
  };
  const spans: Span[] = [];
  let at = 0;
  for (const [text, code] of partsOf(shown)) {
    const end = at + text.length;
    for (const [from, to, isChanged] of stretches(at, end, shown.changed ?? [])) {
      const piece = text.slice(from - at, to - at);
      spans.push({ text: visible(piece), style: styleOf(code, isChanged) });
    }
    at = end;
  }
  return spansWithoutTabs(spans, TAB);
}

function partsOf({ text, code }: Shown): readonly CodePart[] {
  return code ?? [[text, "text"]];
}

/** All between two places, by whether it has changed. */
function stretches(start: number, end: number, changed: readonly Stretch[]): (readonly [number, number, boolean])[] {
  const all: (readonly [number, number, boolean])[] = [];
  let at = start;
  for (const [from, to] of changed) {
    if (to <= at || from >= end) continue;
    if (from > at) all.push([at, from, false]);
    all.push([Math.max(from, at), Math.min(to, end), true]);
    at = Math.min(to, end);
  }
  if (at < end) all.push([at, end, false]);
  return all;
}
