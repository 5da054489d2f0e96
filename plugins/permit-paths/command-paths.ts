/** What a shell command writes, and what it removes that nobody means to remove: anywhere in it, rather one place too many. */
import { dirname, resolve } from "node:path";
import type { Files, SessionView, ShellFolders } from "gantry/sdk";
import { expandGlob } from "gantry/sdk/kit/glob-names";
import { foldName, resolvedPath } from "gantry/sdk/kit/paths";
import type { Place, Shell, ShellWord } from "gantry/sdk/kit/shell";
import { matchText } from "gantry/sdk/kit/stars";

interface CommandPaths {
  /** Places that must not go: the root and what lies right in it, the home folder, the folders worked in and those above them. */
  readonly removed: readonly string[];
  readonly written: readonly string[];
  /** There is more than anybody looks at. */
  readonly isMore: boolean;
  /** Names with signs that stand for others, of what is written. */
  readonly globs: readonly string[];
}

/** What lies right in the root of a machine, for a path that begins with a variable which may be empty. */
const OF_ROOT = new Set(
  "bin boot dev etc home lib lib32 lib64 libx32 media mnt opt private proc root run sbin srv sys tmp usr var Applications Library System Users Volumes".split(
    " ",
  ),
);

export function createCommandPaths(files: Files, folders: ShellFolders | undefined) {
  return async (shell: Shell, command: string, session: SessionView): Promise<CommandPaths> => {
    const text = shell.readShell(command);
    const commands = shell.reached(text);
    const start = folders?.current(session) ?? session.cwd;
    const place: Place = { folders: shell.foldersOf(commands, start, session.home), home: session.home };
    const isCut = shell.isCut(text);
    const isLost = isCut || place.folders.length >= shell.MOST_FOLDERS;
    const critical = criticalPlaces(session, start);
    const removed: string[] = isCut ? ["more than anybody looks at"] : [];
    const written = new Set<ShellWord>();
    for (const one of commands) {
      const gone = shell.removedBy(one);
      if (gone.length > 0 && isLost) removed.push("files of a folder that cannot be told");
      if (gone.length > MOST_WORDS) removed.push(`${gone.length} files`);
      for (const word of gone.slice(0, MOST_WORDS)) {
        const found = await criticalIn(word, shell, place, critical);
        if (found !== undefined) removed.push(found);
      }
      for (const word of [...shell.writtenBy(one), ...linkedBy(one)]) {
        for (const guess of shell.guessesOf(word, place)) written.add(guess);
      }
    }
    const words = [...written].slice(0, MOST_WORDS);
    const globs = words.filter(({ kind }) => kind === "glob");
    const expanded = await Promise.all(
      globs.flatMap((word) => shell.wholePaths(word, place)).map((path) => expandGlob(path, files)),
    );
    const named = await Promise.all(words.map((word) => places(word, shell, place)));
    return {
      removed,
      isMore: isLost || written.size > MOST_WORDS || expanded.some((found) => found === undefined),
      written: [...named.flat(), ...expanded.flatMap((found) => found ?? [])],
      globs: globs.map(({ text }) => text),
    };
  };

  async function places(word: ShellWord, shell: Shell, place: Place): Promise<readonly string[]> {
    const found = shell.placesOfWord(word, place) ?? [];
    return [...new Set([...found, ...(await Promise.all(found.map((path) => resolvedPath(path, files))))])];
  }

  async function criticalIn(word: ShellWord, shell: Shell, place: Place, critical: readonly string[]) {
    // Whatever is put in front of a slash or a star may be nothing.
    const isBare =
      word.kind === "open" &&
      /(?:\w|[)}`@*])["']?\/*(?:\.?\/?[*?[.].*|\/)$/.test(word.text) &&
      /^["']?[$`]/.test(word.text);
    if (isBare && !/^["']?\$\{?(?:HOME|PWD)\b/.test(word.text)) return word.text;
    if (word.kind === "open" && /^\$\{?[1-9@*]\}?$/.test(word.text)) return word.text;
    for (const guess of shell.guessesOf(word, place)) {
      const isGuess = guess !== word && word.kind === "open";
      const found =
        guess.kind === "glob" ? globbed(guess, place, critical) : await named(guess, shell, place, critical, isGuess);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async function named(word: ShellWord, shell: Shell, place: Place, critical: readonly string[], isGuess: boolean) {
    const known = new Set(critical.map(foldName));
    for (const path of await places(word, shell, place)) {
      const isOfRoot = dirname(path) === "/" && (!isGuess || OF_ROOT.has(path.slice(1)));
      if (path === "/" || isOfRoot || known.has(foldName(path)) || /^\/proc\/[^/]+\/(?:cwd|root)/.test(path))
        return path;
    }
    return undefined;
  }
}

const MOST_WORDS = 400;

/** A path with signs in it: whether it may stand for a place that must not go, or for all that lies in one. */
function globbed(
  { text, isHome }: ShellWord,
  { folders, home }: Place,
  critical: readonly string[],
): string | undefined {
  for (const folder of folders) {
    const whole = isHome ? home + text.slice(1) : text.startsWith("/") ? text : `${folder}/${text}`;
    const path = resolve("/", whole.replace(/\/+$/, ""));
    const names = path.slice(1).split("/");
    if (names.length === 1) return path;
    if (critical.some((place) => isFit(names, place.slice(1).split("/")))) return path;
    const above = names.slice(0, -1);
    if (above.length === 1 && isBroad(names.at(-1) as string)) return path;
    const broad = names.findIndex((_, at) => names.slice(at).every(isBroad));
    const start = names.slice(0, broad);
    if (broad >= 0 && critical.some((place) => isFit(start, place === "/" ? [] : place.slice(1).split("/"))))
      return path;
  }
  return undefined;
}

function isFit(glob: readonly string[], names: readonly string[]): boolean {
  return (
    glob.length === names.length &&
    glob.every((part, at) => matchText(part.replace(/\[[^\]]*\]|\?/g, "*"), names[at] as string))
  );
}

/** Whether a name's signs leave hardly anything out. */
function isBroad(name: string): boolean {
  return name === "*.*" || (/^\.?(?:[*?]|\[[^\]]*\])+$/.test(name) && (name.includes("*") || name.startsWith("[")));
}

/** The folders that are worked in, the home folder, and whatever lies above them. */
function criticalPlaces(session: SessionView, start: string): readonly string[] {
  const up = (folder: string): readonly string[] =>
    folder === dirname(folder) ? [folder] : [folder, ...up(dirname(folder))];
  return [...new Set([session.home, start, ...session.folders].flatMap(up))];
}

/** A link to a folder is another name for all that lies in it. */
function linkedBy({ words: [program, ...rest] }: { readonly words: readonly ShellWord[] }): readonly ShellWord[] {
  const targets = rest.filter(({ text }) => !text.startsWith("-"));
  if (program?.text !== "ln" || targets.length === 0) return [];
  const isWhole = ({ text }: ShellWord) => /^(?:\.{1,2}\/?)+$|^\/?$/.test(text);
  return targets.some(isWhole) ? [{ text: ".git", kind: "literal" }] : [];
}
