import { definePlugin, lazy, Models, manifest, PromptSuggestions, Settings, z } from "gantry/sdk";

export const promptSuggest = manifest({
  name: "prompt-suggest",
  description: "Suggests what the person might say next, where the setting promptSuggestionEnabled wants it.",
  config: () =>
    z.object({
      model: z.string().optional().describe("the model that is asked, best a small one; default: the session's"),
      timeoutMs: z.number().int().positive().default(10_000).describe("how long it may take"),
      mostCharacters: z.number().int().positive().default(4_000).describe("most of the conversation that is shown"),
    }),
  needs: { models: Models, settings: Settings },
  provides: { promptSuggestions: PromptSuggestions },
});

export default definePlugin(
  promptSuggest,
  lazy(() => import("./prompt-suggest.ts")),
);
