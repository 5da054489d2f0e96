/** Which places of the machine a command's words may name. */
import { isAbsolute, join, resolve } from "node:path";
import type { ShellWord } from "./text.ts";

/** Where a command runs, as far as that is known. */
export interface Place {
  /** Every folder that it may run in. */
  readonly folders: readonly string[];
  readonly home: string;
}

/**
 * Where a word leads, taken for a path: of one with a `*`, the folder in which names are looked for. `undefined` when that cannot be
 * told.
 */
export function placesOfWord(word: ShellWord, { folders, home }: Place): readonly string[] | undefined {
  if (word.kind === "open") return undefined;
  const path = word.kind === "glob" ? literalFolder(word.text) : word.text;
  if (path === undefined || path.includes("\0")) return undefined;
  if (word.isHome) return [join(home, path.slice(1))];
  if (isAbsolute(path)) return [resolve(path)];
  return folders.length ? folders.map((folder) => resolve(folder, path)) : undefined;
}

/** The names before the first with a sign that stands for others; none of those behind may lead up again. */
function literalFolder(text: string): string | undefined {
  const names = text.split("/");
  const at = names.findIndex((name) => /[*?[]/.test(name));
  if (names.slice(at).includes("..")) return undefined;
  return at <= 0 ? (text.startsWith("/") ? "/" : ".") : names.slice(0, at).join("/") || "/";
}

const NOT_PATHS = new Set([
  "echo",
  "printf",
  "cd",
  ":",
  "true",
  "false",
  "export",
  "expr",
  "test",
  "[",
  "sleep",
  "kill",
]);
const LONGEST_PATH = 4096;

/** Every text among a command's words that may be the path of a file: whole words, values of flags, what follows a sign. */
export function wordsAsPaths(words: readonly ShellWord[]): readonly ShellWord[] {
  const [program, ...rest] = words;
  if (program === undefined || NOT_PATHS.has(program.text)) return [];
  return [program, ...rest].flatMap((word) => {
    if (word.text.length > LONGEST_PATH || word.text === "") return [];
    return [word, ...partsOf(word.text).map((text) => ({ text, kind: word.kind }))];
  });
}

function partsOf(text: string): readonly string[] {
  const parts = [/=(.+)$/s, /:(.+)$/s, /@(.+)$/s, /^-[A-Za-z](.+)$/s, /^<(.+)$/s].map(
    (pattern) => pattern.exec(text)?.[1],
  );
  const listed = /[,:]/.test(text) && !/\s/.test(text) ? text.split(/[,:]/) : [];
  return [...parts, ...listed].filter((part) => part !== undefined && part !== "") as string[];
}
