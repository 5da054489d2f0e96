/** Finding entries by what is typed: all of its words have to be in a text, whole, or sign by sign in their order. */

export interface Found<T> {
  readonly entry: T;
  readonly score: number;
}

/** The entries that fit, the best first; all of them, as they are, where nothing is typed. `textOf` is in lower case. */
export function filterEntries<T>(entries: readonly T[], typed: string, textOf: (entry: T) => string): readonly T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries;
  const found: Found<T>[] = [];
  for (const entry of entries) {
    const text = textOf(entry);
    let score = 0;
    for (const word of words) {
      const one = scoreOf(word, text);
      if (one === 0) {
        score = 0;
        break;
      }
      score += one;
    }
    if (score > 0) found.push({ entry, score });
  }
  return found.sort((a, b) => b.score - a.score).map(({ entry }) => entry);
}

const AT_START = 1000;
const AT_WORD = 800;
const WITHIN = 500;
const SCATTERED = 300;

/** How well a word fits a text; 0: not at all. */
function scoreOf(word: string, text: string): number {
  const at = text.indexOf(word);
  if (at === 0) return AT_START - Math.min(text.length, 99) / 100;
  if (at > 0) return (isWordStart(text, at) ? AT_WORD : WITHIN) - Math.min(at, 99);
  return scatteredScore(word, text);
}

const LONGEST_GAP = 3;

/** Sign by sign in their order: the next one close by, or where a word begins. */
function scatteredScore(word: string, text: string): number {
  let from = -1;
  let score = SCATTERED;
  for (const sign of word) {
    let at = text.indexOf(sign, from + 1);
    while (at >= 0 && !isWordStart(text, at) && (from < 0 || at - from > LONGEST_GAP)) at = text.indexOf(sign, at + 1);
    if (at < 0) return 0;
    if (at > from + 1) score -= 5;
    from = at;
  }
  return Math.max(1, score);
}

function isWordStart(text: string, at: number): boolean {
  return /[^\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
}
