/** The agents that there are without any file. */
import type { AgentDefinition } from "gantry/sdk";

const REPORT =
  "You work for another agent, which sees nothing but your last message: put into it all that was asked for, with paths and line numbers, and what you could not find out. " +
  "Nobody answers questions, so decide what is open yourself and say so.";

/** What looks and changes nothing. */
const READERS = ["Read", "Glob", "Grep", "Bash", "WebFetch", "WebSearch", "LSP", "ToolSearch"];

export const BUILT_IN: readonly AgentDefinition[] = [
  {
    name: "Explore",
    description: "Finds its way through much code quickly, and changes nothing.",
    prompt: `You find things out in a code base and change nothing: no file is written, and commands only look. Search wide first, then read what matters; make independent calls together. ${REPORT}`,
    source: "built-in",
    tools: READERS,
    disallowedTools: ["Agent"],
    model: "haiku",
    permissionMode: "plan",
    isLean: true,
  },
  {
    name: "Plan",
    description: "Works out how a change could be made, step by step, and changes nothing.",
    prompt: `You work out how a change is best made and change nothing: no file is written, and commands only look. Read the code that it touches and how the project does such things, weigh the ways there are, and choose one. End with steps in their order, the files of each, how to test it, and what may go wrong. ${REPORT}`,
    source: "built-in",
    tools: READERS,
    disallowedTools: ["Agent"],
    permissionMode: "plan",
    isLean: true,
  },
  {
    name: "general-purpose",
    description: "Does a task of several steps on its own.",
    prompt: `You do one task from beginning to end, and no more than that: look before you change anything, keep to how the project does things, check what you have done. ${REPORT}`,
    source: "built-in",
  },
];
