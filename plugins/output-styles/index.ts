import { definePlugin, Files, lazy, manifest, OutputStyles, optional, Settings, Trust } from "gantry/sdk";

export const outputStyles = manifest({
  name: "output-styles",
  description: "How the model answers: built-in styles, and those in markdown files.",
  needs: { files: Files, trust: Trust, settings: optional(Settings) },
  provides: { outputStyles: OutputStyles },
  commands: {
    "output-style": {
      description: "Show the output styles, or choose one",
      argumentHint: "[style]",
      group: "Model",
      help: "/output-style Concise",
      isImmediate: true,
    },
  },
  claims: { styles: { description: "Output styles that this folder brings along" } },
  // Behind the instructions of files: the style stands at the end.
  taps: { promptBuild: { stage: "late" } },
});

export default definePlugin(
  outputStyles,
  lazy(() => import("./output-styles.ts")),
);
