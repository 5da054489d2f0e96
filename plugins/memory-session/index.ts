import { definePlugin, lazy, Models, manifest, SessionMemory, z } from "gantry/sdk";

export const memorySession = manifest({
  name: "memory-session",
  description: "Keeps a running summary of the conversation, so that compaction need not wait for one.",
  config: () =>
    z.object({
      everyMessages: z.number().int().min(2).default(20).describe("after how many messages the summary is renewed"),
      when: z
        .enum(["interactive", "always", "never"])
        .default("interactive")
        .describe("in which sessions: those with a person, all, none"),
      model: z.string().optional().describe("the model that writes it; default: the session's"),
      maxTokens: z.number().int().positive().default(1_500).describe("most tokens of the summary"),
      mostCharacters: z
        .number()
        .int()
        .positive()
        .default(30_000)
        .describe("most of the conversation that is shown at once"),
      timeoutMs: z.number().int().positive().default(90_000).describe("how long the model may take"),
    }),
  needs: { models: Models },
  provides: { sessionMemory: SessionMemory },
  taps: { event: { only: ["assistant", "turn_end"] } },
});

export default definePlugin(
  memorySession,
  lazy(() => import("./memory-session.ts")),
);
