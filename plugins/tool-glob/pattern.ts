import { isAbsolute, relative, sep } from "node:path";
import { ToolError } from "gantry/sdk";

/** A pattern relative to the folder that is searched. It may not lead out: that folder is what was permitted. */
export function relativePattern(pattern: string, root: string): string {
  const own = isAbsolute(pattern) ? fromRoot(pattern, root) : pattern;
  const names = own.split("/").filter((name) => name !== "." && name !== "");
  if (names.length === 0) throw new ToolError('The pattern is empty. "**/*" finds all files.');
  if (names.includes("..")) throw outside(pattern);
  return names.join("/");
}

function fromRoot(pattern: string, root: string): string {
  // Only the part before the first sign with a meaning is a path.
  const [fixed = ""] = /^[^*?[{\\]*/.exec(pattern) ?? [];
  const way = relative(root, fixed);
  if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) throw outside(pattern);
  return pattern.slice(root.length);
}

function outside(pattern: string): ToolError {
  return new ToolError(`"${pattern}" leads out of the searched folder. Give that folder in path.`);
}
