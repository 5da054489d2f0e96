import {
  Agents,
  Commands,
  definePlugin,
  Efforts,
  Files,
  HookSources,
  later,
  lazy,
  Mentions,
  Models,
  manifest,
  optional,
  PermissionRules,
  Settings,
  Skills,
  Tools,
  Trust,
  z,
} from "gantry/sdk";

export const skills = manifest({
  name: "skills",
  description:
    "Skills: folders with a SKILL.md that a person or the model calls for, in .claude/skills of the project and of the person.",
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
    mentions: later(optional(Mentions)),
  },
  provides: { skills: Skills },
  tools: {
    Skill: {
      description: "Load a skill of the list in the system prompt: its text says how to go about the task.",
      input: z.object({ skill: z.string().describe("Its name"), args: z.string().optional() }),
      permission: { family: "Skill", name: "skill", args: "args" },
    },
  },
  renderers: { Skill: { description: "The name of the skill" } },
  commands: {
    skills: {
      description: "List the skills, and choose who may call them",
      argumentHint: "[name on|name-only|user-invocable-only|off]",
      group: "Extend",
      isImmediate: true,
      help: "Skills are folders with a SKILL.md in .claude/skills of the project, or in ~/.claude/skills.\n/skills deploy off hides one, /skills deploy on brings it back.",
    },
    "reload-skills": { description: "Look for skills and commands in files anew", group: "Extend" },
  },
  claims: { skills: { description: "What this folder's skills would run and allow" } },
  taps: {
    sessionStart: true,
    input: { stage: "first" },
    // Behind whoever takes tools away.
    promptBuild: { stage: "late" },
    toolGate: { only: ["Skill"] },
    postTool: { only: ["Read", "Edit"], stage: "late" },
    event: { only: ["compacted"] },
  },
});

export default definePlugin(
  skills,
  lazy(() => import("./skills.ts")),
);
