import { definePlugin, Files, lazy, manifest, optional, Permissions, Questions, Settings, z } from "gantry/sdk";

const only = ["ExitPlanMode"];

export const toolPlan = manifest({
  name: "tool-plan",
  description: "EnterPlanMode and ExitPlanMode: the model plans, and the person approves before anything is changed.",
  needs: { files: Files, permissions: Permissions, questions: Questions, settings: optional(Settings) },
  tools: {
    EnterPlanMode: {
      description:
        "Plan first, where a task is large or can be done in ways that the person should choose from: nothing is changed before they approve.",
      input: z.object({}),
    },
    ExitPlanMode: {
      description: "While planning: show the person the plan that you have written to its file, and ask for their yes.",
      // The plan itself is put in before anybody judges the call.
      input: z.looseObject({}),
      traits: { readOnly: true, concurrent: false },
    },
  },
  renderers: { ExitPlanMode: {} },
  taps: {
    promptBuild: true,
    preTool: { only, stage: "first" },
    // After the hooks, which may say yes in place of the person.
    toolGate: { only: ["EnterPlanMode", ...only], stage: "late" },
    ask: { only, stage: "early" },
  },
});

export default definePlugin(
  toolPlan,
  lazy(() => import("./plan.ts")),
);
