import { definePlugin, lazy, Meter, manifest, OutputStyles, optional, Permissions, z } from "gantry/sdk";

const OUTPUTS = ["text", "json", "stream-json"] as const;
const INPUTS = ["text", "stream-json"] as const;

export const frontendHeadless = manifest({
  name: "frontend-headless",
  description:
    "Runs one prompt without a terminal: the answer as text, as one JSON object, or as a line of JSON for each step.",
  config: z.object({
    outputFormat: z.enum(OUTPUTS).default("text"),
    inputFormat: z.enum(INPUTS).default("text"),
  }),
  needs: { meter: optional(Meter), permissions: optional(Permissions), styles: optional(OutputStyles) },
  frontends: {
    headless: { description: "One prompt, one answer, no questions", needsTerminal: false },
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
  },
});

export default definePlugin(
  frontendHeadless,
  lazy(() => import("./headless.ts")),
);
