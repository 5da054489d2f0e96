import { Agents, definePlugin, Jobs, later, lazy, manifest, z } from "gantry/sdk";

export const toolAgent = manifest({
  name: "tool-agent",
  description: "Has agents do tasks of their own, at once or in the background.",
  needs: { agents: Agents, jobs: later(Jobs) },
  tools: {
    Agent: {
      description:
        "Give a task to an agent of the list in the system prompt. It knows only the prompt and answers once. Independent ones go into one message.",
      input: z.object({
        description: z.string().describe("3-5 words"),
        prompt: z.string(),
        subagent_type: z.string().default("general-purpose"),
        model: z.string().optional(),
        run_in_background: z.boolean().optional(),
        name: z.string().optional(),
        resume: z.string().optional().describe("id of an agent to go on with"),
      }),
      traits: { concurrent: true },
      permission: { family: "Agent", name: "subagent_type" },
      aliases: ["Task"],
    },
  },
  renderers: { Agent: { description: "What the agent does, and what it came to" } },
  taps: {
    // Behind whoever takes tools away.
    promptBuild: { stage: "late" },
    toolGate: { only: ["Agent"] },
  },
});

export default definePlugin(
  toolAgent,
  lazy(() => import("./tool-agent.ts")),
);
