import {
  definePlugin,
  Exec,
  Files,
  HookEvents,
  HookSources,
  Http,
  Jobs,
  later,
  lazy,
  Models,
  manifest,
  optional,
  PermissionRules,
  Permissions,
  RememberedAnswers,
  Settings,
  ShellFolders,
  Tools,
  Trust,
} from "gantry/sdk";

export const hookScripts = manifest({
  name: "hook-scripts",
  description: "Hooks from settings.json, in any language, at every moment of a session.",
  needs: {
    settings: Settings,
    exec: later(Exec),
    files: later(Files),
    trust: Trust,
    tools: Tools,
    models: Models,
    http: later(optional(Http)),
    jobs: later(optional(Jobs)),
    shellFolders: later(optional(ShellFolders)),
    permissions: optional(Permissions),
    rules: later(optional(PermissionRules)),
    remembered: later(optional(RememberedAnswers)),
  },
  provides: { hookEvents: HookEvents, hookSources: HookSources },
  claims: { hooks: { description: "Hooks of the folder's settings" } },
  commands: {
    hooks: {
      description: "Show the hooks in their order, where they come from, and which do not run",
      argumentHint: "[event]",
      group: "Extend",
      help: "They are changed in settings.json; gantry hooks test tries what an event would run.",
      isImmediate: true,
    },
  },
  subcommands: {
    hooks: {
      description: "List the hooks in their order, try what an event would run, or run it",
      usage: "list | test <event> [subject] | run <event> [subject]",
      flags: {
        input: { description: "fields of the event, as JSON", value: "<json>" },
        json: { description: "write JSON" },
      },
    },
  },
  // Hooks have time-outs of their own, so those of the taps do not hold.
  taps: {
    sessionStart: { deadlineMs: 0 },
    input: { stage: "late", deadlineMs: 0 },
    modelWrap: { stage: "last" },
    // Behind all that rewrites: what hooks see is what is judged.
    preTool: { stage: "last", deadlineMs: 0, onFail: "deny" },
    toolGate: { stage: "first" },
    ask: { stage: "early" },
    postTool: { deadlineMs: 0 },
    turnStop: { deadlineMs: 0 },
    compact: { stage: "first", deadlineMs: 0 },
    event: { only: ["turn_start", "turn_end", "denied", "compacted", "open"] },
    sessionEnd: { deadlineMs: 0 },
  },
});

export default definePlugin(
  hookScripts,
  lazy(() => import("./hook-scripts.ts")),
);
