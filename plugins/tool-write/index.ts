import { definePlugin, Files, lazy, manifest, SeenFiles, z } from "gantry/sdk";

export const toolWrite = manifest({
  name: "tool-write",
  description: "Write: a new file, or an existing one as a whole.",
  needs: { files: Files, seenFiles: SeenFiles },
  tools: {
    Write: {
      description:
        "Writes a file, and the folders it needs. An existing file is replaced and must have been read before; prefer Edit for changes.",
      input: z.object({
        file_path: z.string().describe("Absolute path"),
        content: z.string(),
      }),
      permission: { family: "Edit", path: "file_path" },
    },
  },
  renderers: { Write: {} },
});

export default definePlugin(
  toolWrite,
  lazy(() => import("./write.ts")),
);
