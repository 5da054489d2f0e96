import { isAbsolute, join } from "node:path";
import { PluginError } from "gantry/sdk";
import { isProgram, programFolders } from "gantry/sdk/kit/program-folders";

/** Finds programs by name, outside the workspace: a file planted there must never pass for `git`. */
export function createLookup(path: string | undefined, workspace: readonly string[]) {
  const folders = programFolders(path, workspace);
  const known = new Map<string, string>();

  return (file: string): string => {
    if (isAbsolute(file)) return file;
    const found = known.get(file) ?? find(file, folders);
    if (found === undefined) throw absent(file, folders);
    known.set(file, found);
    return found;
  };
}

function find(name: string, folders: readonly string[]): string | undefined {
  if (!name || /[/\\\0]/.test(name)) return undefined;
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function absent(file: string, folders: readonly string[]): PluginError {
  return new PluginError(
    "GANTRY_EXEC_ABSENT",
    `There is no program "${file}".`,
    `Install it, or give its absolute path. Searched: ${folders.join(", ") || "nothing (PATH is empty)"}.`,
  );
}
