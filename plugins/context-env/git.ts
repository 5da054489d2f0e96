import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** What can be told of a repository without running a program. */
export interface GitState {
  /** `undefined` when no branch is checked out. */
  readonly branch: string | undefined;
}

/** The repository a folder lies in, by reading `.git/HEAD`; `undefined` when it lies in none. */
export async function gitState(folder: string): Promise<GitState | undefined> {
  const gitFolder = await findGitFolder(folder);
  const head = gitFolder && (await readSmall(join(gitFolder, "HEAD")));
  if (head === undefined) return undefined;
  return { branch: /^ref: refs\/heads\/(\S+)$/.exec(head)?.[1] };
}

async function findGitFolder(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, ".git");
    const found = await stat(candidate).catch(absent);
    if (found?.isDirectory()) return candidate;
    if (found?.isFile()) return linkedGitFolder(candidate);
    if (dirname(at) === at) return undefined;
  }
}

/** A work tree's or a submodule's `.git` is a file that says where the folder is. */
async function linkedGitFolder(file: string): Promise<string | undefined> {
  const target = /^gitdir: (.+)$/.exec((await readSmall(file)) ?? "")?.[1];
  // A path of another machine would make Windows log in there.
  return target === undefined || /^[\\/]{2}/.test(target) ? undefined : resolve(dirname(file), target);
}

/** The text of a small, plain file: a repository of a stranger may have a pipe or a monster in its place. */
async function readSmall(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(absent);
  if (!found?.isFile() || found.size > 4096) return undefined;
  return (await readFile(path, "utf8").catch(absent))?.trim();
}

// Whatever cannot be read is, for the prompt, not there.
const absent = () => undefined;
