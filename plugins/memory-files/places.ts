import { dirname, join } from "node:path";
import type { HostInfo } from "gantry/sdk";
import { below } from "gantry/sdk/kit/paths";
import type { Place } from "./instruction.ts";

/** What counts wherever the session is at work, in the order in which the model reads it. */
export function generalPlaces(
  { claudeFolder, stateFolder }: Pick<HostInfo, "claudeFolder" | "stateFolder">,
  managed: string,
  cwd: string,
): readonly Place[] {
  return [
    { path: join(managed, "CLAUDE.md"), kind: "Managed" },
    { path: join(managed, ".claude", "rules"), kind: "Managed", rulesOf: cwd },
    { path: join(claudeFolder, "CLAUDE.md"), kind: "User" },
    { path: join(claudeFolder, "rules"), kind: "User", rulesOf: cwd },
    { path: join(stateFolder, "AGENTS.md"), kind: "User" },
  ];
}

/** What a folder of the project, or one above it, may hold, in the order in which the model reads it. */
export function placesIn(folder: string, cwd: string): readonly Place[] {
  const isAbove = folder !== cwd && below(cwd, folder) !== undefined;
  const place = (...names: string[]): Place => ({
    path: join(folder, ...names),
    kind: "Project",
    within: [folder, cwd],
    ...(isAbove && { isAbove }),
  });
  return [
    place("AGENTS.md"),
    place("CLAUDE.md"),
    place(".claude", "CLAUDE.md"),
    { ...place(".claude", "rules"), rulesOf: folder },
    { ...place("CLAUDE.local.md"), kind: "Local" },
  ];
}

/** A folder and all above it, the root first. */
export function foldersDownTo(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [...foldersDownTo(above), folder];
}

/** The folders between a folder and a file in it, the outermost first; none for a file right in it or elsewhere. */
export function foldersBetween(folder: string, file: string): readonly string[] {
  const names = below(file, folder)?.slice(0, -1) ?? [];
  return names.map((_, index) => join(folder, ...names.slice(0, index + 1)));
}
