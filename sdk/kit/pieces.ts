/**
 * Cuts a text into pieces of whole words, about `size` characters each, for providers that have an answer at once and
 * stream it all the same. Joined, the pieces are the text.
 *
 * @example
 * for (const piece of pieces(answer)) yield { type: "text", text: piece };
 */
export function* pieces(text: string, size = 80): Generator<string> {
  let from = 0;
  while (text.length - from > size) {
    const blank = Math.max(text.lastIndexOf(" ", from + size), text.lastIndexOf("\n", from + size));
    let end = blank >= from ? blank + 1 : from + size;
    // Never between the halves of one sign.
    if (/[\ud800-\udbff]/.test(text[end - 1] ?? "") && /[\udc00-\udfff]/.test(text[end] ?? "")) end++;
    yield text.slice(from, end);
    from = end;
  }
  if (from < text.length) yield text.slice(from);
}
