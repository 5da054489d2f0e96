import { definePlugin, Files, lazy, manifest, z } from "gantry/sdk";

export const compactTrim = manifest({
  name: "compact-trim",
  description:
    "Makes room without a model: old outputs of tools and old pictures go to files, with a line in their place.",
  config: () =>
    z.object({
      keepTokens: z
        .number()
        .int()
        .nonnegative()
        .default(40_000)
        .describe("of what tools said last, so much stays; no more than half of what shall be left"),
      minTokens: z
        .number()
        .int()
        .positive()
        .default(20_000)
        .describe("nothing is done for less: each time, the provider's cache is lost"),
    }),
  needs: { files: Files },
  taps: { compact: { stage: "early" } },
});

export default definePlugin(
  compactTrim,
  lazy(() => import("./compact-trim.ts")),
);
