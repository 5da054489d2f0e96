/** Code in other languages, among the words of a command: only what it says in quotes is looked at. */
import { type ShellWord, wordFrom } from "./text.ts";
import { nameOf } from "./wrappers.ts";

const INTERPRETERS =
  /^(?:[gmn]?awk|perl|python[\d.]*|pypy3?|node|nodejs|deno|bun|ruby|php|lua|tclsh|osascript|pwsh|powershell)$/i;

/** The words of an interpreter that may be code. */
export function codeIn([program, ...rest]: readonly ShellWord[]): readonly string[] {
  if (!program || !INTERPRETERS.test(nameOf(program.text))) return [];
  return rest.map(({ text }) => text).filter((text) => /\s|[("']/.test(text));
}

/** Texts in quotes, which may name files. */
export function quotedIn(code: readonly string[]): readonly ShellWord[] {
  return code.flatMap((text) =>
    [...text.matchAll(/(["'`])([^"'`\s]{1,400})\1/g)].map(([, , path]) => wordFrom(path as string)),
  );
}

/** Signs and names by which code writes, moves or removes. */
const WRITES = /write|append|unlink|rename|remove|delete|rmtree|copy|truncate|mkdir|chmod|["'][wax]b?\+?["']|>/i;

/** What code may name of what it changes. */
export function quotedForWriting(words: readonly ShellWord[]): readonly ShellWord[] {
  return quotedIn(codeIn(words).filter((code) => WRITES.test(code)));
}
