import { type Exec, messageOf } from "gantry/sdk";
import { ripgrep } from "gantry/sdk/kit/ripgrep";
import type { Check, Patient } from "./doctor.ts";

const PATIENCE_MS = 5_000;

interface Wanted {
  readonly name: string;
  readonly without: string;
  readonly severity: "warn" | "fail";
  readonly run: (exec: Exec, cwd: string) => Promise<string>;
}

export const git = (patient: Patient) =>
  check(patient, {
    name: "git",
    without: "Without git, what depends on a repository is left out. Install git.",
    severity: "warn",
    run: (exec, cwd) => versionOf(exec, "git", cwd),
  });

export const bash = (patient: Patient) =>
  check(patient, {
    name: "bash",
    without: "Without bash, no command can be run. Install bash, or see that it is on the PATH.",
    severity: "fail",
    run: (exec, cwd) => versionOf(exec, "bash", cwd),
  });

export const ripgrepRuns = (patient: Patient) =>
  check(patient, {
    name: "ripgrep",
    without:
      "Without ripgrep, nothing can be searched. Install Gantry again with its optional packages, or ripgrep itself.",
    severity: "fail",
    run: async (exec, cwd) => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const search = {
        options: ["--version"],
        cwd,
        root: cwd,
        recordEnd: "\n",
        timeoutMs: PATIENCE_MS,
        signal,
      } as const;
      return (await ripgrep(exec, search)).output;
    },
  });

async function check({ exec, host }: Patient, { name, without, severity, run }: Wanted): Promise<Check> {
  if (!exec) {
    return {
      name,
      state: "warn",
      text: "It was not tried: no plugin runs programs.",
      remedy: 'Load one, such as "exec-node".',
    };
  }
  try {
    const [version = ""] = (await run(exec, host.info.cwd)).split("\n");
    return { name, state: "ok", text: `${version.trim() || "It runs"}.` };
  } catch (cause) {
    return { name, state: severity, text: `It does not run: ${messageOf(cause)}`, remedy: without };
  }
}

async function versionOf(exec: Exec, file: string, cwd: string): Promise<string> {
  const { exitCode, stdout, stderr, isTimedOut } = await exec.run({
    file,
    args: ["--version"],
    cwd,
    timeoutMs: PATIENCE_MS,
    maxBytes: 10_000,
  });
  if (exitCode === 0) return stdout;
  throw new Error(isTimedOut ? `no answer after ${PATIENCE_MS} ms.` : `exit code ${exitCode}. ${stderr.slice(0, 200)}`);
}
