import {
  Agents,
  Commands,
  definePlugin,
  Efforts,
  Files,
  HookSources,
  later,
  lazy,
  Models,
  manifest,
  optional,
  PermissionRules,
  Settings,
  Skills,
  Tools,
  Trust,
} from "gantry/sdk";

export const commandFiles = manifest({
  name: "command-files",
  description: "Slash commands that lie in markdown files: .claude/commands of the project and of the person.",
  needs: {
    files: later(Files),
    trust: Trust,
    tools: Tools,
    models: Models,
    commands: Commands,
    efforts: later(optional(Efforts)),
    agents: later(optional(Agents)),
    hooks: later(optional(HookSources)),
    rules: later(optional(PermissionRules)),
    settings: later(optional(Settings)),
    skills: later(optional(Skills)),
  },
  commands: {
    commands: {
      description: "List the commands that lie in files",
      group: "Extend",
      isImmediate: true,
      help: "Commands are markdown files in .claude/commands of the project, or in ~/.claude/commands: review.md is /review.",
    },
  },
  claims: { commands: { description: "What this folder's commands would run and allow" } },
  taps: { sessionStart: true, input: { stage: "first" }, promptBuild: true },
});

export default definePlugin(
  commandFiles,
  lazy(() => import("./command-files.ts")),
);
