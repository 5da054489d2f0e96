import { definePlugin, Http, lazy, manifest, z } from "gantry/sdk";

export const providerAnthropic = manifest({
  name: "provider-anthropic",
  description: "Claude models over the Messages API.",
  needs: { http: Http },
  config: z
    .object({
      cache: z.enum(["5m", "1h", "off"]).default("5m").describe("how long the provider keeps the prompt cached"),
      maxTokens: z.int().positive().optional().describe("most tokens of an answer when the request names none"),
    })
    .prefault({}),
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
      setup: "Set ANTHROPIC_API_KEY to a key from https://platform.claude.com.",
    },
  },
});

export default definePlugin(
  providerAnthropic,
  lazy(() => import("./provider.ts")),
);
