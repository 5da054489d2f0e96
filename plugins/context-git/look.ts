import { join } from "node:path";
import { type Exec, type Files, type LaterService, type Log, messageOf, type SessionView } from "gantry/sdk";
import { OVERRIDDEN } from "gantry/sdk/kit/git";
import { createRepositories } from "gantry/sdk/kit/git-repositories";
import { type GitState, gitState, mainBranch } from "gantry/sdk/kit/git-state";
import { visible } from "gantry/sdk/kit/visible";
import { askGit } from "./run.ts";

const MOST_CHANGES = 30;
const LONGEST_LINE = 120;
/** Git goes through all files that a larger index names, and this must not take long. */
const MOST_INDEX_BYTES = 4 * 1024 * 1024;

interface Means {
  readonly files: Files;
  readonly exec: LaterService<Exec>;
  /** Whether the folder is trusted: else no program is run in it. */
  readonly mayRun: boolean;
  readonly log: Log;
}

/** What is told of the repository as it is now; empty where there is none. */
export async function look({ cwd, scope }: SessionView, { files, exec, mayRun, log }: Means): Promise<string> {
  const state = await gitState(cwd);
  if (!state) return "";
  const said = mayRun ? await askSafely(cwd, state) : {};
  return describe(state, await mainBranch(state), said);

  async function askSafely(cwd: string, { folder }: GitState) {
    try {
      const doubt = await createRepositories(files, { overridden: OVERRIDDEN, isAlone: true }).doubt(cwd);
      if (doubt !== undefined) log(`git is not run: ${doubt}`);
      if (doubt !== undefined || scope.signal.aborted) return {};
      const index = await files.stat(join(folder, "index"));
      const hasStatus = (index?.size ?? 0) <= MOST_INDEX_BYTES;
      return await askGit(await exec(), cwd, { hasStatus, signal: scope.signal });
    } catch (thrown) {
      log(`git cannot be asked: ${messageOf(thrown)}`);
      return {};
    }
  }
}

/** What git said; what it did not is left out. */
export interface Said {
  readonly user?: string | undefined;
  readonly status?: string | undefined;
  readonly commits?: string | undefined;
}

function describe({ branch }: GitState, main: string | undefined, { user, status, commits }: Said): string {
  return [
    "Git, as the session began:",
    `- Branch: ${branch === undefined ? "none checked out" : line(branch)}`,
    ...(main === undefined ? [] : [`- Main branch: ${line(main)}`]),
    ...(user ? [`- User: ${line(user)}`] : []),
    ...(status === undefined ? [] : changesOf(status)),
    ...(commits ? ["- Last commits:", ...linesOf(commits).map((commit) => `  ${line(commit)}`)] : []),
  ].join("\n");
}

function changesOf(status: string): readonly string[] {
  const changes = linesOf(status);
  if (changes.length === 0) return ["- Status: nothing changed"];
  const more = changes.length - MOST_CHANGES;
  return [
    "- Status:",
    ...changes.slice(0, MOST_CHANGES).map((change) => `  ${line(change)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((one) => one !== "");
}

/** What others have named may not write lines of its own into the prompt. */
function line(name: string): string {
  const text = visible(name).replaceAll("\n", "<U+000A>");
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
}
