import { definePlugin, later, lazy, Memory, Models, manifest, z } from "gantry/sdk";

export const memoryExtract = manifest({
  name: "memory-extract",
  description: "Keeps what the person states and which commands work as entries of memory, in the background.",
  config: () =>
    z.object({
      everyTurns: z
        .number()
        .int()
        .min(1)
        .default(6)
        .describe("after how many turns of a session with a person it looks"),
      atEnd: z
        .boolean()
        .default(true)
        .describe("whether it looks when a session ends; without a model, in `-p` runs too"),
      mostEntries: z.number().int().min(1).default(6).describe("most entries that one look may write"),
      model: z.string().optional().describe("the model that extracts; default: the session's"),
      maxTokens: z.number().int().positive().default(1_500).describe("most tokens of its answer"),
      timeoutMs: z.number().int().positive().default(60_000).describe("how long it may take"),
    }),
  needs: { memory: later(Memory), models: Models },
  taps: { event: { only: ["turn_start", "turn_end"] }, sessionEnd: true },
});

export default definePlugin(
  memoryExtract,
  lazy(() => import("./memory-extract.ts")),
);
