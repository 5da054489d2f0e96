/** What a shell command surely writes or removes, as far as its words tell; and whether it may do more than look. */
import { join } from "node:path";
import { type Files, isGantryError, type SessionView, type ShellFolders } from "gantry/sdk";
import { expandGlob } from "gantry/sdk/kit/glob-names";
import { componentsOf, isWithin } from "gantry/sdk/kit/paths";
import { loadShell, type Place, type Shell, type ShellText, type ShellWord } from "gantry/sdk/kit/shell";
import { placeOf } from "./state.ts";

const MOST_WORDS = 200;
/** Of folders that a command writes or removes as a whole. */
export const MOST_FILES = 500;
/** Large, made by programs, and of no use half restored. */
const LEFT_OUT = new Set([".git", "node_modules"]);

/** Whether all that a command changes is what its words name. One that cannot be read may do more. */
export async function isSeenWhole(command: string): Promise<boolean> {
  const shell = await loadShell();
  const text = shell.readShell(command);
  if (text.problem !== undefined || text.isUnread || shell.isCut(text)) return false;
  return shell.reached(text).every(({ words, redirections }) => {
    const isSaid = [...words, ...redirections.flatMap(({ target }) => target ?? [])].every(
      ({ kind }) => kind !== "open",
    );
    return isSaid && (WRITES_WHAT_IT_NAMES.has(words[0]?.text ?? "") || mayOnlyLook(shell, words));
  });
}
const WRITES_WHAT_IT_NAMES = new Set("rm rmdir unlink mv cp mkdir touch tee truncate chmod".split(" "));

function isLooking(shell: Shell, text: ShellText): boolean {
  if (text.problem !== undefined || text.isUnread || shell.isCut(text)) return false;
  return shell
    .reached(text)
    .every(
      ({ words, redirections }) =>
        redirections.every(({ kind }) => kind !== "write" && kind !== "open") && mayOnlyLook(shell, words),
    );
}

function mayOnlyLook(shell: Shell, words: readonly ShellWord[]): boolean {
  return words.length === 0 || HARMLESS.has(words[0]?.text ?? "") || shell.lookingOf(words) !== undefined;
}
const HARMLESS = new Set(["cd", "echo", "printf", "true", "false", "test", "[", ":", "exit"]);

/** What a command is about to write, as far as its words tell. Paths of which the folders are resolved, in the session's folders. */
export interface CommandPaths {
  readonly named: readonly string[];
  /** What lies in the folders among them. */
  readonly below: readonly string[];
  /** Folders, or names that may become one, of which everything below is known. */
  readonly whole: readonly string[];
  /** Folders with more below than anybody looks at. */
  readonly large: readonly string[];
}

/** Finds the paths that commands of a session write; `undefined` for a command that only looks. */
export function createCommandPaths(files: Files, folders: ShellFolders | undefined) {
  return async (command: string, session: SessionView): Promise<CommandPaths | undefined> => {
    const shell = await loadShell();
    const text = shell.readShell(command);
    if (isLooking(shell, text)) return undefined;
    const start = folders?.current(session) ?? session.cwd;
    const commands = shell.reached(text);
    const place: Place = { folders: shell.foldersOf(commands, start, session.home), home: session.home };
    const words = commands.flatMap((one) => [...shell.writtenBy(one), ...shell.removedBy(one)]).slice(0, MOST_WORDS);
    const guessed = await Promise.all(words.map((word) => pathsOf(word, shell, place)));
    const found = await Promise.all(guessed.flat().map((path) => placeOf(files, path)));
    const inside = found.filter((path) => path !== undefined && mayBeKept(path, session)) as string[];
    return withBelow([...new Set(inside)]);
  };

  async function withBelow(named: readonly string[]): Promise<CommandPaths> {
    const below = new Set<string>();
    const whole: string[] = [];
    const large: string[] = [];
    for (const path of named) {
      const found = await filesBelow(files, path, MOST_FILES - below.size);
      (found ? whole : large).push(path);
      for (const one of found ?? []) below.add(one);
    }
    for (const path of named) below.delete(path);
    return { named, below: [...below], whole, large };
  }

  async function pathsOf(word: ShellWord, shell: Shell, place: Place): Promise<readonly string[]> {
    const guesses = shell.guessesOf(word, place);
    const paths = await Promise.all(
      guesses.map(async (guess) => {
        if (guess.kind !== "glob") return shell.placesOfWord(guess, place) ?? [];
        const found = await Promise.all(shell.wholePaths(guess, place).map((path) => expandGlob(path, files)));
        return found.flatMap((one) => one ?? []);
      }),
    );
    return paths.flat();
  }
}

/** Files and folders below a folder; `undefined` when there are more than so many. Links are named and not followed. */
export async function filesBelow(files: Files, folder: string, most: number): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  const open = [folder];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if ((await files.resolve(next)) !== next || (await files.stat(next))?.kind !== "folder") continue;
    const entries = await files.list(next).catch((error) => {
      if (isGantryError(error)) return [];
      throw error;
    });
    for (const { name, kind } of entries) {
      if (LEFT_OUT.has(name)) continue;
      found.push(join(next, name));
      if (kind === "folder") open.push(join(next, name));
    }
    if (found.length > most) return undefined;
  }
  return found;
}

/** Whether what lies there is kept when a command changes it. */
function mayBeKept(path: string, { folders }: SessionView): boolean {
  return isWithin(path, folders) && !componentsOf(path).some((name) => LEFT_OUT.has(name));
}
