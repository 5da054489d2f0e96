import { definePlugin, Files, HookEvents, Judge, later, lazy, manifest, optional, Settings, Trust } from "gantry/sdk";

export const memoryFiles = manifest({
  name: "memory-files",
  description: "Instruction files for the model: CLAUDE.md, AGENTS.md, rules, and what they import.",
  needs: {
    files: Files,
    trust: Trust,
    judge: Judge,
    settings: optional(Settings),
    hookEvents: later(optional(HookEvents)),
  },
  claims: { imports: { description: "Files elsewhere that the folder's instruction files bring in" } },
  taps: {
    promptBuild: true,
    // Behind whoever changes what a tool has answered.
    postTool: { only: ["Read", "Edit"], stage: "late" },
  },
});

export default definePlugin(
  memoryFiles,
  lazy(() => import("./memory-files.ts")),
);
