/** Which files a command may touch, as far as rules about files go: rather one too many. */
import { isAbsolute } from "node:path";
import type { Files } from "gantry/sdk";
import { isMalformed } from "gantry/sdk/kit/permission-rules";
import type { Shell, ShellCommand, ShellText, ShellWord } from "gantry/sdk/kit/shell";
import { matchText } from "gantry/sdk/kit/stars";
import type { PlacedRule } from "./rulebook.ts";

/** The files of a command. */
export interface TouchedFiles {
  readonly read: readonly string[];
  readonly written: readonly string[];
  /** Words with signs that stand for names. */
  readonly globs: { readonly read: readonly string[]; readonly written: readonly string[] };
  /** It reads whatever lies in some folder. */
  readonly isDeep: boolean;
}

/** Where a text starts. */
interface Start {
  readonly cwd: string;
  readonly home: string;
}

const MOST_PATHS = 400;

export async function filesOf(
  { text, shell }: { readonly text: ShellText; readonly shell: Shell },
  start: Start,
  files: Pick<Files, "resolve">,
): Promise<TouchedFiles> {
  const commands = shell.reached(text);
  const place = { folders: foldersOf(commands, shell, start), home: start.home };
  const read = commands.flatMap((command) => [...shell.wordsAsPaths(command.words), ...sources(command)]);
  const written = commands.flatMap((command) => shell.writtenBy(command));

  const places = async (words: readonly ShellWord[]) => {
    const paths = words.slice(0, MOST_PATHS).flatMap((word) => shell.placesOfWord(known(word, start), place) ?? []);
    const resolved = await Promise.all([...new Set(paths)].map(async (path) => [path, await files.resolve(path)]));
    return [...new Set(resolved.flat())];
  };
  const globs = (words: readonly ShellWord[]) =>
    words.filter(({ kind }) => kind === "glob").map(({ text: glob }) => glob);
  return {
    read: await places(read.filter(({ kind }) => kind !== "glob")),
    written: await places(written.filter(({ kind }) => kind !== "glob")),
    globs: { read: globs(read), written: globs(written) },
    isDeep: commands.some(({ words }) => shell.lookingOf(words)?.isDeep),
  };
}

/** Whether a rule about files speaks of files that a word with a `*` may stand for: surely, or perhaps. */
export function globMention({ rule }: PlacedRule, globs: readonly string[]): "yes" | "maybe" | "no" {
  if (isMalformed(rule) || rule.specifier === undefined) return "no";
  const names = rule.specifier.split("/").filter((name) => name !== "" && name !== "." && name !== "**");
  let best: "maybe" | "no" = "no";
  for (const glob of globs) {
    const parts = glob.split("/").filter(Boolean);
    if (names.length && fitsName(parts.at(-1) as string, names.at(-1) as string)) return "yes";
    const isNear = parts.some((part) => /[*?[]/.test(part) && names.some((name) => fitsName(part, name)));
    if (isNear) best = "maybe";
  }
  return best;
}

/** A `*` at the start stands for no name that begins with a dot. */
function fitsName(glob: string, name: string): boolean {
  if (name.startsWith(".") && /^[*?[]/.test(glob)) return false;
  const pattern = glob.replace(/\[[^\]]*\]|\?/g, "*");
  return matchText(pattern.toLowerCase(), name.replaceAll("*", "x").toLowerCase());
}

/** The folder that the text starts in, and every folder that a `cd` in the text may lead to. */
function foldersOf(commands: readonly ShellCommand[], shell: Shell, { cwd, home }: Start): readonly string[] {
  const folders = [cwd];
  for (const { words } of commands) {
    const [program, target] = words;
    if (program?.text !== "cd" && program?.text !== "pushd") continue;
    const next =
      target && target.kind === "literal" ? shell.placesOfWord(target, { folders: [...folders], home }) : undefined;
    for (const folder of next ?? []) if (folders.length < 8 && !folders.includes(folder)) folders.push(folder);
  }
  return folders;
}

function sources({ redirections }: ShellCommand): readonly ShellWord[] {
  return redirections.flatMap(({ kind, target }) => ((kind === "read" || kind === "open") && target ? [target] : []));
}

/** A word whose beginning is a variable: the home and the working folder are known, of others only what follows. */
function known(word: ShellWord, { cwd, home }: Start): ShellWord {
  if (word.kind !== "open") return word;
  const text = word.text.replace(/^\$(?:HOME\b|\{HOME\})/, home).replace(/^\$(?:PWD\b|\{PWD\})/, cwd);
  const rest = text.replace(/^\$(?:\w+|\{\w+\})\/+/, "");
  const isKnown = !/[$`]/.test(rest) && (isAbsolute(rest) || rest !== "");
  return isKnown ? { text: rest, kind: "literal" } : word;
}
