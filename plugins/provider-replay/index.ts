import { definePlugin, lazy, manifest, z } from "gantry/sdk";

export const providerReplay = manifest({
  name: "provider-replay",
  description: "Plays the answers of a recorded session in place of a model.",
  config: () => z.object({ file: z.string().optional().describe("the transcript to play") }),
  flags: {
    replay: {
      description: "The transcript that the model replay plays (with --model replay)",
      value: "<file>",
      to: { config: "file" },
    },
  },
  commands: {
    replay: {
      description: "Say how this session, or a transcript, is played again without a model",
      argumentHint: "[file]",
      group: "Insight",
      isImmediate: true,
    },
  },
  providers: {
    replay: {
      title: "Recorded session",
      usable: "named",
      defaultModel: "replay",
      models: ["replay"],
      setup: "Start with --model replay --replay <transcript>.",
    },
  },
});

export default definePlugin(
  providerReplay,
  lazy(() => import("./replay.ts")),
);
