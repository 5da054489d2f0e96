import { type AgentDefinition, allow, type PromptDraft, type Setup } from "gantry/sdk";
import { oneLine } from "gantry/sdk/kit/prompt-head";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { toolAgent } from "./index.ts";
import { agentRenderer } from "./renderer.ts";
import { createRunAgent } from "./run-agent.ts";

const NAME = "Agent";
/** Characters of one description, and of the list. */
const LONGEST = 400;
const MOST = 8_000;

const setup: Setup<typeof toolAgent> = ({ use, host }) => ({
  tools: { Agent: createRunAgent(use, host) },
  renderers: { Agent: agentRenderer },
  taps: {
    promptBuild: async (draft: PromptDraft, { session }) => {
      if (!draft.tools.some(({ name }) => name === NAME)) return undefined;
      const listing = listingOf(await use.agents.list(session));
      return draft.with({ key: "agents", cache: "session", text: listing });
    },
    // Whatever the agent does is judged by itself.
    toolGate: () => ({ ...allow("each call of the agent is judged by itself"), readsOnly: true }),
  },
});

export default setup;

/** Where there is not room for all, names alone are told. */
function listingOf(all: readonly AgentDefinition[]): string {
  const lines = all.map(({ name, description }) => `- ${name}: ${visibleLine(oneLine(description, LONGEST))}`);
  const isLong = lines.reduce((sum, line) => sum + line.length, 0) > MOST;
  return ["# Agents", ...(isLong ? all.map(({ name }) => `- ${name}`) : lines)].join("\n");
}
