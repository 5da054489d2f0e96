import { dirname, join, resolve } from "node:path";
import { isProtectedPath, namesNotToMake } from "gantry/sdk/kit/protected-paths";
import type { Disk } from "./disk.ts";

/**
 * What of a working folder steers programs. It is looked for once a session, before anything confined has run there: what a confined
 * command makes later must not decide what is mounted where.
 */
export interface Survey {
  /** Protected names at the top, there or not. */
  readonly names: readonly string[];
  /** The `.git` of the folder, there or not, and of those below it as far down as is looked. */
  readonly repositories: readonly string[];
}

/** How deep, and in how many folders, repositories within a working folder are looked for. */
const DEPTH = 3;
const FOLDERS = 400;

export function surveyFolder(root: string, isHome: boolean, state: readonly string[], disk: Disk): Survey {
  const there = disk
    .list(root)
    .map(({ name }) => join(root, name))
    .filter((path) => isProtectedPath(path, [root], state));
  const git = join(root, ".git");
  const absent = namesNotToMake(isHome).map((name) => join(root, name));
  // Without one of them the folder cannot be made to look like a repository itself.
  const isBare = !isRepository(git, disk) && disk.list(join(root, "refs")).length === 0;
  const names = new Set([...there, ...absent, ...(isBare ? [join(root, "refs")] : [])]);
  names.delete(git);
  return { names: [...names], repositories: [...new Set([git, ...repositoriesBelow(root, disk)])] };
}

function repositoriesBelow(root: string, disk: Disk): readonly string[] {
  const found: string[] = [];
  let level = [root];
  let seen = 0;
  for (let depth = 0; depth <= DEPTH; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      if (++seen > FOLDERS) return found;
      for (const { name, isFolder } of disk.list(folder)) {
        if (name === ".git") found.push(join(folder, name));
        else if (isFolder && name !== "node_modules" && !name.startsWith(".")) next.push(join(folder, name));
      }
    }
    level = next;
  }
  return found;
}

/** Whether it is a folder that holds a repository: an empty one may be a placeholder. */
export function isRepository(git: string, disk: Disk): boolean {
  return disk.kindOf(join(git, "HEAD")) !== undefined && disk.resolve(git) === git;
}

/** What of a repository makes git run programs; the rest is written by every commit. */
export function guardedInRepository(git: string, disk: Disk): readonly string[] {
  const isLink = (path: string) => disk.resolve(path) !== path;
  // A file, or a link, says where the repository is.
  if (!isRepository(git, disk)) return [git];
  const always = ["hooks", "config", "config.worktree", "commondir"].map((name) => join(git, name));
  const there = ["info/attributes", "modules", "worktrees"].map((name) => join(git, name));
  const guarded = [...always, ...there.filter((path) => disk.kindOf(path) !== undefined)];
  // A link can be replaced where a file cannot, unless its folder is guarded.
  return [...(guarded.some(isLink) ? [git] : guarded), ...hooksElsewhere(git, disk)];
}

/** Hooks may lie among the project's files. */
function hooksElsewhere(git: string, disk: Disk): readonly string[] {
  const config = disk.read(join(git, "config")) ?? "";
  const named = [...config.matchAll(/^\s*hookspath\s*=\s*"?([^"\n]+?)"?\s*$/gim)].map(([, path = ""]) => path);
  return named.filter((path) => !path.startsWith("~")).map((path) => resolve(dirname(git), path));
}
