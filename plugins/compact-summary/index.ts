import { definePlugin, lazy, Models, manifest, optional, SessionMemory, z } from "gantry/sdk";

export const compactSummary = manifest({
  name: "compact-summary",
  description: "Shortens the conversation: a summary, what must not be lost as it stands, and the newest messages.",
  config: () =>
    z.object({
      model: z.string().optional().describe("the model that writes summaries; default: the session's"),
      keepTokens: z
        .number()
        .int()
        .positive()
        .default(20_000)
        .describe("of the newest messages, so much stays as it is; less where less shall be left"),
      summaryTokens: z.number().int().positive().default(6_000).describe("most tokens of a summary"),
      timeoutMs: z
        .number()
        .int()
        .positive()
        .default(180_000)
        .describe("how long the model may take; then what can be gathered without it has to do"),
    }),
  needs: { models: Models, memory: optional(SessionMemory) },
  // The model's time has a limit of its own, behind which there is still something to do.
  taps: { compact: { deadlineMs: 0 } },
});

export default definePlugin(
  compactSummary,
  lazy(() => import("./compact-summary.ts")),
);
