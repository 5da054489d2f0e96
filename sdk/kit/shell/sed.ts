/** Scripts of sed that only print, delete or replace: nothing is run, read or written by them. */

import type { ShellWord } from "./text.ts";

/** A set of signs; what ends the pattern must not stand in it, for not every sed looks for the end alike. */
const set = (end: string): string => String.raw`\[\^?\]?(?:\[:[a-z]+:\]|\\[A-Za-z.*+?$()|-]|(?!${end})[^\]\[\\\n])*\]`;
const pattern = (end: string): string => String.raw`(?:${set(end)}|\\[^\n]|(?!${end})[^\\\n\[])*`;
const ADDRESS = String.raw`(?:\d+|\$|\/${pattern("\\/")}\/I?)`;
const SUBSTITUTION = String.raw`s(?<end>[\/|#,])${pattern("\\k<end>")}\k<end>(?:(?!\k<end>)[^\\\n]|\\[^\n])*\k<end>[gpiI0-9]*`;
/** Bounded, so that blanks beside blanks cost nothing. */
const GAP = "[ \\t]{0,4}";
const command = (letters: string): RegExp =>
  new RegExp(
    String.raw`^(?:${ADDRESS}(?:${GAP},${GAP}(?:${ADDRESS}|[+~]\d+))?)?${GAP}!?${GAP}(?:[${letters}]|${SUBSTITUTION})$`,
  );
const LOOKING = command("pdqQ=");
const EDITING = command("d");

/** Whether a script only shows. */
export function isLookingScript(script: string): boolean {
  return commandsIn(script).every((one) => LOOKING.test(one.trim()));
}

/** Whether a script does no more to the file that it edits than remove lines and replace what they hold. */
export function isEditingScript(script: string): boolean {
  return commandsIn(script).every((one) => EDITING.test(one.trim()));
}

/** The words of sed without its script, where that is the first that is no flag. */
export function sedFiles(words: readonly ShellWord[]): readonly ShellWord[] {
  if (words.some(({ text }) => /^(?:-[a-zA-Z]*[ef]|--(?:expr|file))/.test(text))) return words;
  const plain = words.filter(({ text }) => !text.startsWith("-"));
  const isGiven = plain[0]?.kind === "literal" && plain[0].text !== "";
  return isGiven ? words.filter((word) => word !== plain[0]) : words;
}

/** A `;` may belong to what is replaced, so a script is parted only where that cannot be. */
function commandsIn(script: string): readonly string[] {
  return /^s/.test(script.trim())
    ? [script]
    : script.split(/[;\n]/).filter((one, _at, all) => one.trim() || all.length === 1);
}
