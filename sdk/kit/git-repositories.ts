/** Whether git may be run in a folder: a repository's own configuration is code. */
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { type Files, isGantryError } from "gantry/sdk";
import { gitlinksIn } from "./git-index.ts";

/** Sections and keys of a repository's configuration that run nothing, whatever they say. */
const HARMLESS = [
  "core\\.(repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|abbrev|quotepath|untrackedcache|sharedrepository|sparsecheckout|sparsecheckoutcone|longpaths|protectntfs|protecthfs|preloadindex|commitgraph|multipackindex|compression|bigfilethreshold)",
  "remote\\..*\\.(url|fetch|push|pushurl|mirror|prune|prunetags|tagopt|skipfetchall|skipdefaultupdate|gh-resolved)",
  "branch\\..*\\.(remote|merge|rebase|pushremote|description|vscode-merge-base|gh-merge-base|github-pr-owner-number)",
  "branch\\.(autosetupmerge|autosetuprebase|sort)",
  "submodule\\..*\\.(url|active|branch|ignore|shallow|fetchrecursesubmodules)",
  "(user|author|committer)\\.(name|email|useconfigonly)",
  "(pull|push|fetch|init|gc|color|rerere|rebase|pack|index|feature|advice|column|log|status|tag|stash|format|apply|maintenance)(\\.[\\w-]+)*",
  "extensions\\.(objectformat|refstorage|preciousobjects|worktreeconfig|compatobjectformat|noop)",
  "merge\\.(conflictstyle|ff|log|renames|stat|renamelimit)",
  "diff\\.(algorithm|renames|renamelimit|colormoved|mnemonicprefix|noprefix|context|wordregex|ignoresubmodules|statgraphwidth)",
  "lfs\\.(repositoryformatversion|.*\\.access)",
];
const HARMLESS_KEY = new RegExp(`^(?:${HARMLESS.join("|")})$`, "i");
/** What these sections may hold that runs something all the same. */
const RUNNING =
  /^(?:gc\.recentobjectshook|rebase\.instructionformat\b.*|format\.(?:signature-?file|pretty)|log\.showsignature|color\.pager|pack\.packobjectshook|fetch\.bundleuri|pull\.octopus|status\.submodulesummary)$/i;

const MOST_BYTES = 256 * 1024;
const MOST_INDEX_BYTES = 64 * 1024 * 1024;
const MOST_REPOSITORIES = 64;

interface Repository {
  readonly worktree: string;
  /** Its own folder, and the one that it shares with others; none where its `.git` leads nowhere. */
  readonly folders: readonly string[];
}

class Unsure extends Error {}

/** Tells of folders whether git may be run there. */
export interface Repositories {
  /** Why git should not be run here without asking, in a few words; `undefined` when there is nothing to fear. */
  doubt(folder: string): Promise<string | undefined>;
}

/** How git would be run. */
export interface RepositoryOptions {
  /** Keys of a repository's configuration that the command line overrides, or that what is run does not heed. */
  readonly overridden?: RegExp;
  /** Git is kept out of hooks, and of the repositories within this one. */
  readonly isAlone?: boolean;
}

/**
 * Looks at the repositories that git would find and obey: their configuration, their hooks, and those of the repositories within.
 *
 * **Contract**: reads files and runs nothing. What cannot be read or understood for sure is a doubt.
 *
 * @example
 * const mayRunGit = async (files: Files, folder: string) => (await createRepositories(files).doubt(folder)) === undefined;
 */
export function createRepositories(files: Files, { overridden, isAlone }: RepositoryOptions = {}): Repositories {
  return {
    async doubt(folder) {
      try {
        return await look(folder);
      } catch (thrown) {
        if (thrown instanceof Unsure) return thrown.message;
        if (!isGantryError(thrown)) throw thrown;
        return "it cannot be read";
      }
    },
  };

  /** The nearest repository upward, as git finds it: one that git would not take for one is looked at, and passed over. */
  async function look(folder: string): Promise<string | undefined> {
    for (let at = folder; ; at = dirname(at)) {
      const found = await repositoryIn(at);
      if (found) {
        const doubt = await inRepository(found, MOST_REPOSITORIES);
        if (doubt !== undefined || (await isCertain(found))) return doubt;
      }
      if (await isBare(at)) return "the folder itself is made up as a repository";
      if (at === dirname(at)) return undefined;
    }
  }

  /** The repository whose worktree a folder is. */
  async function repositoryIn(worktree: string): Promise<Repository | undefined> {
    const path = join(worktree, ".git");
    const marker = await files.stat(path);
    if (!marker) return undefined;
    const own = marker.kind === "folder" ? path : await placeIn(path, worktree, "gitdir: ");
    const common = own && (await placeIn(join(own, "commondir"), own, ""));
    return { worktree, folders: own === undefined ? [] : common === undefined ? [own] : [own, common] };
  }

  /** Where a file says that something lies: byte for byte what stands in it, as git takes it. */
  async function placeIn(path: string, from: string, start: string): Promise<string | undefined> {
    const said = await text(path);
    if (said === undefined) return undefined;
    const place = said.startsWith(start) ? said.slice(start.length).replace(/[\r\n]+$/, "") : "";
    if (place === "" || /[\r\n\0\ufffd]/.test(place)) throw new Unsure(`its ${basename(path)} names no place for sure`);
    return isAbsolute(place) ? place : resolve(from, place);
  }

  async function inRepository({ worktree, folders }: Repository, most: number): Promise<string | undefined> {
    const [own] = folders;
    if (own === undefined) return "its .git names no repository";
    for (const folder of folders) {
      for (const name of ["config", "config.worktree"]) {
        const key = runningKey((await text(join(folder, name))) ?? "", overridden);
        if (key !== undefined) return `${name} sets ${key}`;
      }
      // Reading refreshes the index, after which git runs this one.
      const hook = !isAlone && (await files.stat(join(folder, "hooks", "post-index-change")));
      if (hook) return "it has a post-index-change hook";
    }
    return isAlone ? undefined : within(worktree, own, most);
  }

  /** Git goes into the repositories within one, and obeys them, too. */
  async function within(worktree: string, own: string, most: number): Promise<string | undefined> {
    const index = join(own, "index");
    if (!(await files.stat(index))) return undefined;
    const links = gitlinksIn((await files.read(index, { maxBytes: MOST_INDEX_BYTES })).bytes);
    if (!links || links.length > most) return "which repositories lie within it cannot be told";
    for (const link of links) {
      const inner = await repositoryIn(join(worktree, link));
      const doubt = inner && (await inRepository(inner, Math.floor(most / 2)));
      if (doubt !== undefined) return `${link}: ${doubt}`;
    }
    return undefined;
  }

  /** Whether git surely goes no further up. */
  async function isCertain({ folders }: Repository): Promise<boolean> {
    const [own = "", common = own] = folders;
    const [head, objects, refs] = await Promise.all([
      text(join(own, "HEAD")),
      files.stat(join(common, "objects")),
      files.stat(join(common, "refs")),
    ]);
    const isHead = /^(?:ref: refs\/[\w./-]+|[0-9a-f]{40}|[0-9a-f]{64})\n$/.test(head ?? "");
    return isHead && objects?.kind === "folder" && refs?.kind === "folder";
  }

  async function isBare(folder: string): Promise<boolean> {
    const [head, objects, refs, common] = await Promise.all(
      ["HEAD", "objects", "refs", "commondir"].map((name) => files.stat(join(folder, name))),
    );
    return head !== undefined && (common !== undefined || (objects !== undefined && refs !== undefined));
  }

  async function text(path: string): Promise<string | undefined> {
    if (!(await files.stat(path))) return undefined;
    return Buffer.from((await files.read(path, { maxBytes: MOST_BYTES })).bytes).toString("utf8");
  }
}

/** The first key of a configuration that may run something, or that cannot be read for sure. */
export function runningKey(config: string, overridden?: RegExp): string | undefined {
  let section = "";
  for (const written of config.split(/\r?\n/)) {
    const line = written.trim();
    // Whether that goes on in the next line is not for sure: in a comment it does not.
    if (line.endsWith("\\")) return line.slice(0, 40);
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
    if (overridden?.test(whole)) continue;
    if (!HARMLESS_KEY.test(whole) || RUNNING.test(whole)) return whole;
    if (/\.(?:url|pushurl)$/i.test(whole) && /ext::/.test(line)) return whole;
  }
  return undefined;
}
