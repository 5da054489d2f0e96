import { definePlugin, Exec, Files, lazy, manifest, optional, Settings, z } from "gantry/sdk";

const count = z.number().optional();

export const toolGrep = manifest({
  name: "tool-grep",
  description: "Searches the contents of files with ripgrep.",
  needs: { exec: Exec, files: Files, settings: optional(Settings) },
  tools: {
    Grep: {
      description: "Search file contents with a regular expression (ripgrep). Leaves out what .gitignore names.",
      input: z.object({
        pattern: z.string(),
        path: z.string().optional().describe("File or folder"),
        glob: z.string().optional().describe('Such as "*.{ts,tsx}"'),
        type: z.string().optional().describe("Such as js, py"),
        output_mode: z.enum(["content", "files_with_matches", "count"]).default("files_with_matches"),
        "-i": z.boolean().optional().describe("Ignore case"),
        "-n": z.boolean().optional().describe("Line numbers; default true"),
        "-o": z.boolean().optional().describe("Only what matches"),
        "-A": count,
        "-B": count,
        "-C": count,
        context: count,
        head_limit: count.describe("Default 250; 0: all"),
        offset: count,
        multiline: z.boolean().optional().describe("Let . and matches span lines"),
      }),
      traits: { readOnly: true },
      permission: { family: "Read", path: "path" },
    },
  },
  renderers: { Grep: {} },
});

export default definePlugin(
  toolGrep,
  lazy(() => import("./tool-grep.ts")),
);
