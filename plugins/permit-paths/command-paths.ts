/** What a shell command writes, and what it removes that nobody means to remove: anywhere in it, rather one place too many. */
import { dirname } from "node:path";
import type { Files, SessionView, ShellFolders } from "gantry/sdk";
import { foldName } from "gantry/sdk/kit/paths";
import type { Shell, ShellCommand, ShellWord } from "gantry/sdk/kit/shell";

interface CommandPaths {
  /** Places that must not go: the root and what lies right in it, the home folder, the folders worked in and those above them. */
  readonly removed: readonly string[];
  readonly written: readonly string[];
}

export function createCommandPaths(files: Files, folders: ShellFolders | undefined) {
  return async (shell: Shell, command: string, session: SessionView): Promise<CommandPaths> => {
    const commands = shell.reached(shell.readShell(command));
    const start = folders?.current(session) ?? session.cwd;
    const place = { folders: foldersIn(commands, shell, start, session.home), home: session.home };
    const critical = new Set(criticalPlaces(session, start).map(foldName));
    const removed: string[] = [];
    const written: string[] = [];
    for (const one of commands) {
      for (const word of shell.removedBy(one)) {
        const found = await criticalIn(word, shell, place, critical);
        if (found !== undefined) removed.push(found);
      }
      for (const word of shell.writtenBy(one))
        written.push(...(await places(withVariables(word, session), shell, place)));
    }
    return { removed, written };
  };

  async function places(word: ShellWord, shell: Shell, place: Where): Promise<readonly string[]> {
    const found = shell.placesOfWord(word.kind === "glob" ? asName(word) : word, place) ?? [];
    return [...new Set([...found, ...(await Promise.all(found.map((path) => files.resolve(path))))])];
  }

  async function criticalIn(word: ShellWord, shell: Shell, place: Where, critical: ReadonlySet<string>) {
    // A variable that turns out to be empty leaves `/` or `/*`.
    if (
      word.kind === "open" &&
      /^\$(?:\w+|\{[^}]*\})\/(?:\*|$)/.test(word.text) &&
      !/^\$\{?(?:HOME|PWD)\b/.test(word.text)
    ) {
      return word.text;
    }
    const known = withVariables(word, { home: place.home, cwd: place.folders[0] ?? "/" });
    const isWhole = known.kind === "glob" || /(?:^|\/)(?:\*|\.\*|\{.*\})$/.test(known.text);
    const folder = isWhole ? { ...known, kind: "literal" as const, text: folderOf(known.text) } : known;
    if (known.kind === "glob" && !/(?:^|\/)[.*?[\]]*\*[.*?[\]]*\/?$/.test(known.text) && !/\/\*/.test(known.text)) {
      // `*.log` is some of a folder, not all of it.
      return undefined;
    }
    for (const path of await places(folder.kind === "open" ? { ...folder, kind: "literal" } : folder, shell, place)) {
      if (critical.has(foldName(path)) || (dirname(path) === "/" && !isWhole) || path === "/") return path;
      if (isWhole && dirname(path) === "/") return path;
    }
    return undefined;
  }
}

interface Where {
  readonly folders: readonly string[];
  readonly home: string;
}

/** The folders that are worked in, the home folder, and whatever lies above them. */
function criticalPlaces(session: SessionView, start: string): readonly string[] {
  const up = (folder: string): readonly string[] =>
    folder === dirname(folder) ? [folder] : [folder, ...up(dirname(folder))];
  return [session.home, start, ...session.folders].flatMap(up);
}

function withVariables(word: ShellWord, { home, cwd }: { readonly home: string; readonly cwd: string }): ShellWord {
  if (word.kind !== "open") return word;
  const text = word.text
    .replace(/^\$(?:HOME\b|\{HOME(?:[:?-][^}]*)?\})/, home)
    .replace(/^\$(?:PWD\b|\{PWD(?:[:?-][^}]*)?\}|\(pwd\))/, cwd);
  if (/[$`]/.test(text)) return word;
  return { text, kind: /[*?[]/.test(text) ? "glob" : "literal" };
}

/** The folder whose names a `*` stands for. */
function folderOf(text: string): string {
  const at = text.search(/[^/]*[*?[{]/);
  return at <= 0 ? (text.startsWith("/") ? "/" : ".") : text.slice(0, at);
}

/** A name with a `*` as it is written: whether `.git*` is protected is told by what it is sure to begin with. */
function asName({ text, ...word }: ShellWord): ShellWord {
  return { ...word, kind: "literal", text: text.replace(/[*?]+$/, "") };
}

/** Every folder that a `cd` before may lead to. */
function foldersIn(commands: readonly ShellCommand[], shell: Shell, start: string, home: string): readonly string[] {
  const found = [start];
  for (const { words } of commands) {
    const [program, target] = words;
    if (program?.text !== "cd" && program?.text !== "pushd") continue;
    const to: ShellWord = target ? withVariables(target, { home, cwd: start }) : { text: home, kind: "literal" };
    for (const folder of shell.placesOfWord(to, { folders: [...found], home }) ?? []) {
      if (found.length < 8 && !found.includes(folder)) found.push(folder);
    }
  }
  return found;
}
