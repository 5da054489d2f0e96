import {
  definePlugin,
  Exec,
  Jobs,
  lazy,
  manifest,
  optional,
  Sandbox,
  Screens,
  Settings,
  ShellFolders,
  z,
} from "gantry/sdk";

export const toolBash = manifest({
  name: "tool-bash",
  description: "Shell commands, in the folder that the session is in.",
  config: () =>
    z.object({
      /** Overruled by BASH_DEFAULT_TIMEOUT_MS. */
      defaultTimeoutMs: z.number().positive().default(120_000),
      /** Overruled by BASH_MAX_TIMEOUT_MS. */
      maxTimeoutMs: z.number().positive().default(600_000),
      /** How much of a successful command's output is shown. Overruled by BASH_MAX_OUTPUT_LENGTH. */
      shownCharacters: z.number().int().positive().max(150_000).default(30_000),
      /** A command that writes more is ended. */
      maxOutputBytes: z.number().positive().default(5e9),
    }),
  needs: {
    exec: Exec,
    jobs: Jobs,
    folders: ShellFolders,
    sandbox: optional(Sandbox),
    screens: optional(Screens),
    settings: optional(Settings),
  },
  tools: {
    Bash: {
      description:
        "Run a bash command and return its output, stderr included. cd persists between calls, variables do not. " +
        "There is no terminal and no input. Prefer Read, Grep and Glob to cat, grep and find.",
      input: z.object({
        command: z.string(),
        timeout: z.number().optional().describe("ms, default 120000, at most 600000"),
        description: z.string().optional().describe("What it does, in 5-10 words"),
        run_in_background: z.boolean().optional().describe("Return at once; you are told when it ends"),
        dangerouslyDisableSandbox: z
          .boolean()
          .optional()
          .describe("Only after the sandbox was in the way; the person is asked"),
      }),
      traits: { confined: true },
      permission: { family: "Bash", command: "command" },
    },
  },
  renderers: { Bash: {} },
});

export default definePlugin(
  toolBash,
  lazy(() => import("./tool-bash.ts")),
);
