import {
  Agents,
  Checkpoints,
  Commands,
  Control,
  definePlugin,
  Files,
  HookEvents,
  HookSources,
  Jobs,
  Judge,
  later,
  lazy,
  McpServers,
  Meter,
  Models,
  manifest,
  OutputStyles,
  optional,
  PermissionRules,
  Permissions,
  PromptSuggestions,
  RememberedAnswers,
  SeenFiles,
  Settings,
  Skills,
  Tools,
  z,
} from "gantry/sdk";

const PACKAGES = "plugins of other hosts cannot be loaded yet";

/** What agent SDKs send and nothing can heed yet: what each takes, and why it does nothing. */
const IDLE = {
  channels: ["<channels...>", "no plugin brings channels"],
  "plugin-dir": ["<folders...>", PACKAGES],
  "plugin-dir-no-mcp": ["<folders...>", PACKAGES],
  "project-config-root": ["<folder>", "settings are those of the folder that is worked in"],
  "resume-drops-turn": ["<how>", "a session goes on as --resume-session-at says"],
} as const;

const flags = Object.entries(IDLE).map(([flag, [value, idleBecause]]) => [
  flag,
  { description: `Does nothing yet: ${idleBecause}`, ...(value && { value }), idleBecause, to: { config: "idle" } },
]);

export const frontendControl = manifest({
  name: "frontend-control",
  description: "The control protocol of the field's agent SDKs, beside a conversation in lines of JSON.",
  config: () =>
    z.object({
      permissionPromptTool: z
        .string()
        .optional()
        .describe("who answers for the person: stdio, or a tool of an MCP server"),
      idle: z.unknown().optional().describe("what flags say that have no effect yet"),
    }),
  needs: {
    tools: Tools,
    models: Models,
    commands: Commands,
    styles: later(optional(OutputStyles)),
    hookEvents: later(optional(HookEvents)),
    judge: later(Judge),
    files: later(optional(Files)),
    hookSources: later(optional(HookSources)),
    seenFiles: later(optional(SeenFiles)),
    meter: later(optional(Meter)),
    permissions: optional(Permissions),
    rules: later(optional(PermissionRules)),
    remembered: later(optional(RememberedAnswers)),
    settings: later(optional(Settings)),
    checkpoints: later(optional(Checkpoints)),
    jobs: later(optional(Jobs)),
    agents: later(optional(Agents)),
    mcp: later(optional(McpServers)),
    skills: later(optional(Skills)),
    suggestions: later(optional(PromptSuggestions)),
  },
  provides: { control: Control },
  flags: {
    "permission-prompt-tool": {
      description:
        "Who answers permission questions: stdio (the program that drives Gantry), or a tool of an MCP server",
      value: "<tool>",
      to: { config: "permissionPromptTool" },
    },
    ...(Object.fromEntries(flags) as Record<string, never>),
  },
  taps: { ask: true },
});

export default definePlugin(
  frontendControl,
  lazy(() => import("./frontend-control.ts")),
);
