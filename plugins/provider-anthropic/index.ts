import { definePlugin, Http, later, lazy, manifest, optional, Secrets, z } from "gantry/sdk";

const DISPLAYS = ["summarized", "omitted"] as const;

export const providerAnthropic = manifest({
  name: "provider-anthropic",
  description: "Claude models over the Messages API.",
  needs: { http: Http, secrets: later(optional(Secrets)) },
  config: () =>
    z
      .object({
        cache: z.enum(["5m", "1h", "off"]).default("5m").describe("how long the provider keeps the prompt cached"),
        maxTokens: z.int().positive().optional().describe("most tokens of an answer when the request names none"),
        taskBudget: z
          .int()
          .positive()
          .optional()
          .describe("tokens of a whole task, told to the model so that it can pace itself"),
        thinkingDisplay: z
          .enum(DISPLAYS)
          .default("summarized")
          .describe("what is shown of the thinking of newer models"),
        betas: z.string().optional().describe("beta features of the API, with commas; those that Gantry knows"),
      })
      .prefault({}),
  flags: {
    "task-budget": {
      description: "Tokens of a whole task, told to Claude models so that they can pace themselves",
      value: "<tokens>",
      type: "number",
      to: { config: "taskBudget" },
    },
    "thinking-display": {
      description: "What is shown of the thinking of newer Claude models",
      value: "<how>",
      choices: DISPLAYS,
      to: { config: "thinkingDisplay" },
    },
    betas: { description: "Beta features of the Messages API, with commas", value: "<names>", to: { config: "betas" } },
  },
  providers: {
    anthropic: {
      title: "Anthropic",
      usable: { env: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"] },
      defaultModel: "claude-sonnet-5-5",
      aliases: {
        sonnet: "claude-sonnet-5-5",
        opus: "claude-opus-5-5",
        haiku: "claude-haiku-5-5",
        fable: "claude-fable-5-2",
      },
      models: ["claude-*"],
      setup: "Set ANTHROPIC_API_KEY to a key from https://platform.claude.com, or keep it with /login.",
      key: { variable: "ANTHROPIC_API_KEY", from: "https://platform.claude.com" },
    },
  },
});

export default definePlugin(
  providerAnthropic,
  lazy(() => import("./provider.ts")),
);
