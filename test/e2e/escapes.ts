/** What a program has written to its terminal, taken apart without mercy: whatever is not one of its own sequences is foreign. */

type Kind = "text" | "csi" | "osc" | "control";

/** A run of signs, or one sequence. */
export interface Written {
  readonly kind: Kind;
  /** As it was written. */
  readonly text: string;
}

const ESC = "\u001b";
const BELL = "\u0007";
const KINDS: readonly (readonly [Kind, RegExp])[] = [
  ["text", /[^\p{Cc}]+/uy],
  ["csi", new RegExp(`${ESC}\\[[0-?]*[ -/]*[@-~]`, "y")],
  ["osc", new RegExp(`${ESC}\\][^${BELL}${ESC}\\u0080-\\u009f]*(?:${BELL}|${ESC}\\\\)`, "y")],
  ["control", /./suy],
];

/** All of it, in order; nothing is left out. */
export function takenApart(raw: string): Written[] {
  const all: Written[] = [];
  for (let at = 0; at < raw.length; ) {
    for (const [kind, pattern] of KINDS) {
      pattern.lastIndex = at;
      const text = pattern.exec(raw)?.[0];
      if (text === undefined) continue;
      all.push({ kind, text });
      at += text.length;
      break;
    }
  }
  return all;
}

const csi = (body: string) => new RegExp(`^${ESC}\\[${body}$`);
const osc = (body: string) => new RegExp(`^${ESC}\\]${body}(?:${BELL}|${ESC}\\\\)$`);

/** Looks: what `style` writes, with each number on the list, so that nothing blinks or is concealed. */
const LOOK =
  "(?:0|1|2|3|4|7|9|22|23|24|27|29|39|49|[34][0-7]|(?:9|10)[0-7]|[34]8;5;\\d{1,3}|[34]8;2;\\d{1,3};\\d{1,3};\\d{1,3})";

/** What the terminal frontend writes, and nothing else. */
const OWN: readonly RegExp[] = [
  csi("\\?2026[hl]"),
  csi("\\?(?:2004|1004|25)[hl]"),
  csi(">1u"),
  csi("<u"),
  csi("2[23];0t"),
  csi("\\d+[AC]"),
  csi("[JK]"),
  csi(`(?:${LOOK}(?:;${LOOK})*)?m`),
  osc("0;[^\\p{Cc}]*"),
  osc("11;\\?"),
  osc("8;;(?:(?:https?|mailto|file):[!-~]*)?"),
];

/** What it writes on the other screen, for the whole conversation. */
const OTHER_SCREEN: readonly RegExp[] = [csi("\\?1049[hl]"), csi("\\d+;1H")];

/** What it writes where the conversation has it. */
const FULL_SCREEN: readonly RegExp[] = [csi("\\?100[06][hl]"), csi("\\d+;\\d+H")];

const CONTROLS: ReadonlySet<string> = new Set(["\r", "\n"]);

/** Signs that turn the reading direction or have no ink; joiners and selectors, which spell, are not among them. */
const TURNING = /[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/;

export interface ForeignOptions {
  readonly hasOtherScreen?: boolean;
  readonly isFullScreen?: boolean;
}

/** What is in it that the frontend never writes, each with what stands before and after it. */
export function foreignIn(
  raw: string,
  { hasOtherScreen = false, isFullScreen = false }: ForeignOptions = {},
): string[] {
  const own = [...OWN, ...(hasOtherScreen || isFullScreen ? OTHER_SCREEN : []), ...(isFullScreen ? FULL_SCREEN : [])];
  const all = takenApart(raw);
  return all.flatMap((one, at) => {
    if (isOwn(one, own)) return [];
    const around = all.slice(Math.max(0, at - 4), at + 4).map(({ text }) => text);
    return [JSON.stringify(around.join("")).slice(0, 300)];
  });
}

function isOwn({ kind, text }: Written, own: readonly RegExp[]): boolean {
  if (kind === "text") return !TURNING.test(text);
  return kind === "control" ? CONTROLS.has(text) : own.some((pattern) => new RegExp(pattern, "u").test(text));
}
