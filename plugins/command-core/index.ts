import { definePlugin, Inspector, lazy, Meter, manifest, optional } from "gantry/sdk";

export const commandCore = manifest({
  name: "command-core",
  description: "The slash commands that every conversation has.",
  needs: { inspector: Inspector, meter: optional(Meter) },
  commands: {
    help: { description: "List the commands" },
    model: { description: "Show the model, or choose another one", argumentHint: "[model]" },
    cost: { description: "Show what this session has used" },
    exit: { description: "End the session" },
    quit: { description: "End the session" },
  },
});

export default definePlugin(
  commandCore,
  lazy(() => import("./commands.ts")),
);
