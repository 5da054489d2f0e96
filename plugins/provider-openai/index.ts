import { definePlugin, Http, later, lazy, manifest, optional, Secrets, z } from "gantry/sdk";

const port = () => z.number().int().min(1).max(65_535);

export const providerOpenai = manifest({
  name: "provider-openai",
  description: "Models behind any endpoint that speaks OpenAI's chat completions; finds local servers by itself.",
  config: () =>
    z.object({
      ports: z
        .object({
          ollama: port().default(11_434),
          lmStudio: port().default(1234),
          llamaCpp: port().default(8080),
        })
        .prefault({})
        .describe("where to look for servers on this machine"),
      probeMs: z.number().int().min(1).max(450).default(350).describe("how long such a server may take to answer"),
      silenceMs: z
        .number()
        .int()
        .positive()
        .optional()
        .describe("longest wait for a sign of life; 60000, or 600000 for a server on this machine"),
    }),
  needs: { http: Http, secrets: later(optional(Secrets)) },
  providers: {
    openai: {
      title: "OpenAI or compatible",
      usable: { env: ["OPENAI_BASE_URL", "OPENAI_API_KEY"], probe: true },
      models: ["gpt-*", "chatgpt-*", "o1*", "o3*", "o4*"],
      setup:
        "Set OPENAI_API_KEY, or OPENAI_BASE_URL (such as http://127.0.0.1:8000/v1), and OPENAI_MODEL; or start Ollama, LM Studio or llama.cpp.",
      key: { variable: "OPENAI_API_KEY", from: "https://platform.openai.com/api-keys" },
    },
  },
});

export default definePlugin(
  providerOpenai,
  lazy(() => import("./openai.ts")),
);
