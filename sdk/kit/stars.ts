/** Stands for any number of items in a pattern of {@link matchStars}. */
export const STAR: unique symbol = Symbol("*");

/**
 * Whether the whole of `items` fits the pattern. Only the last star is ever retried, so the time is bounded by the product of
 * the lengths whatever the pattern: patterns may come from whoever wrote the repository.
 */
export function matchStars<P, T>(
  pattern: readonly (P | typeof STAR)[],
  items: ArrayLike<T>,
  fits: (expected: P, item: T) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  for (let index = 0; index < items.length; ) {
    const expected = pattern[at];
    if (expected === STAR) {
      star = at++;
      retry = index;
    } else if (at < pattern.length && fits(expected as P, items[index] as T)) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++retry;
    } else return false;
  }
  while (pattern[at] === STAR) at++;
  return at === pattern.length;
}

/** Whether a text fits a pattern in which `*` stands for any text. */
export function matchText(pattern: string, text: string): boolean {
  const parts = [...pattern].map((char) => (char === "*" ? STAR : char));
  return matchStars(parts, [...text], (expected, char) => expected === char);
}
