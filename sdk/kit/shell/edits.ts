/** Commands that edit files of the folder and do nothing else: what the mode acceptEdits accepts. */
import { readFlags } from "./flags.ts";
import type { ShellWord } from "./text.ts";

/** What edits files of the folder and nothing else, with the flags that leave it so. */
const EDITS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  mkdir: "-p -v --parents --verbose",
  touch: "-a -c -m -h --no-create",
  mv: "-f -n -i -v -u -T --force --no-clobber --interactive --verbose --update --no-target-directory",
  cp: "-r -R -a -f -n -i -v -u -p -T -d --recursive --archive --force --no-clobber --interactive --verbose --update --no-target-directory",
  rm: "-r -R -f -v -i -I -d --recursive --force --verbose --interactive? --dir",
  rmdir: "-p -v --parents --verbose",
});

/** `s/a/b/` in its plain forms; `e` and `w` would run and write. */
const PLAIN_SCRIPT =
  /^(?:\d+(?:,\d+)?|\$|\/[^/]*\/)?(?:d|s([/|#,])(?:(?!\1)[^\\\n]|\\[^\n])*\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gpiI0-9]*)$/;

/** The files that a command edits, where it is one that acceptEdits accepts; `undefined` for any other. */
export function acceptableEdit([program, ...rest]: readonly ShellWord[]): readonly ShellWord[] | undefined {
  const name = program?.text ?? "";
  if (name === "sed") return sedEdit(rest);
  const spec = EDITS[name];
  const read = spec === undefined ? undefined : readFlags(rest, spec);
  if (!read || read.rest.length === 0 || read.rest.some(({ kind }) => kind === "open")) return undefined;
  // A name behind a `*` may look like a flag.
  return read.rest.some(({ kind, text }) => kind === "glob" && /^[*?[]/.test(text)) && name !== "rm"
    ? undefined
    : read.rest;
}

function sedEdit(words: readonly ShellWord[]): readonly ShellWord[] | undefined {
  const read = readFlags(words, "-i -n -E -r -e: --regexp-extended --in-place");
  if (!read || !(read.flags.has("-i") || read.flags.has("--in-place"))) return undefined;
  const script = read.flags.get("-e") ?? read.rest[0]?.text ?? "";
  const files = read.flags.has("-e") ? read.rest : read.rest.slice(1);
  const isKnown = words.every(({ kind, text }) => kind !== "open" && !/^[*?[]/.test(kind === "glob" ? text : ""));
  return isKnown && files.length > 0 && PLAIN_SCRIPT.test(script) ? files : undefined;
}
