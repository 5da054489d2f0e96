import {
  Agents,
  ChildSessions,
  definePlugin,
  Files,
  HookSources,
  Inspector,
  later,
  lazy,
  Mentions,
  Meter,
  manifest,
  optional,
  PermissionRules,
  Permissions,
  SessionStore,
  Settings,
  Trust,
  z,
} from "gantry/sdk";

export const agents = manifest({
  name: "agents",
  description: "Agents: definitions in .claude/agents of the project and of the person, and those at work.",
  config: () =>
    z.object({
      agents: z.string().optional().describe("more definitions, as JSON: by name, with description and prompt"),
    }),
  needs: {
    children: ChildSessions,
    files: later(Files),
    inspector: Inspector,
    trust: Trust,
    settings: optional(Settings),
    meter: later(optional(Meter)),
    permissions: later(optional(Permissions)),
    rules: later(optional(PermissionRules)),
    hooks: later(optional(HookSources)),
    mentions: later(optional(Mentions)),
    store: later(optional(SessionStore)),
  },
  provides: { agents: Agents },
  flags: {
    agent: { description: "Work as this agent", value: "<name>", to: { setting: "agent" } },
    agents: { description: "More agents, as JSON", value: "<json>", to: { config: "agents" } },
  },
  commands: {
    agents: {
      description: "List the agents, and those at work",
      group: "Extend",
      isImmediate: true,
      help: "Agents are markdown files in .claude/agents of the project, or in ~/.claude/agents. Name one in a prompt with @agent-NAME.",
    },
  },
  claims: { agents: { description: "Agents of this folder that would be asked less" } },
  taps: {
    sessionStart: true,
    input: true,
    // Behind whoever takes tools away.
    promptBuild: { stage: "late" },
    modelWrap: true,
    toolGate: true,
  },
});

export default definePlugin(
  agents,
  lazy(() => import("./agents.ts")),
);
