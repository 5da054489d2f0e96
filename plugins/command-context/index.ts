import { definePlugin, lazy, manifest, Tools } from "gantry/sdk";

export const commandContext = manifest({
  name: "command-context",
  description: "Shows what fills the model's window, and shortens the conversation on request.",
  needs: { tools: Tools },
  commands: {
    compact: { description: "Shorten the conversation, and say what to keep", argumentHint: "[what to keep]" },
    context: { description: "Show what fills the model's window, and who put it there", argumentHint: "[all]" },
  },
});

export default definePlugin(
  commandContext,
  lazy(() => import("./command-context.ts")),
);
