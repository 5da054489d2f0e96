import { definePlugin, Files, lazy, manifest, SeenFiles, z } from "gantry/sdk";

export const toolRead = manifest({
  name: "tool-read",
  description: "Read: text, images, PDFs and notebooks.",
  needs: { files: Files, seenFiles: SeenFiles },
  tools: {
    Read: {
      description:
        "Reads a file: text with line numbers (the first 2000 lines by default), images, PDFs, notebooks. Read several files in one turn when you need several.",
      input: z.object({
        file_path: z.string().describe("Absolute path"),
        offset: z.int().min(0).max(1e9).optional().describe("First line, from 1"),
        limit: z.int().min(1).max(1e9).optional().describe("Number of lines"),
        pages: z.string().optional().describe('PDF pages, such as "1-5"'),
      }),
      traits: { readOnly: true },
      permission: { family: "Read", path: "file_path" },
    },
  },
  renderers: { Read: {} },
});

export default definePlugin(
  toolRead,
  lazy(() => import("./read.ts")),
);
