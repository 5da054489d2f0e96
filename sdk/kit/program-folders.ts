/** Where programs are looked for: never in the folder that is worked in, since a file planted there would pass for `git`. */
import fs from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import type { HostInfo } from "gantry/sdk";
import { realPath } from "./folders.ts";
import { isWithin } from "./paths.ts";

const DEFAULT_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * The folders that a stranger may have written: those of the sessions, and the repository or package that each lies in, since
 * package managers put its programs on the PATH.
 */
export function workspaceOf({ cwd, folders, home }: Pick<HostInfo, "cwd" | "folders" | "home">): readonly string[] {
  return [...new Set([cwd, ...folders].flatMap((folder) => [folder, ...projectsAbove(folder, home)]))];
}

/** The home folder, and what lies above it, is the person's. */
function projectsAbove(folder: string, home: string): readonly string[] {
  const found: string[] = [];
  for (let at = folder; at !== dirname(at) && !isWithin(home, [at]); at = dirname(at)) {
    if ([".git", "package.json"].some((name) => fs.existsSync(join(at, name)))) found.push(at);
  }
  return found;
}

/**
 * The absolute folders of a PATH that lie outside the given ones, as written and where their links lead.
 *
 * @example
 * programFolders("/w/shop/node_modules/.bin:.:/usr/bin", ["/w/shop"]); // ["/usr/bin"]
 */
export function programFolders(path: string | undefined, outside: readonly string[]): string[] {
  const folders = path ? path.split(delimiter) : DEFAULT_PATH;
  return folders.filter(
    (folder) =>
      isAbsolute(folder) && !isWithin(resolve(folder), outside) && !isWithin(realPath(resolve(folder)), outside),
  );
}

/** Whether a file is there that can be run. */
export function isProgram(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.X_OK);
    return fs.statSync(path).isFile();
  } catch {
    return false;
  }
}
