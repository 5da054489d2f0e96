/** Where people keep prompts in files: agents, commands and skills. Light, since it is asked at every start. */
import fs from "node:fs";
import { dirname, join } from "node:path";
import type { HostInfo, PromptSource } from "gantry/sdk";
import { realPath } from "./folders.ts";

/** A folder of such files. */
export interface PromptPlace {
  readonly path: string;
  readonly source: PromptSource;
  /** It came with a project: its files have to lie in there, and what they would run or allow has to be approved. */
  readonly within?: string;
}

/**
 * The folders that are there, those first whose names win: an administrator's, the person's, and those of the project, from the working
 * folder up to the root of its repository.
 *
 * @example
 * const hasCommands = (host: HostInfo) => promptPlaces(host, "commands", managedFolder(process.platform)).length > 0;
 */
export function promptPlaces(
  host: HostInfo,
  kind: "agents" | "commands" | "skills",
  managed: string,
): readonly PromptPlace[] {
  const personal = join(host.claudeFolder, kind);
  const root = repositoryRoot(host.cwd) ?? host.cwd;
  const places: PromptPlace[] = [
    { path: join(managed, ".claude", kind), source: "managed" },
    { path: personal, source: "personal" },
  ];
  for (let folder = host.cwd; ; folder = dirname(folder)) {
    const path = join(folder, ".claude", kind);
    // Someone who works in the home folder has not been sent these files by a repository.
    if (isFolder(path) && realPath(path) !== realPath(personal) && (folder === host.cwd || isOwn(path))) {
      places.push({ path, source: "project", within: root });
    }
    if (folder === root) break;
  }
  return places.filter(({ path }) => isFolder(path));
}

function repositoryRoot(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (fs.existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function isFolder(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Above the working folder, as in a common temporary folder, anyone may have put something. */
function isOwn(path: string): boolean {
  const own = process.getuid?.();
  if (own === undefined) return true;
  const owner = fs.statSync(path, { throwIfNoEntry: false })?.uid;
  return owner === own || owner === 0;
}
