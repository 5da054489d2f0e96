/**
 * The rules in one value of a flag, parted by commas or blanks outside brackets. What does not part into rules stays whole,
 * and so has no meaning: `Bash (ls)` must not become `Bash`.
 */
export function splitRules(value: string): readonly string[] {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  for (const char of value) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (depth < 0) return [value];
    if (depth === 0 && /[\s,]/.test(char)) {
      parts.push(part);
      part = "";
    } else part += char;
  }
  const rules = [...parts, part].filter((text) => text !== "");
  return depth !== 0 || rules.some((text) => text.startsWith("(")) ? [value] : rules;
}
