import { realpathSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { isWithin } from "gantry/sdk/kit/paths";
import { isProgram } from "gantry/sdk/kit/program-folders";

const USUAL = ["/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap", "/run/current-system/sw/bin/bwrap"];

/** The absolute path of bubblewrap, never one in a folder that a command could write. `given` is the administrator's. */
export function findBwrap(
  path: string | undefined,
  workspace: readonly string[],
  given: string | undefined,
): string | undefined {
  if (given !== undefined) return isAbsolute(given) && isProgram(given) ? given : undefined;
  const folders = (path ?? "").split(delimiter).filter(isAbsolute);
  return [...USUAL, ...folders.map((folder) => join(folder, "bwrap"))]
    .filter((file) => !isWithin(resolve(file), workspace) && isProgram(file))
    .find((file) => !isWithin(realpathSync(file), workspace));
}
