/** Paths as people type them. */
import fs from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { SessionView } from "gantry/sdk";

/**
 * What a typed path means: `~` is the person's home, quotes around it do not count, and it begins in the session's folder.
 *
 * @example
 * const inHome = (session: SessionView) => typedPath("~/notes", session);
 */
export function typedPath(typed: string, { cwd, home }: Pick<SessionView, "cwd" | "home">): string {
  const bare = typed.trim().replace(/^(["'])(.*)\1$/, "$2");
  if (bare === "~") return home;
  if (bare.startsWith("~/")) return join(home, bare.slice(2));
  return isAbsolute(bare) ? resolve(bare) : resolve(cwd, bare);
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
