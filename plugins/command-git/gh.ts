import { type Exec, isGantryError, PluginError, type z } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

const TIMEOUT_MS = 30_000;
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Asks GitHub's own program, which has the person's sign-in. Rejects with `GANTRY_GIT_GH` where it is not there, not signed in, or
 * has no answer.
 */
export async function askGh(exec: Exec, cwd: string, ...args: readonly string[]): Promise<string> {
  const spec = { file: "gh", args, cwd, env: { GH_PROMPT_DISABLED: "1", GH_NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1" } };
  const ended = await exec.run({ ...spec, timeoutMs: TIMEOUT_MS, maxBytes: MOST_BYTES }).catch((thrown: unknown) => {
    if (isGantryError(thrown) && thrown.code === "GANTRY_EXEC_ABSENT") throw failed("it is not installed");
    throw thrown;
  });
  if (ended.exitCode === 0) return ended.stdout;
  throw failed(
    ended.isTimedOut
      ? `no answer after ${TIMEOUT_MS} ms`
      : visibleLine(ended.stderr.trim() || "it gives no reason", 200),
  );
}

/** The same for an answer in JSON of a known shape. */
export function readJson<T>(text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw failed(`its answer is not what was asked for: ${visibleLine(text, 80)}`);
  }
}

function failed(problem: string): PluginError {
  return new PluginError(
    "GANTRY_GIT_GH",
    `GitHub's program gh cannot tell: ${problem}.`,
    "Install gh and sign in with gh auth login, or check the branch out and name it.",
  );
}
