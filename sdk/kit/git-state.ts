/** What can be told of a repository without running a program. */
import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** The repository that a folder lies in. */
export interface GitState {
  /** `undefined` when no branch is checked out. */
  readonly branch: string | undefined;
  /** Where its HEAD and its index lie, absolute: `.git`, or what that leads to. */
  readonly folder: string;
}

/**
 * The repository a folder lies in, by reading `.git/HEAD`; `undefined` when it lies in none. What stands in a repository may be written
 * by strangers: show it as such.
 *
 * @example
 * const branch = (await gitState("/home/me/shop"))?.branch;
 */
export async function gitState(folder: string): Promise<GitState | undefined> {
  const gitFolder = await findGitFolder(folder);
  const head = gitFolder && (await readSmall(join(gitFolder, "HEAD")));
  if (gitFolder === undefined || head === undefined) return undefined;
  return { branch: /^ref: refs\/heads\/(\S+)$/.exec(head)?.[1], folder: gitFolder };
}

const PACKED_BYTES = 1024 * 1024;

/** The branch that others start from: what the remote says, or else the first of the usual names that is there. */
export async function mainBranch({ folder }: GitState): Promise<string | undefined> {
  const shared = await readSmall(join(folder, "commondir"));
  const common = shared && !isRemote(shared) ? resolve(folder, shared) : folder;
  const said = await readSmall(join(common, "refs/remotes/origin/HEAD"));
  const remote = /^ref: refs\/remotes\/origin\/(\S+)$/.exec(said ?? "")?.[1];
  if (remote !== undefined) return remote;
  const packed = (await readSmall(join(common, "packed-refs"), PACKED_BYTES)) ?? "";
  for (const name of ["main", "master", "trunk"]) {
    if (packed.includes(` refs/heads/${name}\n`) || packed.endsWith(` refs/heads/${name}`)) return name;
    if ((await readSmall(join(common, "refs/heads", name))) !== undefined) return name;
  }
  return undefined;
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
  return target === undefined || isRemote(target) ? undefined : resolve(dirname(file), target);
}

/** A path of another machine would make Windows log in there. */
function isRemote(path: string): boolean {
  return /^[\\/]{2}/.test(path);
}

/** The text of a small, plain file: a repository of a stranger may have a pipe or a monster in its place. */
async function readSmall(path: string, most = 4096): Promise<string | undefined> {
  const found = await stat(path).catch(absent);
  if (!found?.isFile() || found.size > most) return undefined;
  return (await readFile(path, "utf8").catch(absent))?.trim();
}

// Whatever cannot be read is, for the prompt, not there.
const absent = () => undefined;
