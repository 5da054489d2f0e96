import { isAbsolute, resolve } from "node:path";
import { PluginError } from "gantry/sdk";
import { resolveLinks } from "gantry/sdk/kit/resolve-links";
import type { Disk } from "./disk.ts";
import { filesError } from "./errors.ts";

/** The path with every link resolved; whatever of its end does not exist is kept as it is written. */
export async function resolvePath(disk: Disk, path: string): Promise<string> {
  const absolute = absolutePath(path);
  return resolveLinks(absolute, disk).catch((error) => {
    throw filesError(path, error);
  });
}

/**
 * The one spelling of a path that everything here uses: `..` is taken away before links are followed, so that what is
 * resolved is what is opened.
 */
export function absolutePath(path: string): string {
  if (!isAbsolute(path)) {
    throw new PluginError("GANTRY_FILES_FAILED", `"${path}" is not an absolute path.`, "Give the whole path.");
  }
  if (path.includes("\0")) {
    throw new PluginError(
      "GANTRY_FILES_FAILED",
      `The path ${JSON.stringify(path)} contains a NUL character.`,
      "Leave the character out.",
    );
  }
  return resolve(path);
}
