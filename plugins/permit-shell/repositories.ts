/** Whether git may be run in a folder: a repository's own configuration is code. */
import { dirname, isAbsolute, join, resolve } from "node:path";
import { type Files, isGantryError } from "gantry/sdk";

/** Sections and keys of a repository's configuration that run nothing, whatever they say. */
const HARMLESS = [
  "core\\.(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|abbrev|quotepath|untrackedcache|sharedrepository|sparsecheckout|sparsecheckoutcone|longpaths|protectntfs|protecthfs|preloadindex|commitgraph|multipackindex|compression|bigfilethreshold)",
  "remote\\..*\\.(url|fetch|push|pushurl|mirror|prune|prunetags|tagopt|promisor|partialclonefilter|skipfetchall|skipdefaultupdate|gh-resolved)",
  "branch\\..*\\.(remote|merge|rebase|pushremote|description|vscode-merge-base|gh-merge-base|github-pr-owner-number)",
  "branch\\.(autosetupmerge|autosetuprebase|sort)",
  "submodule\\..*\\.(url|active|branch|ignore|shallow|fetchrecursesubmodules)",
  "(user|author|committer)\\.(name|email|useconfigonly)",
  "(pull|push|fetch|init|gc|color|rerere|rebase|pack|index|feature|advice|column|log|status|tag|stash|format|apply|maintenance)(\\.[\\w-]+)*",
  "extensions\\.(objectformat|refstorage|preciousobjects|partialclone|worktreeconfig|compatobjectformat|noop)",
  "merge\\.(conflictstyle|ff|log|renames|stat|renamelimit)",
  "diff\\.(algorithm|renames|renamelimit|colormoved|mnemonicprefix|noprefix|context|submodule|wordregex|ignoresubmodules|statgraphwidth)",
  "lfs\\.(repositoryformatversion|.*\\.access)",
];
const HARMLESS_KEY = new RegExp(`^(?:${HARMLESS.join("|")})$`, "i");
/** What these sections may hold that runs something all the same. */
const RUNNING =
  /^(?:gc\.recentobjectshook|rebase\.instructionformat\b.*|format\.(?:signature-?file|pretty)|log\.showsignature|color\.pager|pack\.packobjectshook|fetch\.bundleuri|pull\.octopus)$/i;

const MOST_BYTES = 256 * 1024;

export interface Repositories {
  /** Why git should not be run here without asking; `undefined` when there is nothing to fear. */
  doubt(folder: string): Promise<string | undefined>;
}

export function createRepositories(files: Files): Repositories {
  return {
    async doubt(folder) {
      try {
        return await look(folder);
      } catch (thrown) {
        if (!isGantryError(thrown)) throw thrown;
        return "it cannot be read";
      }
    },
  };

  /** The nearest repository upward, as git finds it. */
  async function look(folder: string): Promise<string | undefined> {
    for (let at = folder; ; at = dirname(at)) {
      const marker = await files.stat(join(at, ".git"));
      if (marker?.kind === "folder") return repository(join(at, ".git"));
      if (marker) return linked(at);
      if (await isBare(at)) return "the folder itself is made up as a repository";
      if (at === dirname(at)) return undefined;
    }
  }

  /** A worktree or submodule: a file names where its repository lies. */
  async function linked(at: string): Promise<string | undefined> {
    const named = /^gitdir: (.+)$/m.exec((await text(join(at, ".git"))) ?? "")?.[1]?.trim();
    if (named === undefined) return "its .git names no repository";
    const own = resolve(at, named);
    const common = (await text(join(own, "commondir")))?.trim();
    const folders = [own, ...(common === undefined ? [] : [isAbsolute(common) ? common : resolve(own, common)])];
    for (const folder of folders) {
      const problem = await repository(folder);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  async function repository(folder: string): Promise<string | undefined> {
    for (const name of ["config", "config.worktree"]) {
      const key = runningKey((await text(join(folder, name))) ?? "");
      if (key !== undefined) return `${name} sets ${key}`;
    }
    // Reading refreshes the index, after which git runs this one.
    const hook = await files.stat(join(folder, "hooks", "post-index-change"));
    return hook && "it has a post-index-change hook";
  }

  async function isBare(folder: string): Promise<boolean> {
    const [head, objects, refs] = await Promise.all(
      ["HEAD", "objects", "refs"].map((name) => files.stat(join(folder, name))),
    );
    return head !== undefined && objects?.kind === "folder" && refs?.kind === "folder";
  }

  async function text(path: string): Promise<string | undefined> {
    if (!(await files.stat(path))) return undefined;
    return Buffer.from((await files.read(path, { maxBytes: MOST_BYTES })).bytes).toString("utf8");
  }
}

/** The first key of a configuration that may run something, or that cannot be read for sure. */
export function runningKey(config: string): string | undefined {
  let section = "";
  for (const written of config.replace(/\\\r?\n/g, "").split(/\r?\n/)) {
    const line = written.trim();
    if (line === "" || /^[#;]/.test(line)) continue;
    const [, name, sub, rest = ""] = /^\[([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\](.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      section = sub === undefined ? name : `${name}.${sub}`;
      if (rest.trim() !== "" && !/^\s*[#;]/.test(rest)) return `[${section}]${rest}`;
      continue;
    }
    const key = /^([A-Za-z][\w-]*)\s*(?:=|$)/.exec(line)?.[1];
    const whole = `${section}.${key}`;
    if (key === undefined) return line.slice(0, 40);
    if (!HARMLESS_KEY.test(whole) || RUNNING.test(whole)) return whole;
    if (/\.(?:url|pushurl)$/i.test(whole) && /ext::/.test(line)) return whole;
  }
  return undefined;
}
