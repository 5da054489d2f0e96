/** Commands that edit files of the folder and do nothing else: what the mode acceptEdits accepts. */

import { mayNameProtected } from "../protected-paths.ts";
import { readFlags } from "./flags.ts";
import { isEditingScript } from "./sed.ts";
import type { ShellWord } from "./text.ts";

/** What edits files of the folder and nothing else, with the flags that leave it so. */
const EDITS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  mkdir: "-p -v --parents --verbose",
  touch: "-a -c -m -h --no-create",
  mv: "-f -n -i -v -u --force --no-clobber --interactive --verbose --update",
  cp: "-r -R -a -f -n -i -v -u -p -d --recursive --archive --force --no-clobber --interactive --verbose --update",
  rm: "-r -R -f -v -i -I -d --recursive --force --verbose --interactive? --dir",
  rmdir: "-p -v --parents --verbose",
});

/** `a/.`, and on macOS `a/` for `cp`, is all that lies in a folder, under its own names. */
const CONTENT: Readonly<Record<string, RegExp>> = { cp: /(?:^|\/)\.{0,2}$/, mv: /(?:^|\/)\.{1,2}\/*$/ };

/** The files that a command edits, where it is one that acceptEdits accepts; `undefined` for any other. */
export function acceptableEdit([program, ...rest]: readonly ShellWord[]): readonly ShellWord[] | undefined {
  const name = program?.text ?? "";
  if (name === "sed") return sedEdit(rest);
  const spec = EDITS[name];
  const read = spec === undefined ? undefined : readFlags(rest, spec);
  if (!read || read.rest.length === 0 || !read.rest.every((word) => isCertain(word, name === "rm"))) return undefined;
  const content = CONTENT[name];
  return content && read.rest.slice(0, -1).some(({ text }) => content.test(text)) ? undefined : read.rest;
}

function sedEdit(words: readonly ShellWord[]): readonly ShellWord[] | undefined {
  const read = readFlags(words, "-i? -n -E -r -e: --regexp-extended --in-place");
  if (!read || !(read.flags.has("-i") || read.flags.has("--in-place"))) return undefined;
  // What follows `-i` is the ending of a copy, whose name may be any.
  if (read.given.some(([flag, value]) => flag === "-i" && value !== undefined)) return undefined;
  const given = read.given.flatMap(([flag, value]) => (flag === "-e" ? [value ?? ""] : []));
  const [first, ...others] = read.rest;
  const scripts = given.length > 0 ? given : first?.kind === "literal" ? [first.text] : [];
  const files = given.length > 0 ? read.rest : others;
  const isKnown = files.length > 0 && files.every((word) => isCertain(word, false));
  return isKnown && scripts.length > 0 && scripts.every(isEditingScript) ? files : undefined;
}

/** Whether no name that a word stands for can be a flag, or one that steers programs. */
function isCertain({ kind, text }: ShellWord, isTame: boolean): boolean {
  if (kind !== "glob") return kind === "literal";
  return (isTame || !/^[*?[]/.test(text)) && !text.split("/").some(maySteer);
}

/** That one of all files of a kind steers programs is not meant by who names them so. */
function maySteer(segment: string): boolean {
  return /[*?[]/.test(segment) && !/^\*+(?:\.[\w.]+)?$/.test(segment) && mayNameProtected(segment);
}
