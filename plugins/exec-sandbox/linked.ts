import { basename, dirname, isAbsolute, join } from "node:path";
import type { Disk } from "./disk.ts";
import { guardedInRepository } from "./survey.ts";

/** The repository that a working folder made by `git worktree add` belongs to. */
export interface LinkedRepository {
  readonly writable: readonly string[];
  readonly guarded: readonly string[];
}

/**
 * Where commits of a linked working folder are written. What the folder says counts only if the repository says the same of the
 * folder: nobody who could write the one alone gets the other.
 */
export function linkedRepository(root: string, disk: Disk): LinkedRepository | undefined {
  const file = join(root, ".git");
  const own = follow(disk.read(file)?.replace(/^gitdir: /, ""), root, disk);
  if (own === undefined || basename(dirname(own)) !== "worktrees") return undefined;
  const back = disk.read(join(own, "gitdir"))?.trim();
  const repository = dirname(dirname(own));
  if (back === undefined || disk.resolve(back) !== file || disk.resolve(repository) !== repository) return undefined;
  if (follow(disk.read(join(own, "commondir")), own, disk) !== repository) return undefined;
  const fixed = ["gitdir", "commondir", "config.worktree"].map((name) => join(own, name));
  return { writable: [repository, own], guarded: [...guardedInRepository(repository, disk), ...fixed] };
}

function follow(text: string | undefined, from: string, disk: Disk): string | undefined {
  const path = text?.trim();
  if (!path) return undefined;
  return disk.resolve(isAbsolute(path) ? path : join(from, path));
}
