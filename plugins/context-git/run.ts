import type { Exec } from "gantry/sdk";
import type { Said } from "./look.ts";

const TIMEOUT_MS = 5_000;
const MOST_BYTES = 256 * 1024;

/** Nothing that a repository configures runs, nothing is written, nothing is fetched. */
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

/** Keys that would run something, but not in these three commands as they are called here. */
export const OVERRIDDEN =
  /^(?:core\.(?:hookspath|fsmonitor|pager|editor|sshcommand|askpass|excludesfile|whitespace|trustctime|checkstat|commentchar)|(?:alias|credential|commit|gpg|http|url|sendemail|gui|blame|grep|mergetool|difftool|color)\..*|log\.showsignature|(?:diff|merge)\.tool)$/i;

interface Question {
  readonly hasStatus: boolean;
  readonly signal: AbortSignal;
}

/** Asks git for all that is told of a repository, at once. */
export async function askGit(exec: Exec, cwd: string, { hasStatus, signal }: Question): Promise<Said> {
  const ask = async (...args: string[]) => {
    const { exitCode, stdout } = await exec.run({
      file: "git",
      args: [...QUIET, ...args],
      cwd,
      env: ENVIRONMENT,
      signal,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MOST_BYTES,
    });
    return exitCode === 0 ? stdout : undefined;
  };
  const [user, status, commits] = await Promise.all([
    ask("config", "--get", "user.name"),
    hasStatus ? ask("status", "--porcelain", "--no-renames", "--ignore-submodules=all") : undefined,
    ask("log", "-5", "--no-show-signature", "--no-color", "--no-decorate", "--format=%h %s"),
  ]);
  return { user: user?.trim(), status, commits };
}
