/** With a full stop, where it has no end of its own. */
export function sentenceOf(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
