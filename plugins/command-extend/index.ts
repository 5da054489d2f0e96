import { definePlugin, Files, Inspector, Jobs, lazy, manifest, optional, Settings, Tools } from "gantry/sdk";

const group = "Extend";
const isImmediate = true;

export const commandExtend = manifest({
  name: "command-extend",
  description:
    "Shows plugins and background work and changes them, takes other agents' configuration over, and writes reports.",
  needs: {
    inspector: Inspector,
    tools: Tools,
    files: Files,
    settings: optional(Settings),
    jobs: optional(Jobs),
  },
  commands: {
    plugins: {
      description: "Show the plugins and what they add, or turn one on or off",
      argumentHint: "[enable|disable] [plugin]",
      group,
      aliases: ["plugin"],
      help: "Writes config.json in ~/.gantry. One that decides what may run is turned off with --force.\n/plugins disable memory-auto",
    },
    reload: {
      description: "Take configuration and plugins in anew",
      group,
      aliases: ["reload-plugins"],
    },
    tasks: {
      description: "Show what runs in the background; read it, stop it",
      group: "Session",
      aliases: ["bashes", "jobs"],
      isImmediate,
    },
    stop: { description: "Stop background work", argumentHint: "<id|all>", group: "Session", isImmediate },
    import: {
      description: "Take instructions, rules and MCP servers of other agents over",
      argumentHint: "[codex|gemini|cursor] [--yes]",
      group,
      help: "Shows what there is; nothing is written before a yes, and nothing is overwritten.",
    },
    "update-config": {
      description: "Have the model change settings, as you say it",
      argumentHint: "<what to change>",
      group,
      help: "/update-config run prettier after every edit",
      isPrompt: true,
    },
    bug: {
      description: "Write a report of what goes wrong, without secrets; sends nothing",
      argumentHint: "<what goes wrong>",
      group: "Help",
      aliases: ["feedback", "share"],
      isImmediate,
    },
  },
});

export default definePlugin(
  commandExtend,
  lazy(() => import("./command-extend.ts")),
);
