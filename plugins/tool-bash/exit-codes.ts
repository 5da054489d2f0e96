import type { Shell } from "gantry/sdk/kit/shell";

const MEANINGS: Readonly<Record<string, string>> = {
  grep: "no matches found",
  egrep: "no matches found",
  fgrep: "no matches found",
  rg: "no matches found",
  "git grep": "no matches found",
  find: "some folders could not be read",
  diff: "the files differ",
  "git diff": "the files differ",
  test: "the condition is false",
  "[": "the condition is false",
};

/** What exit code 1 means where it is no failure; `undefined` where it is one, or cannot be told. */
export function interpretExit(command: string, exitCode: number, shell: Shell): string | undefined {
  const commands = exitCode === 1 ? shell.plainCommands(shell.readShell(command)) : undefined;
  const last = commands?.at(-1);
  if (!commands || !last) return undefined;
  // After `a && b` it may have been a that failed.
  if (last.after === "&&" && !commands.slice(0, -1).every(({ words }) => words[0]?.text === "cd")) return undefined;
  const [program = "", subcommand] = last.words.map(({ text }) => text);
  const name = program === "git" ? `git ${subcommand}` : program;
  return Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined;
}
