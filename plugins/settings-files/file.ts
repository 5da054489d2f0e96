import fs from "node:fs";
import { type JsonObject, messageOf, PluginError } from "gantry/sdk";
import { parseSettingsText, readSettingsText } from "gantry/sdk/kit/settings-text";

/** A settings file, as it was when somebody last looked. */
export interface SettingsFile {
  readonly path: string;
  /** What counts of it: the last content that could be read; `undefined` when there is none. */
  readonly content: JsonObject | undefined;
  /** The text of the content. */
  readonly text: string;
  /** Why what lies there now cannot be read. */
  readonly problem: PluginError | undefined;
  /** Looks again, with one stat where nothing has happened. */
  refresh(): void;
}

/** File systems tell times apart only so finely: what changed this short a time ago may have changed again unseen. */
const FRESH_MS = 2_000;

/** A settings file; `isWanted`: it was asked for, so that its removal is a mistake and does not end what it said. */
export function settingsFile(path: string, isWanted = false): SettingsFile {
  let stamp: string | undefined;
  let isFresh = false;
  let content: JsonObject | undefined;
  let text = "";
  let problem: PluginError | undefined;

  function read(): void {
    isFresh = false;
    try {
      const found = readSettingsText(path);
      isFresh = found !== undefined && Date.now() - found.stat.ctimeMs < FRESH_MS;
      const isSame = content !== undefined && found?.text === text;
      if (found && !isSame) [content, text] = [parseSettingsText(found.text), found.text];
      problem = undefined;
      if (found) return;
      if (isWanted) problem = absent(path);
      else [content, text] = [undefined, ""];
    } catch (error) {
      problem = broken(path, messageOf(error), error);
    }
  }

  return {
    path,
    get content() {
      return content;
    },
    get text() {
      return text;
    },
    get problem() {
      return problem;
    },
    refresh() {
      const now = stampOf(path);
      if (now === stamp && !isFresh) return;
      stamp = now;
      read();
    },
  };
}

/** Whatever a save changes: also what is written within one tick, or over the same number of bytes. */
function stampOf(path: string): string {
  try {
    // Most of the files are not there, and an error for each would cost ten times as much.
    const stats = fs.statSync(path, { throwIfNoEntry: false });
    if (!stats) return "absent";
    const { dev, ino, size, mtimeMs, ctimeMs } = stats;
    return [dev, ino, size, mtimeMs, ctimeMs].join(" ");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  }
}

/** Settings of the command line: throws what is wrong with them. */
export function parseGiven(source: string, text: string): JsonObject {
  try {
    return parseSettingsText(text);
  } catch (error) {
    throw broken(source, messageOf(error), error);
  }
}

/** A file that the command line names: throws what is wrong with it. */
export function givenFile(path: string): SettingsFile {
  const file = settingsFile(path, true);
  file.refresh();
  if (file.problem) throw file.problem;
  return file;
}

/** The administrator's further files, the nearest first: later names come nearer. Throws when the folder cannot be read. */
export function dropIns(folder: string): readonly string[] {
  try {
    const names = fs.readdirSync(folder).filter((name) => name.endsWith(".json") && !name.startsWith("."));
    return names.sort((a, b) => (a < b ? 1 : -1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw broken(folder, messageOf(error), error);
  }
}

function absent(source: string): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_ABSENT",
    `There is no settings file ${source}.`,
    "Give --settings a file that exists, or the JSON itself.",
  );
}

function broken(source: string, problem: string, cause?: unknown): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_BROKEN",
    `The settings in ${source} cannot be read: ${problem}.`,
    "Correct the file, or move it away.",
    cause,
  );
}
