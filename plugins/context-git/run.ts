import type { Exec } from "gantry/sdk";
import { gitAsker } from "gantry/sdk/kit/git";
import type { Said } from "./look.ts";

interface Question {
  readonly hasStatus: boolean;
  readonly signal: AbortSignal;
}

/** Asks git for all that is told of a repository, at once. */
export async function askGit(exec: Exec, cwd: string, { hasStatus, signal }: Question): Promise<Said> {
  const git = gitAsker(exec, cwd, { signal });
  const ask = async (...args: string[]) => {
    const { isDone, text } = await git(...args);
    return isDone ? text : undefined;
  };
  const [user, status, commits] = await Promise.all([
    ask("config", "--get", "user.name"),
    hasStatus ? ask("status", "--porcelain", "--no-renames", "--ignore-submodules=all") : undefined,
    ask("log", "-5", "--no-show-signature", "--no-color", "--no-decorate", "--format=%h %s"),
  ]);
  return { user: user?.trim(), status, commits };
}
