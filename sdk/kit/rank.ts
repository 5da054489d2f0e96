/**
 * Finding texts by words: Okapi BM25 over weighted fields, and how alike two texts are. Deterministic, without an index on disk:
 * a thousand short texts take a few milliseconds.
 */

/** A text to be found. */
export interface RankedText {
  readonly id: string;
  /** A word counts by the weight of the field it stands in. */
  readonly fields: readonly { readonly text: string; readonly weight: number }[];
}

/** A text that was found. */
export interface RankedHit {
  readonly id: string;
  readonly score: number;
  /** The words of the query that it has, as they were compared. */
  readonly words: readonly string[];
}

const K1 = 1.2;
const B = 0.6;
/** Longer texts are cut: nobody remembers a book by its end. */
const MOST_CHARACTERS = 20_000;

const STOP = new Set(
  (
    "a about after all also am an and any are as at be because been before but by can could did do does doing done for from get give go " +
    "got had has have he her here him his how i if in into is it its just let like make me might more most much must my need no " +
    "not now of off on one only or our out over own please put same say see she should so some such take tell than that the " +
    "their them then there these they thing this those to too under up us use used using very want was we well were what when " +
    "where which while who why will with would you your"
  ).split(" "),
);

/**
 * The words of a text as they are compared: lower case, names taken apart (`runTests`, `run_tests` and `run-tests` are `run` and
 * `test`), without endings and without words that say nothing.
 *
 * @example
 * wordsIn("Run the unitTests"); // ["run", "unit", "test"]
 */
export function wordsIn(text: string): readonly string[] {
  const parts = text
    .slice(0, MOST_CHARACTERS)
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .match(/\p{L}[\p{L}\p{M}]*|\d+/gu);
  return (parts ?? []).filter((word) => !STOP.has(word) && (word.length > 1 || /[^a-z]/.test(word))).map(stem);
}

/**
 * Ranks texts by how well they fit queries.
 *
 * @example
 * const find = createRanking([{ id: "a", fields: [{ text: "Run the tests with make", weight: 1 }] }]);
 * find("how do I run tests")[0].id; // "a"
 */
export function createRanking(texts: readonly RankedText[]): (query: string) => readonly RankedHit[] {
  const counts = texts.map(({ fields }) => countWords(fields));
  const lengths = counts.map((count) => sumOf(count.values()));
  const average = Math.max(1, sumOf(lengths) / Math.max(1, texts.length));
  /** Which texts have a word. */
  const holders = new Map<string, number[]>();
  counts.forEach((count, at) => {
    for (const word of count.keys()) {
      const known = holders.get(word);
      if (known) known.push(at);
      else holders.set(word, [at]);
    }
  });

  return (query) => {
    const found = new Map<number, { score: number; readonly words: string[] }>();
    for (const word of new Set(wordsIn(query))) {
      const having = holders.get(word) ?? [];
      const rarity = Math.log(1 + (texts.length - having.length + 0.5) / (having.length + 0.5));
      for (const at of having) {
        const often = counts[at]?.get(word) ?? 0;
        const long = 1 - B + (B * (lengths[at] ?? 0)) / average;
        const hit = found.get(at) ?? { score: 0, words: [] };
        hit.score += (rarity * often * (K1 + 1)) / (often + K1 * long);
        hit.words.push(word);
        found.set(at, hit);
      }
    }
    return [...found]
      .map(([at, hit]) => ({ id: texts[at]?.id ?? "", ...hit }))
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  };
}

/**
 * How alike two texts are, from 0 to 1: the share of their words that both have.
 *
 * @example
 * likeness("Run the tests", "run tests"); // 1
 */
export function likeness(a: string, b: string): number {
  const [left, right] = [new Set(wordsIn(a)), new Set(wordsIn(b))];
  const both = [...left].filter((word) => right.has(word)).length;
  const all = left.size + right.size - both;
  return all === 0 ? 0 : both / all;
}

/**
 * Which share of a text's words another text has, from 0 to 1; 1 for a text without words.
 *
 * @example
 * coverage("use pnpm", "We use pnpm, never npm."); // 1
 */
export function coverage(part: string, whole: string | ReadonlySet<string>): number {
  const words = new Set(wordsIn(part));
  const known = typeof whole === "string" ? new Set(wordsIn(whole)) : whole;
  const there = [...words].filter((word) => known.has(word)).length;
  return words.size === 0 ? 1 : there / words.size;
}

/**
 * How many words of a text turn it around, such as "not" and "never": too common to be found by, but what tells a statement from its
 * opposite.
 *
 * @example
 * negationsIn("Don't use npm"); // 1
 */
export function negationsIn(text: string): number {
  return text.match(/\b(?:not|never|no|without|nor|cannot)\b|n['’]t\b/gi)?.length ?? 0;
}

function countWords(fields: RankedText["fields"]): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  for (const { text, weight } of fields) {
    for (const word of wordsIn(text)) count.set(word, (count.get(word) ?? 0) + weight);
  }
  return count;
}

/** Takes off the commonest English endings; what comes out need be no word, only the same for the same. */
function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const plain = word
    .replace(/(ss|sh|ch|x|z)es$/, "$1")
    .replace(/ies$/, "y")
    .replace(/(?<![su])s$/, "")
    .replace(/(?<=[a-z]{3})(?:ing|ed)$/, "");
  return plain.replace(/([bdfgklmnprt])\1$/, "$1").replace(/(?<=[a-z]{2})e$/, "");
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}
