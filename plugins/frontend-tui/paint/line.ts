import type { Line, Piece } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import { columnsOf } from "./cells.ts";
import { allowedLink } from "./links.ts";
import { cutSpans, type Span } from "./spans.ts";
import type { More, Theme, Token } from "./theme.ts";

export interface PaintOptions {
  readonly width: number;
  readonly theme: Theme;
  /** Whether the terminal knows links (OSC 8); otherwise addresses stand behind the text. */
  readonly hasLinks?: boolean;
  /** Whether folds are open. */
  readonly isOpen?: boolean;
}

type Tone = NonNullable<Piece["tone"]>;

const TONES: Readonly<Record<Tone, readonly [Token, More?]>> = {
  plain: ["text"],
  dim: ["dim"],
  strong: ["text", { bold: true }],
  accent: ["accent"],
  good: ["good"],
  warning: ["warning"],
  bad: ["bad"],
  added: ["added"],
  removed: ["removed"],
  code: ["code"],
};
const TAB = 8;

/** One line, cut with … to the width. */
export function paintLine(line: Line, options: PaintOptions): string {
  return cutSpans(lineSpans(line, options), options.width);
}

/** The pieces of a line with their looks; controls and line ends made visible, tabs as blanks. */
export function lineSpans(line: Line, options: PaintOptions, tone: Tone = "plain"): Span[] {
  const pieces = typeof line === "string" ? [line] : line;
  return spansWithoutTabs(
    pieces.flatMap((piece) =>
      typeof piece === "string" ? [toned(piece, tone, options)] : pieceSpans(piece, tone, options),
    ),
  );
}

export function toned(text: string, tone: Tone, { theme }: Pick<PaintOptions, "theme">): Span {
  const [token, more] = TONES[tone];
  return { text: visible(text).replaceAll("\n", "⏎"), style: theme.styleOf(token, more) };
}

/** A text that was made here or has been made visible. */
export function span(text: string, token: Token, theme: Theme, more?: More): Span {
  return { text, style: theme.styleOf(token, more) };
}

/** Tabs as blanks up to the next stop, counted from the first span. */
export function spansWithoutTabs(spans: readonly Span[], stop = TAB): Span[] {
  if (!spans.some(({ text }) => text.includes("\t"))) return [...spans];
  let columns = 0;
  return spans.map((span) => {
    let text = "";
    for (const [at, part] of span.text.split("\t").entries()) {
      const filled = (at === 0 ? "" : " ".repeat(stop - (columns % stop))) + part;
      text += filled;
      columns += columnsOf(filled);
    }
    return { ...span, text };
  });
}

function pieceSpans({ text, tone, link }: Piece, around: Tone, options: PaintOptions): Span[] {
  const span = toned(text, tone ?? around, options);
  const address = link === undefined ? undefined : allowedLink(link);
  if (address === undefined) return [span];
  if (options.hasLinks) return [{ ...span, link: address }];
  return text === link || text === address ? [span] : [span, toned(` (${address})`, "dim", options)];
}
