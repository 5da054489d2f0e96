import type { Exec, FrontendHost, HostReport, Sandbox, Scope, Settings } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import { columns } from "./columns.ts";
import { nodeVersion, stateFolder, terminal } from "./machine.ts";
import { bash, git, ripgrepRuns } from "./programs.ts";
import { sandboxed } from "./sandboxed.ts";
import { configuration, failedPlugins, providers, trust } from "./setup.ts";

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly state: "ok" | "warn" | "fail";
  /** What was found, in one sentence. */
  readonly text: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** What the checks look at. */
export interface Patient {
  readonly host: Pick<FrontendHost, "info" | "stdout" | "untrusted">;
  readonly report: HostReport;
  readonly settings: Settings | undefined;
  readonly exec: Exec | undefined;
  readonly sandbox: Sandbox | undefined;
  readonly scope: Scope;
}

export async function checkAll(patient: Patient): Promise<readonly Check[]> {
  const checks = await Promise.all([
    nodeVersion(process.versions.node),
    git(patient),
    ripgrepRuns(patient),
    bash(patient),
    sandboxed(patient),
    stateFolder(patient.host.info.stateFolder),
    configuration(patient),
    failedPlugins(patient),
    providers(patient),
    trust(patient),
    terminal(patient),
  ]);
  return checks.flat();
}

export function checksText(checks: readonly Check[]): string {
  const rows = checks.map(({ state, name, text, remedy }) => [state, name, remedy ? `${text} ${remedy}` : text]);
  const count = (state: Check["state"]) => checks.filter((check) => check.state === state).length;
  const [warnings, failures] = [count("warn"), count("fail")];
  const sum = warnings + failures === 0 ? "All is well." : `${failures} to be put right, ${warnings} worth knowing.`;
  return visible(`${columns(rows)}\n\n${sum}`);
}
