/**
 * Whether every command of a line is excepted from confinement by one of the prefixes (`docker`, `docker:*`, `docker *`). A line that is
 * not surely understood (expansions, redirections, groups, assignments) is not.
 */
export function isExcluded(line: string, prefixes: readonly string[]): boolean {
  if (prefixes.length === 0) return false;
  const commands = readCommands(line);
  if (!commands) return false;
  const named = commands.filter(([program]) => program !== "cd");
  return named.length > 0 && named.every((words) => prefixes.some((prefix) => hasPrefix(words, prefix)));
}

function hasPrefix(words: readonly string[], prefix: string): boolean {
  const isOpen = /(:\*| \*)$/.test(prefix);
  const wanted = prefix
    .replace(/(:\*| \*)$/, "")
    .trim()
    .split(/\s+/);
  if (wanted[0] === "" || wanted.some((word) => word.includes("*"))) return false;
  if (!isOpen && wanted.length !== words.length) return false;
  return wanted.every((word, at) => word === words[at]);
}

const TOKEN = /([ \t]+)|(&&|\|\||;|\|(?!&))|((?:[\w./:=@%+,-]|'[^'\n\\]*'|"[^"$`\\!\n]*")+)/y;

/** The words of each command, quotes removed; `undefined` for anything but plain words. */
function readCommands(line: string): readonly (readonly string[])[] | undefined {
  const commands: string[][] = [[]];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < line.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(line);
    if (!match) return undefined;
    const [, , operator, word] = match;
    if (operator) commands.push([]);
    if (word) commands.at(-1)?.push(word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
  }
  if (commands.at(-1)?.length === 0) commands.pop();
  const isPlain = commands.every(([program]) => program !== undefined && !program.includes("="));
  return isPlain && commands.length > 0 ? commands : undefined;
}
