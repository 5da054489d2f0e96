import {
  definePlugin,
  lazy,
  manifest,
  optional,
  PermissionRules,
  Permissions,
  RememberedAnswers,
  Sandbox,
  Settings,
  Tools,
  Trust,
} from "gantry/sdk";

const group = "Permissions";

export const commandPermissions = manifest({
  name: "command-permissions",
  description: "Shows and changes what may run: rules, modes, the sandbox, folders, trust.",
  needs: {
    settings: Settings,
    trust: Trust,
    tools: Tools,
    permissions: optional(Permissions),
    rules: optional(PermissionRules),
    remembered: optional(RememberedAnswers),
    sandbox: optional(Sandbox),
  },
  commands: {
    permissions: {
      description: "Show the rules of what may run, add some, take some away",
      argumentHint: "[allow|ask|deny|remove <rule>] [--local|--project|--session]",
      aliases: ["allowed-tools"],
      group,
      help: "Rules are saved in your own settings unless told otherwise.\n/permissions allow Bash(npm test:*) --local\n/permissions deny Read(./.env)",
      isImmediate: true,
    },
    mode: {
      description: "Choose what runs without asking",
      argumentHint: "[mode]",
      group,
      help: "For this session; Ctrl-S in the list saves it for new ones.\n/mode acceptEdits",
      isImmediate: true,
    },
    plan: {
      description: "Plan before anything is changed",
      argumentHint: "[what to plan]",
      group,
      help: "/plan Move the login to OAuth",
    },
    sandbox: {
      description: "Confine shell commands by the system",
      argumentHint: "[on|off|status]",
      group,
      isImmediate: true,
    },
    "add-dir": {
      description: "Work in one more folder, in this session or in all",
      argumentHint: "<folder> [--user]",
      group,
      help: "Without a folder it lists those there are. --user keeps it in your own settings; --add-dir on the command line does it from the start.",
      isImmediate: true,
    },
    cd: {
      description: "Say how to go on in another folder",
      argumentHint: "<folder>",
      group,
      isImmediate: true,
    },
    trust: {
      description: "Show what this folder would run or allow, and approve it",
      argumentHint: "[forget]",
      group,
      isImmediate: true,
    },
    "fewer-permission-prompts": {
      description: "Have the model propose rules from what was refused and run in this session",
      group,
      isPrompt: true,
    },
  },
});

export default definePlugin(
  commandPermissions,
  lazy(() => import("./command-permissions.ts")),
);
