import { definePlugin, Exec, Files, lazy, manifest, optional, Settings, z } from "gantry/sdk";

/** A pattern that leaves its folder, `/etc/*` or `../*`, is one of the folder that it leads to. */
function withFolder({ pattern, path }: { pattern: string; path?: string | undefined }) {
  const names = pattern.split("/");
  if (!pattern.startsWith("/") && !names.includes("..")) return { pattern, path };
  const open = names.findIndex((name) => /[*?[{]/.test(name));
  const end = open < 0 ? names.length - 1 : open;
  const folder = names.slice(0, end).join("/") || (pattern.startsWith("/") ? "/" : ".");
  const isAbsolute = pattern.startsWith("/") || path === undefined;
  return { pattern: names.slice(end).join("/"), path: isAbsolute ? folder : `${path}/${folder}` };
}

export const toolGlob = manifest({
  name: "tool-glob",
  description: "Finds files by name.",
  needs: { exec: Exec, files: Files, settings: optional(Settings) },
  tools: {
    Glob: {
      description: 'Find files by name pattern, such as "src/**/*.ts"; newest first, at most 100.',
      input: z
        .object({
          pattern: z.string(),
          path: z.string().optional().describe("Folder; default: the working folder"),
        })
        // Where a pattern leads is judged as its folder.
        .transform(withFolder),
      traits: { readOnly: true },
      permission: { family: "Read", path: "path" },
    },
  },
  renderers: { Glob: {} },
});

export default definePlugin(
  toolGlob,
  lazy(() => import("./tool-glob.ts")),
);
