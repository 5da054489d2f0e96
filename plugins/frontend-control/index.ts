import {
  Checkpoints,
  Control,
  definePlugin,
  Files,
  HookSources,
  Jobs,
  Judge,
  later,
  lazy,
  McpServers,
  Models,
  manifest,
  optional,
  PermissionRules,
  Permissions,
  RememberedAnswers,
  Settings,
  Tools,
  z,
} from "gantry/sdk";

/** What agent SDKs send and nothing here heeds yet, with what each takes. `--debug` says so. */
const WITHOUT_EFFECT = {
  agent: "<name>",
  agents: "<json>",
  betas: "<names>",
  channels: "<channels...>",
  "debug-file": "<file>",
  effort: "<level>",
  "fallback-model": "<models>",
  "forward-subagent-text": "",
  "plugin-dir": "<folders...>",
  "plugin-dir-no-mcp": "<folders...>",
  "project-config-root": "<folder>",
  "resume-drops-turn": "<how>",
  "session-mirror": "",
  "task-budget": "<tokens>",
  "thinking-display": "<how>",
} as const;

const idle = Object.entries(WITHOUT_EFFECT).map(([flag, value]) => [
  flag,
  {
    description: "Accepted from agent SDKs, and without effect for now",
    ...(value && { value: value as `<${string}>` }),
    to: { config: flag },
  },
]);
const idleConfig = Object.entries(WITHOUT_EFFECT).map(([flag, value]) => {
  if (value === "") return [flag, z.boolean().optional().describe("without effect for now")];
  const isList = value.endsWith("...>");
  return [flag, (isList ? z.array(z.string()) : z.string()).optional().describe("without effect for now")];
});

export const frontendControl = manifest({
  name: "frontend-control",
  description: "The control protocol of the field's agent SDKs, beside a conversation in lines of JSON.",
  config: z.object({
    permissionPromptTool: z
      .string()
      .optional()
      .describe("who answers for the person: stdio, or a tool of an MCP server"),
    ...(Object.fromEntries(idleConfig) as Record<string, z.ZodOptional<z.ZodUnknown>>),
  }),
  needs: {
    tools: Tools,
    models: Models,
    judge: later(Judge),
    files: later(optional(Files)),
    hookSources: later(optional(HookSources)),
    permissions: optional(Permissions),
    rules: later(optional(PermissionRules)),
    remembered: later(optional(RememberedAnswers)),
    settings: later(optional(Settings)),
    checkpoints: later(optional(Checkpoints)),
    jobs: later(optional(Jobs)),
    mcp: later(optional(McpServers)),
  },
  provides: { control: Control },
  flags: {
    "permission-prompt-tool": {
      description:
        "Who answers permission questions: stdio (the program that drives Gantry), or a tool of an MCP server",
      value: "<tool>",
      to: { config: "permissionPromptTool" },
    },
    ...(Object.fromEntries(idle) as Record<string, never>),
  },
  taps: { ask: true },
});

export default definePlugin(
  frontendControl,
  lazy(() => import("./frontend-control.ts")),
);
