import { definePlugin, Files, later, lazy, Memory, manifest, optional, Settings, Trust, z } from "gantry/sdk";

export const memoryAuto = manifest({
  name: "memory-auto",
  description: "Memory between sessions: markdown files, an index in the prompt, and what fits the prompt.",
  config: () =>
    z.object({
      indexLines: z.number().int().min(0).default(200).describe("most lines of each MEMORY.md in the prompt"),
      indexBytes: z
        .number()
        .int()
        .min(0)
        .default(25 * 1024)
        .describe("most bytes of each MEMORY.md in the prompt"),
      recallEntries: z.number().int().min(0).default(5).describe("most entries that come with one prompt; 0: none"),
      recallTokens: z
        .number()
        .int()
        .min(0)
        .default(600)
        .describe("most tokens of the entries that come with one prompt"),
    }),
  needs: { files: later(Files), settings: optional(Settings), trust: Trust },
  provides: { memory: Memory },
  taps: { promptBuild: true, postTool: { only: ["Edit"] } },
});

export default definePlugin(
  memoryAuto,
  lazy(() => import("./memory-auto.ts")),
);
