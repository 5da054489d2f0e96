import { visible } from "gantry/sdk/kit/visible";
import { fitting } from "./breaks.ts";
import { columnsOf } from "./cells.ts";
import type * as Highlight from "./highlight.ts";
import { languageOf } from "./languages.ts";
import { type PaintOptions, span, spansWithoutTabs } from "./line.ts";
import { painted, type Span, textOf } from "./spans.ts";
import type { Theme, Token } from "./theme.ts";

const TAB = 4;
/** Longer lines are data, not code: no colours, or a minified file would hold up the screen. */
const LONGEST = 1000;

const TOKENS: Readonly<Record<string, Token>> = {
  keyword: "codeKeyword",
  literal: "codeKeyword",
  operator: "codeKeyword",
  "selector-tag": "codeKeyword",
  tag: "codeKeyword",
  string: "codeString",
  regexp: "codeString",
  char: "codeString",
  symbol: "codeString",
  link: "codeString",
  comment: "codeComment",
  quote: "codeComment",
  doctag: "codeComment",
  meta: "codeComment",
  number: "codeNumber",
  bullet: "codeNumber",
  title: "codeTitle",
  section: "codeTitle",
  name: "codeTitle",
  type: "codeTitle",
  class: "codeTitle",
  built_in: "codeTitle",
  variable: "codeTitle",
  attr: "codeTitle",
  attribute: "codeTitle",
  property: "codeTitle",
  "selector-class": "codeTitle",
  "selector-id": "codeTitle",
  addition: "added",
  deletion: "removed",
};

let highlightLine: typeof Highlight.highlightLine | undefined;
let loading: Promise<void> | undefined;

/** Where a piece of code is in its language. */
export interface CodeState {
  readonly language: string | undefined;
  readonly open?: Highlight.Open | undefined;
}

/** Settled when everything that colours code is there: it is brought when the first code of a known language is painted. */
export function highlightingReady(): Promise<void> {
  return loading ?? Promise.resolve();
}

/** Whether code of this language could be painted with its colours only later; they are then on their way. */
export function isHighlightingMissing(info: string, { depth }: Theme): boolean {
  if (depth === 0 || highlightLine || languageOf(info) === undefined) return false;
  loading ??= import("./highlight.ts").then(
    (brought) => {
      highlightLine = brought.highlightLine;
    },
    () => {},
  );
  return loading !== undefined;
}

export function startCode(info: string, theme: Theme): CodeState {
  isHighlightingMissing(info, theme);
  return { language: theme.depth === 0 ? undefined : languageOf(info) };
}

/** One line of code as spans, and where the next begins. */
export function codeLine(state: CodeState, line: string, theme: Theme): { spans: Span[]; state: CodeState } {
  const { parts, state: next } = codeParts(state, visible(line));
  return {
    spans: spansWithoutTabs(
      parts.map(([part, token]) => span(part, token, theme)),
      TAB,
    ),
    state: next,
  };
}

/** One line of code, taken apart by what it is, and where the next begins. */
export function codeParts(
  state: CodeState,
  text: string,
): { readonly parts: readonly (readonly [text: string, token: Token])[]; readonly state: CodeState } {
  const { language } = state;
  if (!highlightLine || !language || text.length > LONGEST) return { parts: [[text, "text"]], state };
  const { parts, open } = highlightLine(language, text, state.open);
  return {
    parts: parts.map(([part, scope]) => [part.replaceAll("\n", ""), tokenOf(scope)]),
    state: { language, open },
  };
}

/** Spans in lines of exactly `columns`, for text whose blanks mean something. */
export function chopSpans(spans: readonly Span[], columns: number): string[] {
  const text = textOf(spans);
  if (columnsOf(text) <= columns) return [painted(spans)];
  const lines: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = start + Math.max(fitting(text.slice(start, start + columns * 16), Math.max(columns, 2)), 1);
    lines.push(painted(spans, start, end));
    start = end;
  }
  return lines;
}

/** A whole piece of code, with the numbers of its lines if the first is told. */
export function paintCode(text: string, info: string, firstLine: number | undefined, options: PaintOptions): string[] {
  const { theme, width } = options;
  const lines = text.replace(/\n$/, "").split(/\r?\n/);
  const digits = firstLine === undefined ? 0 : String(firstLine + lines.length - 1).length;
  const gutter = digits === 0 ? 0 : digits + 2;
  let state = startCode(info, theme);
  return lines.flatMap((line, at) => {
    const painted = codeLine(state, line, theme);
    state = painted.state;
    const rows = chopSpans(painted.spans, Math.max(width - gutter, 2));
    if (gutter === 0) return rows;
    const number = theme.style("dim", `${String((firstLine ?? 1) + at).padStart(digits)}  `);
    return rows.map((row, index) => (index === 0 ? number : " ".repeat(gutter)) + row);
  });
}

function tokenOf(scope: string | undefined): Token {
  if (scope === undefined) return "text";
  return TOKENS[scope] ?? TOKENS[scope.split(".")[0] as string] ?? "text";
}
