/** Whether a command only looks, and at what. */
import { readFlags } from "./flags.ts";
import type { Look } from "./look.ts";
import { LOOKS } from "./looks.ts";
import { GIT_LOOKS, type GitLook } from "./looks-git.ts";
import { isLookingScript } from "./sed.ts";
import type { ShellWord } from "./text.ts";

/** What a command looks at. */
export interface Looking {
  /** What it reads: each is to be inside of the session's folders. */
  readonly paths: readonly ShellWord[];
  /** It reads what lies in folders, too. */
  readonly isDeep: boolean;
  /** It obeys the configuration of a repository. */
  readonly isGit: boolean;
  /** The folder that it looks from, where that is not the one it runs in. */
  readonly at?: ShellWord;
}

/** `undefined` for a command that may do more than look. */
export function lookingOf(words: readonly ShellWord[]): Looking | undefined {
  const [program, ...rest] = words;
  if (program?.kind !== "literal") return undefined;
  switch (program.text) {
    case "git":
      return rest[0]?.text === "-C" ? gitAt(rest) : git(rest);
    case "find":
      return find(rest);
    case "sed":
      return sed(rest);
    case "command":
      return /^-[vV]$/.test(rest[0]?.text ?? "") && rest.every(isLiteral) ? { ...NOTHING } : undefined;
    default: {
      const look = LOOKS[program.text];
      return look && looking(look, rest);
    }
  }
}

const NOTHING: Looking = { paths: [], isDeep: false, isGit: false };

/** Whether a command only shows its words, whatever more of them follow. */
export function showsAnyWords([program, ...rest]: readonly ShellWord[]): boolean {
  const look = program?.kind === "literal" ? LOOKS[program.text] : undefined;
  return look?.rest === "text" && look.isTame === true && !look.check && looking(look, rest) !== undefined;
}

function looking(look: Look, words: readonly ShellWord[]): Looking | undefined {
  if (words.length === 1 && words[0]?.kind === "literal" && words[0].text === "--version") return { ...NOTHING };
  const read = look.isFlagless
    ? { flags: new Map<string, string>(), paths: [], rest: words }
    : readFlags(words, look.flags, look.style);
  if (!read || words.some(({ kind }) => kind === "open" || (look.isExact && kind !== "literal"))) return undefined;
  if (!look.isTame && words.some(mayBecomeFlag)) return undefined;
  const { flags, paths, rest } = read;
  const said = rest.map(({ text }) => text);
  if (look.check && !look.check(flags, said)) return undefined;
  const isDeep = look.isDeep?.(new Set(flags.keys())) ?? false;
  if (look.rest === "none") return rest.length === 0 ? { ...NOTHING, paths } : undefined;
  const isInFlag = (look.textFlags ?? "").split(" ").some((flag) => flag !== "" && flags.has(flag));
  const texts = rest.slice(0, isInFlag ? 0 : (look.texts ?? 0));
  if (texts.some((word) => !isLiteral(word)) && !(look.isTame && look.rest !== "text")) return undefined;
  const opened = look.rest === "text" ? [] : rest.slice(texts.length);
  // Names that take the place of a `*` are shown, or opened where one of them stands for the text.
  const shown = rest.filter((word) => !isLiteral(word) && !opened.includes(word));
  return { ...NOTHING, paths: [...paths, ...shown, ...opened], isDeep };
}

/** A name of a file that takes the place of `*` may begin with `-`. */
function mayBecomeFlag({ kind, text, isHome }: ShellWord): boolean {
  return kind === "glob" && /^[*?[]/.test(text) && !isHome;
}

function isLiteral({ kind }: ShellWord): boolean {
  return kind === "literal";
}

// ---------------------------------------------------------------- git

function gitAt([, at, ...rest]: readonly ShellWord[]): Looking | undefined {
  const found = at?.kind === "literal" ? git(rest) : undefined;
  return at && found?.isGit ? { ...found, at } : undefined;
}

function git(words: readonly ShellWord[]): Looking | undefined {
  const [first] = words;
  const from = first?.text === "--no-pager" ? 1 : 0;
  const subcommand = words[from];
  if (!subcommand || !words.every(isLiteral)) return words.length === 0 ? { ...NOTHING } : undefined;
  if (subcommand.text === "--version" && words.length === 1) return { ...NOTHING };
  const look: GitLook | undefined = GIT_LOOKS[subcommand.text];
  const own = words.slice(from + 1);
  const read = look && readFlags(own, look.flags, look.style);
  if (!look || !read) return undefined;
  if (look.isFirst && own[0]?.text.startsWith("-")) return undefined;
  // Behind `--` even the name of a subcommand is a path.
  if (look.words && read.isBehindEnd && read.rest.length > 0) return undefined;
  const said = read.rest.map(({ text }) => text);
  if (look.words && !look.words(said, read.flags)) return undefined;
  const texts = look.texts && !(look.textFlags ?? "").split(" ").some((flag) => read.flags.has(flag)) ? look.texts : 0;
  return { paths: [...read.paths, ...read.rest.slice(texts)], isDeep: false, isGit: true };
}

// ---------------------------------------------------------------- find

/** Tests and actions of find that only look, with how many words they take. */
const FIND: Readonly<Record<string, number>> = Object.assign(
  Object.create(null),
  Object.fromEntries(
    [
      [
        0,
        "-print -print0 -prune -quit -empty -depth -d -mount -xdev -not -a -and -o -or -true -false -daystart -ls -readable -writable -executable -nouser -nogroup ( ) ! ,",
      ],
      [
        1,
        "-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -maxdepth -mindepth -size -mtime -mmin -atime -amin -ctime -cmin -user -group -uid -gid -perm -links -inum -lname -ilname -printf -fstype -newerat -newerBt -newerct -newermt",
      ],
    ].flatMap(([count, names]) => (names as string).split(" ").map((name) => [name, count])),
  ),
);
const FIND_PATHS = /^-(?:newer|anewer|cnewer|samefile|newer[aBcm][aBcm])$/;

function find(words: readonly ShellWord[]): Looking | undefined {
  const paths: ShellWord[] = [];
  let isExpression = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as ShellWord;
    if (word.kind === "open" || mayBecomeFlag(word)) return undefined;
    const { text } = word;
    if (!isExpression && /^-[HP]$/.test(text)) continue;
    if (!/^-|^[(),!]$/.test(text)) {
      if (isExpression) return undefined;
      paths.push(word);
      continue;
    }
    isExpression = true;
    if (FIND_PATHS.test(text)) {
      const file = words[++at];
      if (file?.kind !== "literal") return undefined;
      paths.push(file);
      continue;
    }
    const takes = FIND[text];
    if (takes === undefined || word.kind !== "literal") return undefined;
    for (let taken = 0; taken < takes; taken++) if (words[++at]?.kind !== "literal") return undefined;
  }
  return { ...NOTHING, paths: paths.length ? paths : [{ text: ".", kind: "literal" }] };
}

// ---------------------------------------------------------------- sed

function sed(words: readonly ShellWord[]): Looking | undefined {
  const read = readFlags(words, "-n -E -r -e: -s -u -z --quiet --silent --regexp-extended --expression:");
  if (!read || words.some((word) => word.kind === "open" || mayBecomeFlag(word))) return undefined;
  if (words.some(({ kind, text }) => kind === "glob" && text.startsWith("-"))) return undefined;
  const given = read.given.flatMap(([flag, value]) => (/^(?:-e|--expression)$/.test(flag) ? [value ?? ""] : []));
  const [first, ...files] = read.rest;
  const scripts = given.length > 0 ? given : first?.kind === "literal" ? [first.text] : [];
  if (scripts.length === 0 || !scripts.every(isLookingScript)) return undefined;
  return { ...NOTHING, paths: given.length > 0 ? read.rest : files };
}
