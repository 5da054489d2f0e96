import { definePlugin, lazy, Meter, manifest, optional, SessionStore, Tools } from "gantry/sdk";

const group = "Insight";
const isImmediate = true;

export const commandUsage = manifest({
  name: "command-usage",
  description: "Shows what this session and those of the last days have used, and how they went.",
  needs: { meter: optional(Meter), store: optional(SessionStore), tools: Tools },
  commands: {
    usage: {
      description: "Show tokens and cost: this session, by plugin, by day",
      argumentHint: "[days]",
      group,
      aliases: ["stats"],
      isImmediate,
    },
    insights: {
      description: "Show how the sessions of the last days went",
      argumentHint: "[days]",
      group,
      isImmediate,
    },
  },
});

export default definePlugin(
  commandUsage,
  lazy(() => import("./command-usage.ts")),
);
