import { type ShellWord, wordFrom } from "./text.ts";

/** The words of `find`, parted. */
export interface FindWords {
  /** The folders that it looks in; the one it runs in when it names none. */
  readonly paths: readonly ShellWord[];
  /** What it looks for by name or path. */
  readonly names: readonly ShellWord[];
}

/** Parts the words of `find`, those of its expression from those before it. */
export function findWords(words: readonly ShellWord[]): FindWords {
  const first = words.findIndex(({ text }) => /^[-(!]/.test(text) && !/^-[HLP]$/.test(text));
  const before = words.slice(0, first < 0 ? words.length : first).filter(({ text }) => !text.startsWith("-"));
  const named = words.filter((_, at) => /^-i?(?:name|path|wholename)$/.test(words[at - 1]?.text ?? ""));
  return {
    paths: before.length ? before : [wordFrom(".")],
    names: named.map(({ text }) => ({ text, kind: /[*?[]/.test(text) ? "glob" : "literal" })),
  };
}
