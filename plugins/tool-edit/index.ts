import { definePlugin, Files, lazy, manifest, SeenFiles, z } from "gantry/sdk";

export const toolEdit = manifest({
  name: "tool-edit",
  description: "Edit: replaces exact text in a file.",
  needs: { files: Files, seenFiles: SeenFiles },
  tools: {
    Edit: {
      description:
        "Replaces exact text in a file that has been read. old_string must occur exactly once, as it is in the file without line numbers; give more lines around it or replace_all otherwise. An empty old_string creates a file.",
      input: z.object({
        file_path: z.string().describe("Absolute path"),
        old_string: z.string(),
        new_string: z.string(),
        replace_all: z.boolean().optional(),
      }),
      permission: { family: "Edit", path: "file_path" },
    },
  },
  renderers: { Edit: {} },
});

export default definePlugin(
  toolEdit,
  lazy(() => import("./edit.ts")),
);
