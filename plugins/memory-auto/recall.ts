/** Which entries fit a text. */
import type { MemoryEntry, RecalledEntry } from "gantry/sdk";
import { createRanking, type RankedHit, wordsIn } from "gantry/sdk/kit/rank";

const WEIGHTS = { title: 3, tags: 3, text: 1 };
/** What fits far worse than the best does not fit. */
const SHARE_OF_BEST = 0.35;

/** Ranks entries; what they were ranked by is kept until they change. */
export function createRecall(): (query: string, entries: readonly MemoryEntry[]) => readonly RecalledEntry[] {
  let ranked: readonly MemoryEntry[] = [];
  let find = createRanking([]);

  return (query, entries) => {
    if (entries.length === 0) return [];
    if (!isSame(ranked, entries)) {
      ranked = entries;
      find = createRanking(
        entries.map(({ title, tags, text }, at) => ({
          id: String(at).padStart(6, "0"),
          fields: [
            { text: title, weight: WEIGHTS.title },
            { text: tags.join(" "), weight: WEIGHTS.tags },
            { text, weight: WEIGHTS.text },
          ],
        })),
      );
    }
    const hits = find(query);
    const best = hits[0]?.score ?? 0;
    return hits.flatMap((hit) => {
      const entry = entries[Number(hit.id)];
      if (!entry || hit.score < best * SHARE_OF_BEST || !fits(entry, hit)) return [];
      return [{ entry, score: hit.score, words: hit.words }];
    });
  };
}

/** One word in common is chance, unless the entry is about it. */
function fits({ title, tags }: MemoryEntry, { words }: RankedHit): boolean {
  if (words.length > 1) return true;
  const about = new Set(wordsIn(`${title} ${tags.join(" ")}`));
  return words.some((word) => about.has(word));
}

function isSame(before: readonly MemoryEntry[], now: readonly MemoryEntry[]): boolean {
  return before.length === now.length && before.every((entry, at) => entry === now[at]);
}
