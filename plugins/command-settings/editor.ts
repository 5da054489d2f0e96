import fs from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { Command, HostInfo } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

/** `/editor`: which program opens prompts and files, and how to have another. */
export function createEditor({ env }: HostInfo): Command {
  return () => {
    const variable = ["VISUAL", "EDITOR"].find((name) => env[name]?.trim());
    const how = "VISUAL, or else EDITOR, of the environment names it, such as: export VISUAL='code --wait'.";
    if (!variable) return `No editor is named. ${how}`;
    const command = env[variable]?.trim() ?? "";
    const [program = ""] = command.split(/\s+/);
    const missing = isThere(program, env.PATH ?? "")
      ? ""
      : ` There is no program ${visibleLine(program, 60)} on the PATH.`;
    return `${visibleLine(command, 100)}, as ${variable} says.${missing} ${how}`;
  };
}

function isThere(program: string, path: string): boolean {
  // What the shell would make of it is the shell's business.
  if (/["'$\\]/.test(program)) return true;
  const places = isAbsolute(program) ? [program] : path.split(delimiter).map((folder) => join(folder, program));
  return places.some((place) => [place, `${place}.exe`, `${place}.cmd`].some((file) => fs.existsSync(file)));
}
