const MOST_WORDS = 200;
const LONGEST = 1000;

/** The words that the braces of one stand for, as many as anybody looks at: `a/{b,c}` is `a/b` and `a/c`. */
export function expandBraces(text: string): readonly string[] {
  if (text.length > LONGEST) return [text];
  let words: readonly string[] = [text];
  for (let round = 0; round < LONGEST; round++) {
    const next = words.flatMap((word) => expandOne(word) ?? word).slice(0, MOST_WORDS);
    if (next.every((word, at) => word === words[at])) break;
    words = next;
  }
  return words;
}

function expandOne(text: string): readonly string[] | undefined {
  const found = /^(.*?)(?<!\$)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(text);
  if (!found) return undefined;
  const [, before = "", choices = "", behind = ""] = found;
  return choices.split(",", MOST_WORDS).map((choice) => `${before}${choice}${behind}`);
}
