import fs from "node:fs";
import { fileURLToPath } from "node:url";
import {
  definePlugin,
  Judge,
  optional,
  PermissionRules,
  Permissions,
  type Plugin,
  type Scope,
  type Verdict,
} from "gantry/sdk";
import execNode from "../../plugins/exec-node/index.ts";
import filesNode from "../../plugins/files-node/index.ts";
import { readLine } from "../../plugins/permit-check/lines.ts";
import { createSupposing } from "../../plugins/permit-check/supposing.ts";
import permitModes from "../../plugins/permit-modes/index.ts";
import permitPaths from "../../plugins/permit-paths/index.ts";
import permitRules from "../../plugins/permit-rules/index.ts";
import permitShell from "../../plugins/permit-shell/index.ts";
import seenFiles from "../../plugins/seen-files/index.ts";
import settingsFiles from "../../plugins/settings-files/index.ts";
import shellFolders from "../../plugins/shell-folders/index.ts";
import toolBash from "../../plugins/tool-bash/index.ts";
import toolEdit from "../../plugins/tool-edit/index.ts";
import toolGlob from "../../plugins/tool-glob/index.ts";
import toolGrep from "../../plugins/tool-grep/index.ts";
import toolJobs from "../../plugins/tool-jobs/index.ts";
import toolRead from "../../plugins/tool-read/index.ts";
import toolWrite from "../../plugins/tool-write/index.ts";
import { kernelWith } from "../kernels.ts";

/** The stages that vote on a call, by name. */
export const STAGES = {
  "permit-rules": permitRules,
  "permit-shell": permitShell,
  "permit-paths": permitPaths,
  "permit-modes": permitModes,
} satisfies Record<string, Plugin>;
export type Stage = keyof typeof STAGES;

const REST = [
  filesNode,
  seenFiles,
  settingsFiles,
  execNode,
  toolRead,
  toolEdit,
  toolWrite,
  shellFolders,
  toolJobs,
  toolBash,
  toolGlob,
  toolGrep,
];

/** A line of the tables. */
export interface TableLine {
  readonly id: string;
  readonly tool: string;
  readonly expect: "allow" | "ask" | "deny" | "not-allow" | "not-deny";
}

/** The lines of a table, as they are written. */
export function table(name: string): readonly TableLine[] {
  const file = fileURLToPath(new URL(`../fixtures/permissions/${name}.jsonl`, import.meta.url));
  return fs
    .readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Judges lines of the tables by the gates of real calls, where nobody can be asked to run anything. */
export async function pipeline(without?: Stage): Promise<(line: TableLine) => Promise<Verdict>> {
  let suppose: ReturnType<typeof createSupposing> | undefined;
  const probe = definePlugin({
    name: "probe",
    needs: { judge: Judge, rules: optional(PermissionRules), permissions: optional(Permissions) },
    taps: { sessionStart: {} },
    setup: ({ use, scope }: { use: Parameters<typeof createSupposing>[0]; scope: Scope }) => {
      suppose = createSupposing(use, scope);
      return { taps: { sessionStart: () => undefined } };
    },
  });
  const stages = Object.entries(STAGES).flatMap(([name, plugin]) => (name === without ? [] : [plugin]));
  await kernelWith({ plugins: [...REST, ...stages, probe] });
  return async (line) => {
    // What the tables leave out.
    const whole = { rules: {}, mode: "default", cwd: "/project", home: "/home/me", interactive: true, ...line };
    const supposed = readLine(JSON.stringify(whole), { cwd: "/project", home: "/home/me" });
    if ("problem" in supposed || !suppose) throw new Error(`${line.id} cannot be read`);
    return suppose(supposed);
  };
}

/** Whether a decision is what a line expects. */
export function isExpected({ expect }: TableLine, { decision }: Verdict): boolean {
  if (expect === "not-deny") return decision !== "deny";
  return expect === "not-allow" ? decision === "ask" || decision === "deny" : decision === expect;
}
