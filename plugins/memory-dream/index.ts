import {
  definePlugin,
  Files,
  later,
  lazy,
  Memory,
  MemoryDream,
  Models,
  manifest,
  optional,
  SessionStore,
  z,
} from "gantry/sdk";

export const memoryDream = manifest({
  name: "memory-dream",
  description: "Tidies memory across sessions: merges, corrects, lets expire, keeps the index short; can be undone.",
  config: () =>
    z.object({
      everyHours: z.number().min(0).default(24).describe("hours that pass at least between two dreams"),
      afterSessions: z.number().int().min(0).default(5).describe("sessions of the folder since the last dream"),
      when: z
        .enum(["interactive", "never"])
        .default("interactive")
        .describe("beside which sessions it dreams by itself"),
      indexLines: z.number().int().min(10).default(200).describe("most lines of each MEMORY.md"),
      model: z.string().optional().describe("the model that merges and corrects; default: the session's"),
      maxTokens: z.number().int().positive().default(4_000).describe("most tokens of its answer"),
      mostCharacters: z.number().int().positive().default(40_000).describe("most of the entries that it is shown"),
      timeoutMs: z.number().int().positive().default(120_000).describe("how long it may take"),
    }),
  needs: { memory: later(Memory), models: Models, files: later(Files), sessions: later(optional(SessionStore)) },
  provides: { dream: MemoryDream },
  taps: { event: { only: ["turn_end"] } },
});

export default definePlugin(
  memoryDream,
  lazy(() => import("./memory-dream.ts")),
);
