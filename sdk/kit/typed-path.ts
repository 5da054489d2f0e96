/** Paths as people type them. */
import fs from "node:fs";
import type { SessionView } from "gantry/sdk";
import { inputPath } from "./tool-files.ts";

/**
 * What a typed path means: `~` is the person's home, quotes around it do not count, and it begins in the session's folder.
 *
 * @example
 * const inHome = (session: SessionView) => typedPath("~/notes", session);
 */
export function typedPath(typed: string, session: Pick<SessionView, "cwd" | "home">): string {
  return inputPath(typed.trim().replace(/^(["'])(.*)\1$/, "$2"), session);
}

/** The folder that a path leads to, its links followed; `undefined` where there is none. */
export function existingFolder(path: string): string | undefined {
  try {
    const real = fs.realpathSync(path);
    return fs.statSync(real).isDirectory() ? real : undefined;
  } catch {
    return undefined;
  }
}
