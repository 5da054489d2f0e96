/**
 * Trust comes from outside the folder: a flag, the environment, or what the person said before. No byte of the folder counts:
 * only its real path is looked at.
 */
import fs from "node:fs";
import path from "node:path";
import { messageOf } from "gantry/sdk";
import { makeFolders } from "gantry/sdk/kit/folders";
import { error } from "./errors.ts";

const FILE = "trust.json";

/** Whether code and settings of the folder may count. `folder` is its real path. */
export function isTrusted(
  folder: string,
  options: {
    readonly flag: boolean;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly stateFolder: string;
  },
): boolean {
  if (options.flag || options.env.GANTRY_TRUST === "1") return true;
  const trusted = remembered(options.stateFolder);
  for (let at = folder; ; at = path.dirname(at)) {
    if (trusted.includes(at)) return true;
    if (at === path.dirname(at)) return false;
  }
}

/** Remembers that the person trusts the folder and what lies in it. */
export function rememberTrust(folder: string, stateFolder: string): void {
  const file = path.join(stateFolder, FILE);
  const folders = [...new Set([...remembered(stateFolder), folder])].sort();
  const temporary = `${file}.${process.pid}`;
  try {
    makeFolders(stateFolder, 0o700);
    fs.writeFileSync(temporary, `${JSON.stringify({ folders }, null, 2)}\n`, { mode: 0o600 });
    fs.renameSync(temporary, file);
  } catch (cause) {
    throw error("GANTRY_STATE_UNWRITABLE", { path: file, problem: messageOf(cause) }, cause);
  }
}

/** A file that is absent, broken or of another shape trusts nothing. */
function remembered(stateFolder: string): readonly string[] {
  try {
    const { folders } = JSON.parse(fs.readFileSync(path.join(stateFolder, FILE), "utf8"));
    return Array.isArray(folders) ? folders.filter((folder) => typeof folder === "string") : [];
  } catch {
    return [];
  }
}
