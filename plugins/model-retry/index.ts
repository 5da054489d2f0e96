import { definePlugin, lazy, Models, manifest, optional, Settings, z } from "gantry/sdk";

/** What a timer of Node can hold. */
const ms = () => z.int().positive().max(2_147_483_647);

export const modelRetry = manifest({
  name: "model-retry",
  description:
    "Asks the model again when a request failed in a way that may pass, ends requests that hang, and goes to another model.",
  config: () =>
    z
      .object({
        tries: z.int().min(1).max(15).default(6).describe("requests for one answer, the first included"),
        firstDelayMs: ms().default(1_000).describe("longest wait before the second try; doubles with each try"),
        longestDelayMs: ms().default(32_000).describe("longest wait before any try"),
        longestRetryAfterMs: ms().default(60_000).describe("longest wait that a server may ask for"),
        firstByteMs: ms().default(60_000).describe("time until an answer begins"),
        idleMs: ms().default(60_000).describe("time between two parts of an answer"),
        answerMs: ms().default(1_800_000).describe("time of a whole answer"),
      })
      .prefault({}),
  needs: { models: Models, settings: optional(Settings) },
  flags: {
    "fallback-model": {
      description: "Models to go on with while the chosen one is overloaded or out of reach, with commas",
      value: "<models>",
      to: { setting: "fallbackModel" },
    },
  },
  taps: { modelWrap: { stage: "early" } },
});

export default definePlugin(
  modelRetry,
  lazy(() => import("./retry.ts")),
);
