import { Classifier, definePlugin, lazy, Models, manifest, Settings, Tools, z } from "gantry/sdk";

export const permitClassifier = manifest({
  name: "permit-classifier",
  description: "Has a model judge calls in the permission mode auto, by the person's words and a policy in prose.",
  config: () =>
    z.object({
      model: z
        .string()
        .optional()
        .describe("the model that judges; default: the session's. The setting autoMode.model wins"),
      timeoutMs: z
        .number()
        .int()
        .positive()
        .max(50_000)
        .default(30_000)
        .describe("how long it may take; then the person is asked"),
      historyCharacters: z
        .number()
        .int()
        .positive()
        .default(24_000)
        .describe("how much it is shown of what the person said and of earlier calls"),
    }),
  needs: { models: Models, tools: Tools, settings: Settings },
  provides: { classifier: Classifier },
  subcommands: {
    "auto-mode": {
      description: "Print the policy of the permission mode auto, as JSON: the built-in one, or the one in effect",
      usage: "<defaults|config>",
    },
  },
});

export default definePlugin(
  permitClassifier,
  lazy(() => import("./permit-classifier.ts")),
);
