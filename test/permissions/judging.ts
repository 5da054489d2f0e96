import {
  definePlugin,
  Judge,
  type PermissionMode,
  type Plugin,
  type SessionView,
  ShellFolders,
  type Verdict,
  z,
} from "gantry/sdk";
import type { TestKernelOptions } from "gantry/sdk/testing";
import filesNode from "../../plugins/files-node/index.ts";
import permitModes from "../../plugins/permit-modes/index.ts";
import permitPaths from "../../plugins/permit-paths/index.ts";
import permitRules from "../../plugins/permit-rules/index.ts";
import permitShell from "../../plugins/permit-shell/index.ts";
import settingsFiles from "../../plugins/settings-files/index.ts";
import { kernelWith } from "../kernels.ts";

const file = { description: "A tool.", input: z.object({ file_path: z.string() }) };
const tools = definePlugin({
  name: "some-tools",
  tools: {
    Bash: {
      description: "Run.",
      input: z.object({ command: z.string() }),
      permission: { family: "Bash", command: "command" },
    },
    Read: { ...file, traits: { readOnly: true }, permission: { family: "Read", path: "file_path" } },
    Write: { ...file, permission: { family: "Edit", path: "file_path" } },
  },
  setup: () => {
    const run = () => {
      throw new Error("nothing runs");
    };
    return { tools: { Bash: run, Read: run, Write: run } };
  },
});

export interface JudgingOptions extends Partial<TestKernelOptions> {
  readonly cwd: string;
  readonly rules?: { readonly allow?: string[]; readonly ask?: string[]; readonly deny?: string[] };
  readonly mode?: PermissionMode;
  /** Where `cd` has left the shell. */
  readonly shellFolder?: string;
  readonly more?: readonly Plugin[];
}

/** The stages of permission over a folder, and tools that never run. */
export async function judging({ cwd, rules, mode, shellFolder, more = [], env, ...options }: JudgingOptions) {
  let judge: Judge | undefined;
  const probe = definePlugin({
    name: "probe",
    needs: { judge: Judge },
    taps: { sessionStart: {} },
    setup: ({ use }) => {
      judge = use.judge;
      return { taps: { sessionStart: () => undefined } };
    },
  });
  const shell = definePlugin({
    name: "some-shell",
    provides: { folders: ShellFolders },
    setup: () => {
      const current = (session: SessionView) => shellFolder ?? session.cwd;
      const enter = (session: SessionView) => ({ path: current(session) });
      return { services: { folders: { current, enter, leave: () => undefined, watch: () => () => undefined } } };
    },
  });
  const kernel = await kernelWith({
    plugins: [
      filesNode,
      settingsFiles,
      permitRules,
      permitShell,
      permitPaths,
      permitModes,
      shell,
      tools,
      probe,
      ...more,
    ],
    cwd,
    settings: { permissions: { ...rules, ...(mode && { defaultMode: mode }) } },
    env: { IS_SANDBOX: "1", ...env },
    ...options,
  });
  const said = (name: string, input: unknown): Promise<Verdict> =>
    (judge as Judge).judge(kernel.session, { name, input });
  return {
    kernel,
    bash: (command: string) => said("Bash", { command }),
    read: (file_path: string) => said("Read", { file_path }),
    write: (file_path: string) => said("Write", { file_path }),
    /** Just the decision on a command. */
    decide: async (command: string) => (await said("Bash", { command })).decision,
  };
}
