const MOST_WORDS = 200;
const LONGEST = 1000;

/** The words that the braces of one stand for: `a/{b,c}` is `a/b` and `a/c`. */
export function expandBraces(text: string): readonly string[] {
  const found = /^(.*?)(?<!\$)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(text);
  if (!found || text.length > LONGEST) return [text];
  const [, before = "", choices = "", behind = ""] = found;
  const expanded = choices
    .split(",")
    .slice(0, MOST_WORDS)
    .flatMap((choice) => expandBraces(`${before}${choice}${behind}`));
  return expanded.slice(0, MOST_WORDS);
}
