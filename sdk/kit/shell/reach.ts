/** Everything that a text may run, for what forbids: generous, so that nothing is missed. */
import { readShell } from "./grammar.ts";
import type { ShellCommand, ShellText, ShellWord } from "./text.ts";
import { nameOf, SHELLS, wrappedBy } from "./wrappers.ts";

const DEEPEST = 12;
const MOST = 5000;

/**
 * Every command that a text may run, with the programs that others run for it: those behind `sudo`, `xargs` or `find -exec`, in
 * scripts for `sh -c` and `eval`, in text that is piped into a shell. A program's path is left off.
 */
export function reachOf(text: ShellText): readonly ShellCommand[] {
  const found: ShellCommand[] = [];
  follow(text, found, 0);
  return found;
}

function follow(text: ShellText, found: ShellCommand[], depth: number): void {
  for (const [index, command] of text.commands.entries()) {
    reach(command, found, depth);
    for (const script of scriptsFor(text.commands, index)) followScript(script, found, depth);
  }
}

function reach(command: ShellCommand, found: ShellCommand[], depth: number): void {
  if (found.length > MOST) return;
  const words = withoutPath(braces(command.words));
  found.push({ ...command, words });
  if (depth >= DEEPEST) return;
  const { programs, scripts } = wrappedBy(words);
  for (const program of programs) {
    reach({ ...command, words: program, redirections: [], assignments: [], after: undefined }, found, depth + 1);
  }
  for (const script of scripts) followScript(script, found, depth);
}

function followScript(script: string, found: ShellCommand[], depth: number): void {
  if (depth < DEEPEST && found.length <= MOST) follow(readShell(script), found, depth + 1);
}

/** What a shell without a script reads: its here-document, or what a pipeline prints into it. */
function scriptsFor(commands: readonly ShellCommand[], index: number): string[] {
  const command = commands[index] as ShellCommand;
  const runsInput = (words: readonly ShellWord[]): boolean =>
    SHELLS.has(nameOf(words[0]?.text ?? "")) || wrappedBy(withoutPath(words)).programs.some(runsInput);
  if (!runsInput(command.words)) return [];
  const own = command.redirections.flatMap(
    ({ body, kind, target }) => body ?? (kind === "text" && target ? target.text : []),
  );
  const printed = commands
    .slice(0, index)
    .filter(({ words }) => /^(?:echo|printf|cat)$/.test(nameOf(words[0]?.text ?? "")))
    .flatMap(({ words, redirections }) => [
      words
        .slice(1)
        .map(({ text }) => text)
        .join(" "),
      ...words.slice(1).map(({ text }) => text),
      ...redirections.flatMap(({ body, kind, target }) => body ?? (kind === "text" && target ? target.text : [])),
    ]);
  return [...own, ...printed.flatMap((text) => [text, text.replaceAll("\\n", "\n")])];
}

function withoutPath(words: readonly ShellWord[]): readonly ShellWord[] {
  const [program, ...rest] = words;
  return program?.text.includes("/") ? [{ ...program, text: nameOf(program.text) }, ...rest] : words;
}

/** `{rm,-rf}` is two words. */
function braces(words: readonly ShellWord[]): readonly ShellWord[] {
  if (!words.some(({ text, kind }) => kind === "open" && text.includes("{"))) return words;
  return words.flatMap((word) => expandBraces(word.text).map((text) => ({ ...word, text })));
}

function expandBraces(text: string): readonly string[] {
  const found = /^(.*?)(?<!\$)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(text);
  if (!found || text.length > 1000) return [text];
  const [, before = "", choices = "", behind = ""] = found;
  return choices
    .split(",")
    .slice(0, 50)
    .flatMap((choice) => expandBraces(`${before}${choice}${behind}`))
    .slice(0, 200);
}
