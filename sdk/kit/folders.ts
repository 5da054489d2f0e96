import fs from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are missing; one that is there already is left as it is.
 *
 * **Contract**: throws what the system says. Unlike Node's recursive `mkdir` it ends where folders cannot be made at all, as
 * below `/proc`, where that one tries for ever.
 */
export function makeFolders(path: string, mode = 0o777): void {
  try {
    fs.mkdirSync(path, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeFolders(dirname(path), mode);
    makeOne(path, mode);
  }
}

/** Somebody else may make it in the same moment. */
function makeOne(path: string, mode: number): void {
  try {
    fs.mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** The path with its links followed, or as it is when nothing lies there. */
export function realPath(path: string): string {
  try {
    return fs.realpathSync.native(path);
  } catch {
    return path;
  }
}
