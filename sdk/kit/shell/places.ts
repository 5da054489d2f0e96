/** Which places of the machine a command's words may name. */
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { codeIn, quotedIn } from "./code.ts";
import { lookingOf } from "./looking.ts";
import { sedFiles } from "./sed.ts";
import { type ShellCommand, type ShellWord, wordFrom } from "./text.ts";
import { nameOf } from "./wrappers.ts";

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

/** A word with signs in it as the absolute paths, with signs, that it may be. */
export function wholePaths({ text, isHome }: ShellWord, { folders, home }: Place): readonly string[] {
  if (isHome) return [home + text.slice(1)];
  return text.startsWith("/") ? [text] : folders.slice(0, MOST_PLACES).map((folder) => `${folder}/${text}`);
}

/** In so many folders names are looked up. */
const MOST_PLACES = 8;

// ---------------------------------------------------------------- what a word may be, for what forbids

const VARIABLE = /\$(?:\w+|[@*#?!$-]|\{[^{}]*\}|\((?:[^()]|\([^()]*\))*\))|`[^`]*`/g;

/**
 * What a word may stand for when it runs: the folders that everybody knows are put in, a variable that nobody knows may be empty, and
 * what stands before one is a folder. The word itself, where it says what it is.
 */
export function guessesOf(word: ShellWord, { folders, home }: Place): readonly ShellWord[] {
  const plain = withoutExtglob(word);
  if (plain.kind !== "open" && !/^~[^/]/.test(plain.text)) return [plain];
  const known = withKnown(plain.text, folders[0] ?? "/", home);
  if (!/[$`]/.test(known)) return known.split(/\n/).map(wordFrom);
  const empty = known.replace(VARIABLE, "");
  const behind = known.replace(new RegExp(`^(?:${VARIABLE.source})+/+`), "");
  const before = /^(.*\/)[^/]*?[$`]/s.exec(known)?.[1];
  return [empty, behind, before]
    .filter((text) => text !== undefined && text !== "" && !/[$`]/.test(text))
    .map((text) => wordFrom(text as string));
}

function withKnown(text: string, cwd: string, home: string): string {
  return text
    .replace(/\$\$|\$(?:RANDOM|SECONDS)\b|\$\{(?:RANDOM|SECONDS)\}/g, "1")
    .replace(/^~\+/, cwd)
    .replace(/^~-/, cwd)
    .replace(/^~([\w.-]+)/, (_, name) => (name === "root" ? "/root" : join(dirname(home), name)))
    .replace(/\$\{HOME%\/\*\}/g, dirname(home))
    .replace(/\$(?:HOME\b|\{HOME[^}]*\})/g, home)
    .replace(/\$\((?:dirname|realpath) ["']?\$(?:PWD|\{PWD\}|\(pwd\))["']?\)|\$\{PWD%\/\*\}/g, (all) =>
      all.includes("realpath") ? cwd : dirname(cwd),
    )
    .replace(/\$(?:PWD\b|OLDPWD\b|\{(?:OLD)?PWD[^}]*\}|\(\s*pwd[^)]*\))|`\s*pwd[^`]*`/g, cwd)
    .replace(/\$\(\s*(?:realpath|readlink -f)\s+\.\s*\)|\$\(\s*git rev-parse --show-toplevel\s*\)/g, cwd)
    .replace(/\$(?:USER\b|LOGNAME\b|\{(?:USER|LOGNAME)\}|\(\s*(?:whoami|id -un)\s*\))|`whoami`/g, basename(home))
    .replace(/\$\(\s*(?:echo|printf)\s+["']?([^()"'$`]*)["']?\s*\)/g, "$1")
    .replace(/`\s*(?:echo|printf)\s+([^`$]*)`/g, "$1")
    .replace(/\$\(\s*ls(?:\s+-[a-zA-Z]+)*\s*\)|`\s*ls(?:\s+-[a-zA-Z]+)*\s*`/g, "./*")
    .replace(/\$\{\w+:?[-=+]([^{}$`]*)\}/g, "$1");
}

/** `!(keep)` and `@(*)` stand for names like a `*`. */
function withoutExtglob(word: ShellWord): ShellWord {
  if (!/[!@?*+]\([^()]*\)/.test(word.text)) return word;
  const text = word.text.replace(/[!@?*+]\([^()]*\)/g, "*");
  return { ...word, ...wordFrom(text) };
}

// ---------------------------------------------------------------- folders that a text moves to

/** Where a command moves its shell, or what it runs, to: `cd`, `env -C`, `tar -C`. `home` for a `cd` without a folder. */
export function movesTo({ words: [program, ...rest] }: ShellCommand): readonly (ShellWord | "home")[] {
  const name = nameOf(program?.text ?? "");
  if (name === "cd" || name === "pushd") {
    const target = rest.find(({ text }) => !/^-[PLe@n]*$|^--$/.test(text));
    return [target ?? "home"];
  }
  if (!/^(?:env|tar|gtar|bsdtar|git|make|gmake|npm|pnpm|yarn|cargo|go|sudo)$/.test(name)) return [];
  return rest.flatMap((word, at) => {
    if (/^(?:-C|-D|--directory|--chdir|--prefix|--cwd|--dir)$/.test(word.text)) return rest[at + 1] ?? [];
    const attached = /^(?:-C|--(?:directory|chdir|prefix|cwd|dir)=)(.+)$/s.exec(word.text)?.[1];
    return attached ? [wordFrom(attached)] : [];
  });
}

/** With so many a text moves on to more of them than anybody looks at. */
export const MOST_FOLDERS = 64;

/** Every folder that commands may run in, which begin in one. */
export function foldersOf(commands: readonly ShellCommand[], start: string, home: string): readonly string[] {
  const folders = [start];
  for (const command of commands) {
    if (folders.length >= MOST_FOLDERS) break;
    for (const to of movesTo(command)) {
      const words = to === "home" ? [wordFrom("~")] : guessesOf(to, { folders, home });
      const places = words.flatMap((word) => placesOfWord(word, { folders: [...folders], home }) ?? []);
      for (const folder of places) if (folders.length < MOST_FOLDERS && !folders.includes(folder)) folders.push(folder);
    }
  }
  return folders;
}

// ---------------------------------------------------------------- words that may be paths

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

/** Flags whose value is what somebody says. */
const SAYS = /^(?:--message|--title|--body|--grep|--author|--exclude)$/;
/** Where `-m` is a message, too. */
const SAYING = /^git (?:commit|tag|merge|notes|stash)$/;
/** Subcommands whose words are names of branches, where they are no paths for sure. */
const NAMING = /^git (?:branch|merge|switch|checkout|rebase|push|pull|fetch)$/;
/** Programs of which the first word is a pattern, or a filter. */
const PATTERN_FIRST = /^(?:[ef]?grep|rg|ag|ack|jq)$/;
/** Flags that choose which of the files that lie somewhere are opened. */
const CHOOSES = /^(?:--include|--i?glob|-g)/;

/** Words without what is said or left out by them. */
function withoutSaid([program, ...rest]: readonly ShellWord[]): readonly ShellWord[] {
  const [first, ...others] = rest;
  if (!program || !first) return rest;
  // The names of scripts, goals and kinds.
  if (/^(?:npm|pnpm|yarn|make|kubectl|vault)$/.test(program.text)) {
    return rest.filter(({ text, kind }, at) => {
      const isValue = rest[at - 1]?.text.startsWith("-") && rest[at - 1]?.text !== "--";
      return kind !== "literal" || isValue || !/^[\w-]+$/.test(text);
    });
  }
  if (PATTERN_FIRST.test(program.text) && first.kind === "literal" && !first.text.startsWith("-")) return others;
  if (/^g?sed$/.test(program.text)) return sedFiles(rest);
  if (!/^(?:git|gh|glab|rsync|g?tar)$/.test(program.text)) return rest;
  const isSaying = SAYING.test(`${program.text} ${rest[0]?.text}`);
  return rest.filter(({ text, kind }, at) => {
    // Names of branches.
    if (at > 0 && kind === "literal" && NAMING.test(`${program.text} ${rest[0]?.text}`) && /^[\w-]+$/.test(text))
      return false;
    const before = rest[at - 1]?.text ?? "";
    return !(SAYS.test(before) || (isSaying && before === "-m") || /^--(?:exclude|exclude-dir|message)=/.test(text));
  });
}

/**
 * Every text among a command's words that may be the path of a file: whole words, values of flags, what follows a sign. Of one that
 * surely looks and does nothing else, just those that it opens.
 */
export function wordsAsPaths(words: readonly ShellWord[]): readonly ShellWord[] {
  const [program] = words;
  if (program === undefined || NOT_PATHS.has(program.text)) return [];
  const looking = lookingOf(words);
  if (looking && !looking.isGit && !words.some(({ text }) => CHOOSES.test(text))) return looking.paths;
  const rest = withoutSaid(words);
  const own = program.text.includes("/") ? [program] : [];
  const name = nameOf(program.text);
  // `tar tfa.tar` needs no dash, and `sed` reads files that its script names.
  const bundled = /^(?:[gb]?tar|bsdtar|ar|unzip)$/.test(name) ? attachedTo(`-${rest[0]?.text ?? ""}`) : [];
  const scripted = /^g?sed$/.test(name)
    ? words.slice(1).flatMap(({ text }) => [...text.matchAll(/[rR]\s+([^\s;}]+)/g)].map(([, path]) => path as string))
    : [];
  const quoted = quotedIn(codeIn(words));
  return [...own, ...quoted, ...[...bundled, ...scripted].map(wordFrom), ...rest].flatMap((word) => {
    if (word.text.length > LONGEST_PATH || word.text === "") return [];
    const parts = partsOf(word.text).map((text) => ({
      ...wordFrom(text),
      ...(word.kind === "open" && { kind: word.kind }),
    }));
    // What `find -name` speaks of are names, whatever the quotes.
    const isPattern = word.kind === "literal" && /[*?[]/.test(word.text) && nameOf(program.text) === "find";
    return [isPattern ? { ...word, kind: "glob" as const } : word, ...parts];
  });
}

/** What of a word may be a path: values behind `=`, `:`, `@` and `,`, and whatever is attached to a cluster of flags. */
export function partsOf(text: string): readonly string[] {
  const parts = [/=(.+)$/s, /:(.+)$/s, /@(.+)$/s, /^<(.+)$/s].map((pattern) => pattern.exec(text)?.[1]);
  const listed = /[,:=]/.test(text) && !/\s/.test(text) ? text.split(/[,:=]/) : [];
  return [...parts, ...listed, ...attachedTo(text)].filter((part) => part !== undefined && part !== "") as string[];
}

/** Of `-nfsecrets/key` any end may be the value of a flag. */
export function attachedTo(text: string): readonly string[] {
  if (!/^-[A-Za-z0-9][^=]/.test(text)) return [];
  const letters = /^-([A-Za-z0-9]+)/.exec(text)?.[1]?.length ?? 0;
  return Array.from({ length: Math.min(letters, 6) }, (_, at) => text.slice(at + 2)).filter(Boolean);
}
