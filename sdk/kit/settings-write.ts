import fs from "node:fs";
import { dirname, join } from "node:path";
import { isGantryError, type JsonObject, messageOf, PluginError } from "gantry/sdk";
import { withFileLock } from "./file-lock.ts";
import { isWithin } from "./paths.ts";
import { parseSettingsText, readSettingsText, SETTINGS_BYTES } from "./settings-text.ts";

/** How to write settings. */
export interface WriteSettingsOptions {
  /** Refuse a file that a link leads out of this folder: for files whose folder others may have written. */
  readonly within?: string;
  /** How long to wait for others who write the same file, in milliseconds. Default 30000. */
  readonly waitMs?: number;
}

/**
 * Changes a settings file: reads it, hands what it says to `change` and writes what that returns. Writers of all processes take
 * turns. Unknown keys and the order of keys are kept; the text is indented by two blanks. A file that is not there is made, mode
 * 0600, with its folder; one that is a link is written where it leads. A change that changes nothing writes nothing.
 *
 * **Contract**: the file is replaced whole or not at all. `change` must not wait and may throw: nothing is written then. Rejects with
 * `GANTRY_SETTINGS_UNREADABLE` (naming line and column; the file is left as it is), `GANTRY_SETTINGS_OUTSIDE`,
 * `GANTRY_SETTINGS_UNSAVED` or `GANTRY_SETTINGS_LOCKED`.
 *
 * @example
 * const verbosely = (file: string) => writeSettings(file, (current) => ({ ...current, verbose: true }));
 */
export async function writeSettings(
  file: string,
  change: (current: JsonObject) => JsonObject,
  { within, waitMs = 30_000 }: WriteSettingsOptions = {},
): Promise<void> {
  const path = attempt(file, () => targetOf(file));
  if (within !== undefined && !isWithin(path, [attempt(file, () => fs.realpathSync(within))]))
    throw outside(file, path);
  attempt(file, () => fs.mkdirSync(dirname(path), { recursive: true }));
  const isDone = await withFileLock(`${path}.lock`, waitMs, (isOurs) => {
    const { current, mode, uid } = readCurrent(path);
    const next = change(current);
    if (JSON.stringify(next) === JSON.stringify(current)) return;
    const text = `${JSON.stringify(next, null, 2)}\n`;
    if (Buffer.byteLength(text) > SETTINGS_BYTES)
      throw unsaved(file, `it would be larger than ${SETTINGS_BYTES} bytes`);
    attempt(file, () => replace(path, text, { mode, uid, isOurs }));
  }).catch((error: unknown) => {
    throw isSystemError(error) ? unsaved(file, messageOf(error), error) : error;
  });
  if (!isDone) throw locked(file, `${path}.lock`);
}

/** Where the file really is: links are followed, of a new file those of its folder. */
function targetOf(file: string): string {
  const parts: string[] = [];
  for (let folder = file; ; folder = dirname(folder)) {
    const isThere = fs.lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
    // A link that leads nowhere is refused here rather than replaced.
    if (isThere || dirname(folder) === folder) return join(fs.realpathSync(folder), ...parts);
    parts.unshift(folder.slice(dirname(folder).length).replace(/^[\\/]+/, ""));
  }
}

interface Current {
  readonly current: JsonObject;
  /** `undefined` for a file that is not there. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
}

function readCurrent(path: string): Current {
  try {
    const found = readSettingsText(path);
    if (!found) return { current: {}, mode: undefined, uid: undefined };
    fs.accessSync(path, fs.constants.W_OK);
    return { current: parseSettingsText(found.text), mode: found.stat.mode & 0o777, uid: found.stat.uid };
  } catch (error) {
    throw unreadable(path, messageOf(error), error);
  }
}

function replace(
  path: string,
  text: string,
  { mode, uid, isOurs }: Pick<Current, "mode" | "uid"> & { readonly isOurs: () => boolean },
): void {
  // One name, so that what a killed program leaves behind is cleared by the next; the lock sees to it that one program writes it.
  const temporary = `${path}.tmp`;
  fs.rmSync(temporary, { force: true });
  try {
    const file = fs.openSync(temporary, "wx", 0o600);
    try {
      fs.writeFileSync(file, text);
      if (mode !== undefined) fs.fchmodSync(file, mode);
      if (uid !== undefined && process.getuid?.() === 0) fs.fchownSync(file, uid, fs.statSync(path).gid);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    if (!isOurs()) throw new Error("another program took its lock over");
    fs.renameSync(temporary, path);
  } catch (error) {
    if (isOurs()) fs.rmSync(temporary, { force: true });
    throw error;
  }
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw isGantryError(error) ? error : unsaved(file, messageOf(error), error);
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function unreadable(file: string, problem: string, cause: unknown): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_UNREADABLE",
    `The settings in ${file} are left as they are, since they cannot be read: ${problem}.`,
    "Correct the file, and save again.",
    cause,
  );
}

function outside(file: string, path: string): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_OUTSIDE",
    `${file} is a link that leads out of its folder, to ${path}; nothing was written.`,
    "Put a file in the link's place.",
  );
}

function unsaved(file: string, problem: string, cause?: unknown): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_UNSAVED",
    `The settings in ${file} cannot be saved: ${problem}.`,
    "Give access to the file and its folder, or make room, and save again.",
    cause,
  );
}

function locked(file: string, lock: string): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_LOCKED",
    `The settings in ${file} cannot be saved: other programs keep writing them.`,
    `Save again; if nothing else is running, remove ${lock}.`,
  );
}
