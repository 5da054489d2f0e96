import stringWidth from "string-width";

/** What one sees as a sign each: where it ends in the text, in code units, and how many columns it takes. */
export interface Cells {
  readonly ends: readonly number[];
  readonly widths: readonly number[];
}

const ASCII = /^[\x20-\x7e]*$/;

// Signs of one code unit that never join a neighbour of their kind: Latin, Greek, Cyrillic, symbols, kana, ideographs, Hangul syllables.
const ALONE =
  "\\x20-\\x7e\\u00a1-\\u00ac\\u00ae-\\u02ff\\u0370-\\u0482\\u048a-\\u052f\\u1e00-\\u1fff\\u2010-\\u2027\\u2030-\\u205e" +
  "\\u20a0-\\u20bf\\u2100-\\u2bff\\u2e80-\\u3029\\u3030-\\u3098\\u309b-\\ua48c\\uac00-\\ud7a3\\uff01-\\uff9d\\uffe0-\\uffe6";
// Everything else, with one neighbour on each side that it may join.
const JOINING = new RegExp(`[${ALONE}]?(?:[^${ALONE}]+[${ALONE}]?)+`, "g");
const MOST_REMEMBERED = 10_000;

const UNKNOWN = 255;
let unitWidths: Uint8Array | undefined;
let segmenter: Intl.Segmenter | undefined;
const remembered = new Map<string, number>();

export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/** The columns of a text without escapes, tabs and line ends. */
export function columnsOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let columns = 0;
  eachCell(text, (_end, width) => {
    columns += width;
  });
  return columns;
}

export function cellsOf(text: string): Cells {
  const ends: number[] = [];
  const widths: number[] = [];
  eachCell(text, (end, width) => {
    ends.push(end);
    widths.push(width);
  });
  return { ends, widths };
}

function eachCell(text: string, found: (end: number, width: number) => void): void {
  let at = 0;
  const alone = (end: number) => {
    for (; at < end; at++) found(at + 1, unitWidth(text, at));
  };
  JOINING.lastIndex = 0;
  for (let match = JOINING.exec(text); match; match = JOINING.exec(text)) {
    const next = JOINING.lastIndex;
    alone(match.index);
    segmenter ??= new Intl.Segmenter();
    for (const { segment } of segmenter.segment(match[0])) {
      const width = clusterWidth(segment);
      // Marks and letters can pile up in one cluster without end: what is wider than any sign counts by its parts.
      for (const part of width > 2 ? segment : [segment]) {
        at += part.length;
        found(at, width > 2 ? clusterWidth(part) : width);
      }
    }
    JOINING.lastIndex = next;
  }
  alone(text.length);
}

function unitWidth(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0x7f) return 1;
  unitWidths ??= new Uint8Array(0x10000).fill(UNKNOWN);
  const known = unitWidths[unit] as number;
  if (known !== UNKNOWN) return known;
  const width = stringWidth(text[at] as string);
  unitWidths[unit] = width;
  return width;
}

function clusterWidth(cluster: string): number {
  const known = remembered.get(cluster);
  if (known !== undefined) return known;
  const width = stringWidth(cluster);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  if (cluster.length <= 32) remembered.set(cluster, width);
  return width;
}
