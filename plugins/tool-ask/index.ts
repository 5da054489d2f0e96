import { definePlugin, HookEvents, later, lazy, manifest, optional, Questions, Settings, z } from "gantry/sdk";

const only = ["AskUserQuestion"];

const questionSchema = z.object({
  question: z.string(),
  header: z.string().describe("at most 12 characters"),
  options: z
    .array(
      z.object({
        label: z.string().min(1),
        description: z.string(),
        preview: z.string().optional().describe("mockup or code to compare"),
      }),
    )
    .min(2)
    .max(4)
    .refine(areUnlike("label"), "two options have the same label"),
  multiSelect: z.boolean().optional(),
});

export type AskedQuestion = z.output<typeof questionSchema>;

export const toolAsk = manifest({
  name: "tool-ask",
  description: "AskUserQuestion: the model asks the person, with choices.",
  needs: { questions: Questions, settings: optional(Settings), hooks: later(optional(HookEvents)) },
  tools: {
    AskUserQuestion: {
      description:
        "Ask the person what neither the request nor the code tells and a sensible default does not settle. Put the option you recommend first. They may always answer in their own words.",
      // Whoever answers for the person hands the answers back as further fields.
      input: z.looseObject({
        questions: z.array(questionSchema).min(1).max(4).refine(areUnlike("question"), "two questions are the same"),
      }),
      traits: { readOnly: true, concurrent: false },
    },
  },
  renderers: { AskUserQuestion: {} },
  taps: {
    promptBuild: true,
    preTool: { only, stage: "first" },
    toolGate: { only },
    ask: { only, stage: "early" },
  },
});

export default definePlugin(
  toolAsk,
  lazy(() => import("./ask.ts")),
);

function areUnlike<K extends string>(field: K) {
  return (items: readonly Readonly<Record<K, string>>[]) =>
    new Set(items.map((item) => item[field])).size === items.length;
}
