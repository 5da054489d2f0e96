import { definePlugin, Exec, Files, lazy, manifest, optional, Settings, z } from "gantry/sdk";

export const toolGlob = manifest({
  name: "tool-glob",
  description: "Finds files by name.",
  needs: { exec: Exec, files: Files, settings: optional(Settings) },
  tools: {
    Glob: {
      description: 'Find files by name pattern, such as "src/**/*.ts"; newest first, at most 100.',
      input: z.object({
        pattern: z.string(),
        path: z.string().optional().describe("Folder; default: the working folder"),
      }),
      traits: { readOnly: true },
      permission: { family: "Read", path: "path" },
    },
  },
});

export default definePlugin(
  toolGlob,
  lazy(() => import("./tool-glob.ts")),
);
