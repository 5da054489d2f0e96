/** Which files a command may touch, as far as rules about files go: rather one too many. */
import { join, resolve } from "node:path";
import type { Files } from "gantry/sdk";
import { expandGlob, mayBothFit, widened } from "gantry/sdk/kit/glob-names";
import { isWithin, resolvedPath } from "gantry/sdk/kit/paths";
import { isMalformed } from "gantry/sdk/kit/permission-rules";
import type { Shell, ShellCommand, ShellText, ShellWord } from "gantry/sdk/kit/shell";
import type { PlacedRule } from "./rulebook.ts";

/** The files of a command. */
export interface TouchedFiles {
  readonly read: readonly string[];
  readonly written: readonly string[];
  /** Words with signs that stand for names. */
  readonly globs: { readonly read: readonly string[]; readonly written: readonly string[] };
  /** Folders of which whatever lies in them is read. */
  readonly deep: readonly { readonly folder: string; readonly isVisibleOnly: boolean }[];
  /** Folders of which whatever lies in them may be changed. */
  readonly swept: readonly string[];
  /** It touches more than anybody looks at, or makes links, so that a name may lead anywhere by the time it is used. */
  readonly isUnsure: boolean;
}

/** Where a text starts. */
interface Start {
  readonly cwd: string;
  readonly home: string;
}

/** So many words are looked at, and so many links followed. */
const MOST_PATHS = 4000;
const MOST_LINKS = 400;

export async function filesOf(
  { text, shell }: { readonly text: ShellText; readonly shell: Shell },
  start: Start,
  files: Pick<Files, "resolve" | "list" | "stat">,
): Promise<TouchedFiles> {
  const commands = shell.reached(text);
  const place = { folders: shell.foldersOf(commands, start.cwd, start.home), home: start.home };
  const guessed = (words: readonly ShellWord[]) =>
    words.slice(0, MOST_PATHS).flatMap((word) => shell.guessesOf(word, place));
  const read = guessed(commands.flatMap((command) => [...shell.wordsAsPaths(command.words), ...sources(command)]));
  const written = guessed(commands.flatMap((command) => [...shell.writtenBy(command), ...shell.removedBy(command)]));

  let isMore = shell.isCut(text) || place.folders.length >= shell.MOST_FOLDERS;
  const places = async (words: readonly ShellWord[]) => {
    const globs = words.filter(({ kind }) => kind === "glob");
    const expanded = await Promise.all(
      globs.flatMap((word) => shell.wholePaths(word, place).map((path) => expandGlob(path, files))),
    );
    if (expanded.some((found) => found === undefined)) isMore = true;
    const paths = [
      ...new Set([
        ...words.flatMap((word) => shell.placesOfWord(word, place) ?? []),
        ...expanded.flatMap((found) => found ?? []),
      ]),
    ];
    if (paths.length > MOST_LINKS) isMore = true;
    const linked = await Promise.all(paths.slice(0, MOST_LINKS).map((path) => resolvedPath(path, files)));
    return [...new Set([...paths, ...linked])];
  };
  const globs = (words: readonly ShellWord[]) => words.filter(({ kind }) => kind === "glob").map((word) => word.text);
  const deep = commands.flatMap((command) => {
    const found = shell.deepReadOf(command);
    if (!found) return [];
    const words = found.words.length ? guessed(found.words) : [{ text: ".", kind: "literal" as const }];
    const folders = words.flatMap((word) => shell.placesOfWord(word, place) ?? []);
    return folders.map((folder) => ({ folder, isVisibleOnly: found.isVisibleOnly }));
  });
  const isRoot = (path: string) => isWithin(start.cwd, [path]);
  const writtenPlaces = await places(written);
  const readPlaces = await places(read);
  return {
    read: readPlaces,
    written: writtenPlaces,
    globs: { read: globs(read), written: globs(written) },
    deep,
    swept: [...writtenPlaces.filter(isRoot), ...(commands.some(shell.sweeps) ? place.folders : [])],
    isUnsure: isMore || commands.some(({ words: [program] }) => /^(?:ln|link|mount)$/.test(program?.text ?? "")),
  };
}

/** Whether a rule about files speaks of what a command touches: surely, or perhaps. `covers` tells of places. */
export function touches(
  placed: PlacedRule,
  touched: TouchedFiles,
  session: { readonly cwd: string; readonly home: string },
  covers: (specifier: string, places: readonly string[]) => boolean,
): "yes" | "maybe" | "no" {
  const { rule } = placed;
  if (isMalformed(rule) || rule.specifier === undefined) return "no";
  const isRead = /^read$/i.test(rule.tool);
  const places = isRead ? [...touched.read, ...touched.written] : touched.written;
  if (covers(rule.specifier, places)) return "yes";
  const globs = isRead ? [...touched.globs.read, ...touched.globs.written] : touched.globs.written;
  const mention = globMention(rule.specifier, globs);
  if (mention !== "no") return mention;
  const isDotted = rule.specifier.split("/").some((name) => /^\.[^.]/.test(name));
  const folders = isRead
    ? touched.deep.filter(({ isVisibleOnly }) => !(isVisibleOnly && isDotted)).map(({ folder }) => folder)
    : touched.swept;
  const liesThere = folders.some((folder) => mayLieIn(placed, rule.specifier as string, folder, session));
  return liesThere || touched.isUnsure ? "maybe" : "no";
}

/** Whether something that a rule speaks of may lie in a folder. */
function mayLieIn(
  { root }: PlacedRule,
  specifier: string,
  folder: string,
  { cwd, home }: { readonly cwd: string; readonly home: string },
): boolean {
  const fixed = specifier.split("/");
  const end = fixed.findIndex((name) => /[*?[]/.test(name));
  const start = (end < 0 ? fixed : fixed.slice(0, end)).join("/");
  const isFloating = !/^(?:\.?\.?\/|~)/.test(specifier);
  if (isFloating) return true;
  const place = start.startsWith("//")
    ? start.slice(1)
    : start.startsWith("/")
      ? join(root, start)
      : start.startsWith("~")
        ? join(home, start.slice(1))
        : resolve(cwd, start);
  return isWithin(place || "/", [folder]) || isWithin(folder, [place || "/"]);
}

/** Whether a rule speaks of files that a word with a `*` may stand for: surely, or perhaps. */
function globMention(specifier: string, globs: readonly string[]): "yes" | "maybe" | "no" {
  const names = specifier.split("/").filter((name) => name !== "" && name !== "." && name !== "**");
  let best: "maybe" | "no" = "no";
  for (const glob of globs) {
    const parts = glob.split("/").filter(Boolean);
    const [last, named] = [parts.at(-1) ?? "", names.at(-1) ?? ""];
    if (named !== "" && fitsName(last, named)) {
      if (!/[*?[]/.test(named)) return "yes";
      best = "maybe";
    }
    const isNear = parts.some((part) => /[*?[]/.test(part) && names.some((name) => fitsName(part, name)));
    if (isNear) best = "maybe";
  }
  return best;
}

/** Whether a name with signs may be one that a rule names; a sign at the start stands for no dot. */
function fitsName(glob: string, name: string): boolean {
  if (name.startsWith(".") && /^[*?[]/.test(glob)) return false;
  return mayBothFit(widened(glob).toLowerCase(), widened(name).toLowerCase());
}

function sources({ redirections }: ShellCommand): readonly ShellWord[] {
  return redirections.flatMap(({ kind, target }) => ((kind === "read" || kind === "open") && target ? [target] : []));
}
