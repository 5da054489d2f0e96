import { definePlugin, lazy, manifest, z } from "gantry/sdk";

export const promptBase = manifest({
  name: "prompt-base",
  description: "Tells the model what it is and how to work.",
  config: () =>
    z.object({
      systemPrompt: z.string().optional().describe("in place of the built-in prompt; empty for none"),
      systemPromptFile: z.string().optional(),
      appendSystemPrompt: z.string().optional().describe("after the prompt"),
      appendSystemPromptFile: z.string().optional(),
    }),
  flags: {
    "system-prompt": {
      description: "Replace the system prompt",
      value: "<text>",
      to: { config: "systemPrompt" },
    },
    "system-prompt-file": {
      description: "Replace the system prompt with a file's text",
      value: "<file>",
      to: { config: "systemPromptFile" },
    },
    "append-system-prompt": {
      description: "Add to the system prompt",
      value: "<text>",
      to: { config: "appendSystemPrompt" },
    },
    "append-system-prompt-file": {
      description: "Add a file's text to the system prompt",
      value: "<file>",
      to: { config: "appendSystemPromptFile" },
    },
  },
  taps: { input: { stage: "first" }, promptBuild: { stage: "first" } },
});

export default definePlugin(
  promptBase,
  lazy(() => import("./prompt-base.ts")),
);
