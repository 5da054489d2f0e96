import { distance } from "fastest-levenshtein";

/**
 * The known name nearest to a mistyped one, or `undefined` when none is near enough to be meant: at most a third of the
 * letters differ, letter case aside; two in a short word, for letters that changed places, and one in the shortest.
 */
export function nearest(wrong: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = wrong.length > 3 ? Math.max(2, Math.floor(wrong.length / 3)) + 1 : 2;
  for (const name of known) {
    const d = distance(wrong.toLowerCase(), name.toLowerCase());
    if (d < least) [best, least] = [name, d];
  }
  return best;
}

/**
 * ` Did you mean "x"?`, or nothing.
 *
 * @example
 * throw new ToolError(`There is no city "${city}".${didYouMean(city, ["Oslo", "Bergen"])}`);
 */
export function didYouMean(wrong: string, known: Iterable<string>): string {
  const name = nearest(wrong, known);
  return name === undefined ? "" : ` Did you mean "${name}"?`;
}
