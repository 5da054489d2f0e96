/** Paths as people like to read them. */
import { relative, sep } from "node:path";
import type { HostInfo } from "gantry/sdk";
import { visibleLine } from "./visible.ts";

/**
 * As short as it can be said: from the working folder on, or with `~` for the person's home; every sign of it visible.
 *
 * @example
 * const where = (host: HostInfo) => shownPath(`${host.home}/notes/a.md`, host); // "~/notes/a.md"
 */
export function shownPath(path: string, { cwd, home }: Pick<HostInfo, "cwd" | "home">): string {
  const inside = belowOrNone(path, cwd);
  if (inside !== undefined) return visibleLine(inside || ".", 500);
  const own = belowOrNone(path, home);
  return visibleLine(own === undefined ? path : own ? `~${sep}${own}` : "~", 500);
}

function belowOrNone(path: string, folder: string): string | undefined {
  const rest = relative(folder, path);
  return rest === ".." || rest.startsWith(`..${sep}`) || rest === path ? undefined : rest;
}
