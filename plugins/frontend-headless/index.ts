import {
  Agents,
  Commands,
  Control,
  definePlugin,
  HookEvents,
  Jobs,
  later,
  lazy,
  McpServers,
  Meter,
  manifest,
  OutputStyles,
  optional,
  Permissions,
  Skills,
  z,
} from "gantry/sdk";

const OUTPUTS = ["text", "json", "stream-json"] as const;
const INPUTS = ["text", "stream-json"] as const;

export const frontendHeadless = manifest({
  name: "frontend-headless",
  description:
    "Runs without a terminal: the answer as text, as one JSON object, or as a line of JSON for each step; one prompt, or a line of JSON for each.",
  config: () =>
    z.object({
      outputFormat: z.enum(OUTPUTS).default("text"),
      inputFormat: z.enum(INPUTS).default("text"),
      partialMessages: z.boolean().default(false).describe("stream-json: pieces of answers, as they come"),
      replayPrompts: z.boolean().default(false).describe("stream-json: repeat each prompt with the uuid of its record"),
      hookEvents: z.boolean().default(false).describe("stream-json: tell when hooks begin and end"),
      agentText: z.boolean().default(false).describe("stream-json: tell what agents say, and not only what they do"),
      mirror: z.boolean().default(false).describe("stream-json: write the records of the session, too"),
      jsonSchema: z.string().optional().describe("the JSON Schema that the final answer has to fit"),
      resumeAt: z.string().optional().describe("the record that a session goes on behind"),
      heartbeatMs: z
        .number()
        .int()
        .positive()
        .default(30_000)
        .describe("stream-json: how often a tool that takes long says so"),
      schemaAttempts: z.number().int().positive().default(5).describe("how often an answer may miss the schema"),
    }),
  needs: {
    commands: Commands,
    meter: optional(Meter),
    permissions: optional(Permissions),
    styles: optional(OutputStyles),
    hookEvents: later(optional(HookEvents)),
    control: later(optional(Control)),
    mcp: later(optional(McpServers)),
    jobs: later(optional(Jobs)),
    skills: later(optional(Skills)),
    agents: later(optional(Agents)),
  },
  frontends: {
    headless: { description: "One prompt, one answer, no questions; or a line for each", needsTerminal: false },
  },
  flags: {
    print: {
      description: "Answer one prompt, given as argument or on standard input, and leave",
      short: "p",
      to: { frontend: "headless" },
    },
    "output-format": {
      description: "What --print writes",
      value: "<format>",
      choices: OUTPUTS,
      to: { config: "outputFormat" },
    },
    "input-format": {
      description: "What --print reads from standard input",
      value: "<format>",
      choices: INPUTS,
      to: { config: "inputFormat" },
    },
    "include-partial-messages": {
      description: "stream-json: write pieces of answers as they come",
      to: { config: "partialMessages" },
    },
    "replay-user-messages": {
      description: "stream-json: repeat each prompt, with the uuid of its record",
      to: { config: "replayPrompts" },
    },
    "include-hook-events": {
      description: "stream-json: tell when hooks begin and end",
      to: { config: "hookEvents" },
    },
    "forward-subagent-text": {
      description: "stream-json: write what agents say, too",
      to: { config: "agentText" },
    },
    "session-mirror": {
      description: "stream-json: write each record of the session, too, for a program that keeps sessions of its own",
      to: { config: "mirror" },
    },
    "resume-session-at": {
      description: "With --resume: go on behind this record, and leave out what came after it",
      value: "<uuid>",
      to: { config: "resumeAt" },
    },
    "json-schema": {
      description: "The JSON Schema that the final answer has to fit",
      value: "<schema>",
      to: { config: "jsonSchema" },
    },
  },
});

export default definePlugin(
  frontendHeadless,
  lazy(() => import("./headless.ts")),
);
