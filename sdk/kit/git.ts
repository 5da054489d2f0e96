/** Git, asked so that nothing that a repository configures runs, nothing is written and nothing is fetched. */
import { type Exec, isGantryError, messageOf } from "gantry/sdk";

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 256 * 1024;

const QUIET = [
  "--no-pager",
  "--no-optional-locks",
  ...["core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false", "protocol.allow=never"].flatMap(
    (setting) => ["-c", setting],
  ),
];
const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  GIT_NO_LAZY_FETCH: "1",
  LC_ALL: "C",
};

/**
 * Keys of a repository that would run something, but not in what {@link gitAsker} asks: looks at status, log and names, and differences
 * with `--no-ext-diff --no-textconv --ignore-submodules=all`. For `createRepositories`.
 */
export const OVERRIDDEN =
  /^(?:core\.(?:hookspath|fsmonitor|pager|editor|sshcommand|askpass|excludesfile|whitespace|trustctime|checkstat|commentchar)|(?:alias|credential|commit|gpg|http|url|sendemail|gui|blame|grep|mergetool|difftool|color)\..*|log\.showsignature|(?:diff|merge)\.tool)$/i;

/** What git said. */
export interface GitAnswer {
  readonly isDone: boolean;
  readonly text: string;
  /** Why not, in a few words of git's own. */
  readonly problem: string;
}

/** Asks git one thing. */
export type AskGit = (...args: readonly string[]) => Promise<GitAnswer>;

/** How to ask. */
export interface GitOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds. Default 5000. */
  readonly timeoutMs?: number;
  /** Default 256 KiB; the rest is dropped. */
  readonly maxBytes?: number;
}

/**
 * A way to ask git about the repository that a folder lies in.
 *
 * **Contract**: never rejects. Ask in a trusted folder that `createRepositories(files, { overridden: OVERRIDDEN, isAlone: true })` has no
 * doubt of; words that a person typed go behind `--end-of-options`.
 *
 * @example
 * const branchOf = async (exec: Exec, cwd: string) => (await gitAsker(exec, cwd)("branch", "--show-current")).text.trim();
 */
export function gitAsker(
  exec: Exec,
  cwd: string,
  { signal, timeoutMs = TIMEOUT_MS, maxBytes = MOST_BYTES }: GitOptions = {},
): AskGit {
  return async (...args) => {
    try {
      const { exitCode, stdout, stderr, isTimedOut } = await exec.run({
        file: "git",
        args: [...QUIET, ...args],
        cwd,
        env: ENVIRONMENT,
        ...(signal && { signal }),
        timeoutMs,
        maxBytes,
      });
      const problem = isTimedOut ? `no answer after ${timeoutMs} ms` : (stderr.trim().split("\n")[0] ?? "");
      return { isDone: exitCode === 0, text: stdout, problem };
    } catch (thrown) {
      if (isGantryError(thrown)) return { isDone: false, text: "", problem: messageOf(thrown) };
      throw thrown;
    }
  };
}
