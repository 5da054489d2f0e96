/**
 * The words of what was typed, parted as a shell parts them: quotes group, a stroke takes the meaning from what follows. A quote that
 * is never closed is a letter like any other, as in `don't`.
 *
 * @example
 * splitWords(`core "two words"`); // ["core", "two words"]
 */
export function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= "";
    const end = sign === '"' || sign === "'" ? endOfQuote(text, at) : -1;
    if (end > 0) {
      const inside = text.slice(at + 1, end);
      word += sign === '"' ? inside.replace(/\\(["\\$`])/g, "$1") : inside;
      at = end;
    } else if (sign === "\\" && /["'\\\s$]/.test(text[at + 1] ?? "")) {
      word += text[++at];
    } else word += sign;
  }
  return word === undefined ? words : [...words, word];
}

function endOfQuote(text: string, from: number): number {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\" && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}
