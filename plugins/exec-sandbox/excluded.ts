import { loadShell } from "gantry/sdk/kit/shell";

/**
 * Whether every command of a line is excepted from confinement by one of the prefixes (`docker`, `docker:*`, `docker *`). A line that is
 * not surely understood (expansions, redirections, groups, assignments) is not.
 */
export async function isExcluded(line: string, prefixes: readonly string[]): Promise<boolean> {
  if (prefixes.length === 0) return false;
  const shell = await loadShell();
  const commands = shell.plainCommands(shell.readShell(line)) ?? [];
  const isCertain = commands.every(
    ({ words, redirections }) => redirections.length === 0 && words.every(({ kind }) => kind === "literal"),
  );
  const named = commands.map(({ words }) => words.map(({ text }) => text)).filter(([program]) => program !== "cd");
  const fixed = prefixes.filter((prefix) => /^[^*]+$/.test(prefix.replace(/(?::| )\*$/, "").trim()));
  return (
    isCertain && named.length > 0 && named.every((words) => fixed.some((prefix) => shell.coversWords(prefix, words)))
  );
}
