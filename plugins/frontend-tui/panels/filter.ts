/** Finding entries by what is typed: all of its words have to be in a text, whole, or sign by sign in their order. */

interface Found<T> {
  readonly entry: T;
  readonly score: number;
}

/** Finds entries by what is typed so far: the best first; all of them, as they are, where nothing is typed. */
export type Find<T> = (entries: readonly T[], typed: string) => readonly T[];

/** `textOf` is in lower case. Whoever types on searches what was found before. */
export function createFind<T>(textOf: (entry: T) => string): Find<T> {
  let last: { entries: readonly T[]; typed: string; kept: readonly T[]; found: readonly T[] } | undefined;
  return (entries, typed) => {
    if (last?.entries === entries && last.typed === typed) return last.found;
    const from = last?.entries === entries && typed.startsWith(last.typed) ? last.kept : entries;
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const all = words.length ? scored(from, words, textOf) : [];
    const kept = words.length ? all.map(({ entry }) => entry) : from;
    const found = words.length ? all.toSorted((a, b) => b.score - a.score).map(({ entry }) => entry) : from;
    last = { entries, typed, kept, found };
    return found;
  };
}

/** What has all the words, in its own order. */
function scored<T>(entries: readonly T[], words: readonly string[], textOf: (entry: T) => string): readonly Found<T>[] {
  const found: Found<T>[] = [];
  for (const entry of entries) {
    const text = textOf(entry);
    let score = 0;
    for (const word of words) {
      const one = scoreOf(word, text);
      score = one === 0 ? 0 : score + one;
      if (one === 0) break;
    }
    if (score > 0) found.push({ entry, score });
  }
  return found;
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
  if (at === 0) return true;
  const code = text.charCodeAt(at - 1);
  if (code < 128) return !((code >= 97 && code <= 122) || (code >= 48 && code <= 57));
  return /[^\p{L}\p{N}]/u.test(text[at - 1] as string);
}
