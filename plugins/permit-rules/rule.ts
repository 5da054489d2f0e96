/** A rule as it is written: `Tool`, `Tool(*)` or `Tool(specifier)`. */
export interface Rule {
  readonly text: string;
  /** A tool, one of its aliases, a family, or a pattern of names. */
  readonly tool: string;
  /** What is in the brackets; `undefined`: every use. */
  readonly specifier: string | undefined;
}

/** What has no meaning as a rule, and which tool it seems to be about. */
export interface Malformed {
  readonly text: string;
  readonly tool: string | undefined;
  readonly problem: string;
}

export function isMalformed(rule: Rule | Malformed): rule is Malformed {
  return "problem" in rule;
}

/** Reads a rule. */
export function parseRule(written: unknown): Rule | Malformed {
  const text = typeof written === "string" ? written.trim() : (JSON.stringify(written) ?? "undefined");
  const tool = /^[A-Za-z*][\w*-]*/.exec(text)?.[0];
  const wrong = (problem: string): Malformed => ({
    text,
    tool: typeof written === "string" ? tool : undefined,
    problem,
  });
  if (tool === undefined || typeof written !== "string") return wrong("it begins with no tool's name");
  const rest = text.slice(tool.length);
  if (rest === "" || rest === "(*)") return { text, tool, specifier: undefined };
  if (!rest.startsWith("(") || !rest.endsWith(")")) return wrong("what follows the tool is not in brackets");
  const specifier = rest.slice(1, -1).trim();
  if (specifier === "" || specifier === ":*") return wrong("nothing is in the brackets");
  return { text, tool, specifier };
}

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
