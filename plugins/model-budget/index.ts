import { definePlugin, EFFORTS, Efforts, lazy, Meter, manifest, optional, Settings, z } from "gantry/sdk";

export const modelBudget = manifest({
  name: "model-budget",
  description: "Ends a turn that asks the model too often, and a run that costs too much; says how much models think.",
  config: () =>
    z.object({
      maxTurns: z.number().int().positive().optional().describe("most model requests for one prompt"),
      maxBudgetUsd: z.number().positive().optional().describe("most dollars for one run of the program"),
      thinking: z
        .enum(["adaptive", "enabled", "disabled"])
        .optional()
        .describe("how models reason; default: as they do"),
      maxThinkingTokens: z.number().int().nonnegative().optional().describe("most tokens of reasoning in one request"),
    }),
  flags: {
    effort: {
      description: "How much the model puts into its answers",
      value: "<level>",
      choices: EFFORTS,
      to: { setting: "effortLevel" },
    },
    "max-turns": {
      description: "Ask the model at most this often for one prompt",
      value: "<n>",
      type: "number",
      to: { config: "maxTurns" },
    },
    "max-budget-usd": {
      description: "Spend at most this many dollars",
      value: "<dollars>",
      type: "number",
      to: { config: "maxBudgetUsd" },
    },
    thinking: {
      description: "How models reason",
      value: "<how>",
      choices: ["adaptive", "enabled", "disabled"],
      to: { config: "thinking" },
    },
    "max-thinking-tokens": {
      description: "Most tokens of reasoning in one request",
      value: "<tokens>",
      type: "number",
      to: { config: "maxThinkingTokens" },
    },
  },
  needs: { meter: optional(Meter), settings: optional(Settings) },
  provides: { efforts: Efforts },
  taps: { modelWrap: { stage: "last" } },
});

export default definePlugin(
  modelBudget,
  lazy(() => import("./model-budget.ts")),
);
