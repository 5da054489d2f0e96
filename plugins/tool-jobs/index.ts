import { definePlugin, Jobs, lazy, manifest, z } from "gantry/sdk";

export const toolJobs = manifest({
  name: "tool-jobs",
  description: "Background jobs of a session: read, stopped, and ended with it.",
  provides: { jobs: Jobs },
  tools: {
    TaskOutput: {
      description: "Read a background job's state and its output since the last look.",
      input: z.object({
        task_id: z.string().optional().describe("Such as b1"),
        bash_id: z.string().optional().describe("Old name of task_id"),
        block: z.boolean().optional().describe("Wait for its end"),
        timeout: z.number().optional().describe("How long to wait, in ms (default 30000, at most 600000)"),
      }),
      traits: { readOnly: true },
      aliases: ["BashOutput"],
    },
    TaskStop: {
      description: "End a background job.",
      input: z.object({
        task_id: z.string().optional(),
        shell_id: z.string().optional().describe("Old name of task_id"),
      }),
      aliases: ["KillShell", "KillBash"],
    },
  },
  renderers: { TaskOutput: {}, TaskStop: {} },
  taps: { toolGate: { only: ["TaskStop"] } },
});

export default definePlugin(
  toolJobs,
  lazy(() => import("./tool-jobs.ts")),
);
