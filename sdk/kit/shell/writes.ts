/** Programs that write, remove or move what their words name. */
import type { ShellCommand, ShellWord } from "./text.ts";
import { nameOf } from "./wrappers.ts";

const WRITERS = new Set(
  [
    "rm rmdir unlink shred mv cp install ln link touch mkdir mktemp mkfifo mknod truncate tee dd rsync scp chmod chown chgrp chattr setfacl",
    "sponge split csplit patch unzip tar gzip gunzip bzip2 xz zstd 7z zip ed ex vi vim nano emacs wget curl sort uniq xxd tree yq",
    "rename prename fallocate git hg svn python perl",
  ].flatMap((line) => line.split(" ")),
);
const GIT_WRITES = new Set([
  "rm",
  "mv",
  "checkout",
  "restore",
  "apply",
  "clean",
  "reset",
  "stash",
  "init",
  "clone",
  "worktree",
  "config",
]);
const NO_SCRIPT = /^-[a-zA-Z]*c/;

/** The words of a command that may name what it changes; none of a program that is not known to write. */
export function writtenBy({ words, redirections }: ShellCommand): readonly ShellWord[] {
  const targets = redirections.flatMap(({ kind, target }) =>
    (kind === "write" || kind === "open") && target ? [target] : [],
  );
  return [...targets, ...writtenWords(words)];
}

function writtenWords([program, ...rest]: readonly ShellWord[]): readonly ShellWord[] {
  const name = nameOf(program?.text ?? "");
  const isSed = name === "sed" || name === "gsed" || name === "perl";
  if (isSed) return rest.some(({ text }) => /^(?:-[a-zA-Z]*i|--in-place|--in-pl)/.test(text)) ? spread(rest) : [];
  if (name === "git") return GIT_WRITES.has(subcommandOf(rest)) ? spread(rest) : [];
  if (name === "python" || !WRITERS.has(name) || rest.some(({ text }) => name === "perl" && NO_SCRIPT.test(text)))
    return [];
  return spread(rest);
}

function subcommandOf(words: readonly ShellWord[]): string {
  return words.find(({ text }, at) => !text.startsWith("-") && !/^-[cC]$/.test(words[at - 1]?.text ?? ""))?.text ?? "";
}

/** Each word, and what follows `=` in it, as in `of=file`. */
function spread(words: readonly ShellWord[]): readonly ShellWord[] {
  return words.flatMap((word) => {
    if (!word.text.startsWith("-") && !word.text.includes("=")) return [word];
    const value = /[=](.+)$/s.exec(word.text)?.[1] ?? /^-[A-Za-z](.+)$/s.exec(word.text)?.[1];
    return [...(word.text.startsWith("-") ? [] : [word]), ...(value ? [{ ...word, text: value }] : [])];
  });
}

/** Tests of find that leave most of a folder alone. */
const SELECTS = /^-(?:i?name|i?path|i?wholename|i?regex|[acm]time|[acm]min|size|newer.*|empty|user|group|perm)$/;

/** The words of a command that name what it removes, and all that lies in it. */
export function removedBy({ words }: ShellCommand): readonly ShellWord[] {
  const [program, ...rest] = words;
  const name = nameOf(program?.text ?? "");
  if (/^(?:rm|rmdir|unlink|shred)$/i.test(name)) {
    const end = rest.findIndex(({ text }) => text === "--");
    return rest.filter(({ text }, at) => !text.startsWith("-") || (end >= 0 && at > end));
  }
  const deletes =
    name === "find" &&
    rest.some(
      ({ text }, at) => text === "-delete" || (/^-(?:exec|ok)/.test(text) && nameOf(rest[at + 1]?.text ?? "") === "rm"),
    );
  if (!deletes || rest.some(({ text }, at) => SELECTS.test(text) && !/^\*+$/.test(rest[at + 1]?.text ?? ""))) return [];
  const expression = rest.findIndex(({ text }) => /^[-(!]/.test(text) && !/^-[HLP]$/.test(text));
  const places = rest.slice(0, expression).filter(({ text }) => !text.startsWith("-"));
  return places.length ? places : [{ text: ".", kind: "literal" }];
}
