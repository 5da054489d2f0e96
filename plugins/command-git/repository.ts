/** The repository that a session works in, asked safely; or why it cannot be asked. */
import { join } from "node:path";
import { type Exec, type Files, type HostInfo, PluginError, type SessionView, type Settings } from "gantry/sdk";
import { deniedReads } from "gantry/sdk/kit/denied-reads";
import { type AskGit, gitAsker, OVERRIDDEN } from "gantry/sdk/kit/git";
import { createRepositories } from "gantry/sdk/kit/git-repositories";
import { gitState, mainBranch } from "gantry/sdk/kit/git-state";
import { isWithin } from "gantry/sdk/kit/paths";
import { decodeText, plainText } from "gantry/sdk/kit/text-file";
import { visibleLine } from "gantry/sdk/kit/visible";
import { DIFF, type FileDiff, newFile, parseDiff } from "./diffs.ts";

const TIMEOUT_MS = 20_000;
const MOST_DIFF_BYTES = 4 * 1024 * 1024;
const MOST_NEW_FILES = 200;
const MOST_NEW_BYTES = 512 * 1024;

export interface Means {
  readonly files: Files;
  readonly exec: Exec;
  readonly host: HostInfo;
  readonly settings: Settings | undefined;
}

export interface Repository {
  /** Absolute. */
  readonly top: string;
  /** `undefined`: no branch is checked out. */
  readonly branch: string | undefined;
  /** The branch that others start from. */
  readonly main: string | undefined;
  /** Whether there is a first commit. */
  readonly hasCommits: boolean;
  readonly git: AskGit;
  /** A difference, without files that rules keep from being read. */
  diff(...args: readonly string[]): Promise<readonly FileDiff[]>;
  /** What git does not know yet. */
  untracked(): Promise<readonly FileDiff[]>;
  /** The commit that a person names. Rejects with `GANTRY_GIT_REF`. */
  commit(name: string): Promise<string>;
}

export type Found =
  | { readonly kind: "repository"; readonly repository: Repository }
  /** There is none. */
  | { readonly kind: "none" }
  /** There is one, and git is not asked about it: why. */
  | { readonly kind: "unasked"; readonly why: string };

export async function findRepository(session: SessionView, means: Means): Promise<Found> {
  const { cwd } = session;
  const { files, exec, host, settings } = means;
  const state = await gitState(cwd);
  if (!state) return { kind: "none" };
  if (!host.isTrusted) return { kind: "unasked", why: "the folder is not trusted, and a repository can run programs" };
  const doubt = await createRepositories(files, { overridden: OVERRIDDEN, isAlone: true }).doubt(cwd);
  if (doubt !== undefined) return { kind: "unasked", why: visibleLine(`in this repository, ${doubt}`, 200) };

  const git = gitAsker(exec, cwd, { timeoutMs: TIMEOUT_MS, maxBytes: MOST_DIFF_BYTES });
  const [top, head, main] = await Promise.all([
    git("rev-parse", "--show-toplevel"),
    git("rev-parse", "--verify", "--quiet", "HEAD"),
    mainBranch(state),
  ]);
  if (!top.isDone) return { kind: "unasked", why: visibleLine(`git says: ${top.problem || "nothing"}`, 200) };
  const root = top.text.replace(/\n$/, "");
  const isDenied = deniedReads(settings, host, session, { root, realPath: root });
  const isReadable = (path: string) => !isDenied(join(root, path));

  async function untrackedFile(path: string): Promise<FileDiff> {
    const absolute = join(root, path);
    const found = await files.stat(absolute);
    // A link may lead to what nobody meant to show.
    const isOwn = found?.kind === "file" && isWithin(found.realPath, [root]) && !isDenied(found.realPath);
    if (!isOwn || found.size > MOST_NEW_BYTES) return newFile(path, undefined);
    const text = decodeText((await files.read(absolute)).bytes)?.text;
    return newFile(path, text === undefined ? undefined : plainText(text).text);
  }

  const repository: Repository = {
    top: root,
    branch: state.branch,
    main,
    hasCommits: head.isDone,
    git,
    async diff(...args) {
      const { isDone, text, problem } = await git(...DIFF, ...args);
      if (!isDone) throw failed(problem);
      return parseDiff(text).filter(({ path }) => isReadable(path));
    },
    async untracked() {
      const { text } = await git("-C", root, "ls-files", "--others", "--exclude-standard", "-z");
      const names = text.split("\0").filter((name) => name !== "" && isReadable(name));
      return Promise.all(names.slice(0, MOST_NEW_FILES).map(untrackedFile));
    },
    async commit(name) {
      // No name of git's begins so, and its options do.
      const found = name.startsWith("-")
        ? undefined
        : await git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
      if (found?.isDone) return found.text.trim();
      throw new PluginError(
        "GANTRY_GIT_REF",
        `The repository has no commit or branch "${visibleLine(name, 80)}".`,
        "git branch --all and git log list what there is.",
      );
    },
  };
  return { kind: "repository", repository };
}

function failed(problem: string): PluginError {
  return new PluginError(
    "GANTRY_GIT_FAILED",
    `Git cannot tell the difference: ${visibleLine(problem || "it gives no reason", 200)}.`,
    "Run git diff in a shell to see what is wrong.",
  );
}

/** All that is not committed: what is known to git, and what is not. */
export async function uncommitted(repository: Repository): Promise<readonly FileDiff[]> {
  const [known, fresh] = await Promise.all([
    repository.hasCommits ? repository.diff("HEAD") : repository.diff("--cached"),
    repository.untracked(),
  ]);
  return [...known, ...fresh];
}

/** What a branch has brought since it left another commit. */
export async function sinceLeaving(repository: Repository, base: string): Promise<readonly FileDiff[]> {
  const { isDone, text } = await repository.git("merge-base", base, "HEAD");
  return repository.diff(isDone ? text.trim() : base, "HEAD");
}

/** The commit that the branch is measured against, where there is one. */
export async function baseOf(repository: Repository): Promise<{ name: string; commit: string } | undefined> {
  const { main } = repository;
  if (main === undefined || !repository.hasCommits) return undefined;
  for (const name of [`origin/${main}`, main]) {
    const commit = await repository.commit(name).catch(() => undefined);
    if (commit !== undefined) return { name, commit };
  }
  return undefined;
}
