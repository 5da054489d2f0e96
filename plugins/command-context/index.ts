import { definePlugin, lazy, Models, manifest, Tools } from "gantry/sdk";

const group = "Context";
const isImmediate = true;

export const commandContext = manifest({
  name: "command-context",
  description: "Shows what fills the model's window, and shortens the conversation on request.",
  needs: { tools: Tools, models: Models },
  commands: {
    compact: {
      description: "Shorten the conversation, and say what to keep",
      argumentHint: "[what to keep]",
      group,
      help: "/compact keep the API decisions",
    },
    context: {
      description: "Show what fills the model's window, and who put it there",
      argumentHint: "[all]",
      group,
      isImmediate,
    },
    cache: { description: "Show what came from the provider's cache, and why it was lost", group, isImmediate },
  },
});

export default definePlugin(
  commandContext,
  lazy(() => import("./command-context.ts")),
);
