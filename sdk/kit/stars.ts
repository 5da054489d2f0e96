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

/** Whether a text fits a pattern in which `*` stands for any text. In time bounded by the length of the text. */
export function matchText(pattern: string, text: string): boolean {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return text === pattern;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
