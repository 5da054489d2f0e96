import {
  Commands,
  definePlugin,
  later,
  lazy,
  McpServers,
  Meter,
  manifest,
  optional,
  Permissions,
  Sandbox,
  Settings,
} from "gantry/sdk";

export const commandCore = manifest({
  name: "command-core",
  description: "The slash commands that every conversation has.",
  needs: {
    commands: Commands,
    meter: optional(Meter),
    settings: optional(Settings),
    permissions: optional(Permissions),
    sandbox: optional(Sandbox),
    mcp: later(optional(McpServers)),
  },
  commands: {
    help: {
      description: "List the commands, or say what one of them does",
      argumentHint: "[command]",
      group: "Help",
      help: "Enter on a command shows its help.\n/help model",
      isImmediate: true,
    },
    status: {
      description: "Show version, model, account, folders, mode, sandbox, servers and settings files",
      group: "Insight",
      isImmediate: true,
    },
    version: { description: "Show the version", group: "Help", isImmediate: true },
    "release-notes": {
      description: "Show what has changed",
      argumentHint: "[version|all]",
      group: "Help",
      help: "Without a version it shows the newest notes.\n/release-notes 0.1.0",
      isImmediate: true,
    },
    cost: { description: "Show what this session has used", group: "Insight", isImmediate: true },
    exit: { description: "End the session", aliases: ["quit"], group: "Session" },
  },
});

export default definePlugin(
  commandCore,
  lazy(() => import("./commands.ts")),
);
