/** What the host is: its folders, its environment, whether its folder is trusted in this run. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { HostInfo, JsonObject } from "gantry/sdk";
import { error } from "./errors.ts";
import { VERSION } from "./version.ts";

export interface InfoOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Everything that the folder asks for counts, whatever was remembered. */
  readonly trust?: boolean;
  /** Further folders that sessions may work in. */
  readonly folders?: readonly string[];
  /** Settings of the flag layer. */
  readonly flagSettings?: JsonObject;
}

/** What it is before it is known what was remembered: trusted in this run, or not. */
export function hostInfo(options: InfoOptions): HostInfo {
  const { folders = [], flagSettings = {} } = options;
  const env = options.env ?? process.env;
  const home = [env.HOME, env.USERPROFILE].find((named) => named && path.isAbsolute(named)) ?? os.userInfo().homedir;
  const stateFolder = path.resolve(env.GANTRY_HOME || path.join(home, ".gantry"));
  const cwd = realFolder(options.cwd ?? workingFolder());
  return Object.freeze({
    version: VERSION,
    cwd,
    folders: Object.freeze(folders.map((folder) => realFolder(path.resolve(cwd, folder)))),
    env,
    home,
    stateFolder,
    claudeFolder: path.resolve(env.CLAUDE_CONFIG_DIR || path.join(home, ".claude")),
    isTrusted: options.trust === true || env.GANTRY_TRUST === "1",
    flagSettings,
  });
}

/** Somebody may have removed it. */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    throw error("GANTRY_FOLDER_ABSENT", { path: process.env.PWD ?? "." });
  }
}

function realFolder(folder: string): string {
  try {
    const real = fs.realpathSync(folder);
    if (fs.statSync(real).isDirectory()) return real;
  } catch {
    // Said below, in one place.
  }
  throw error("GANTRY_FOLDER_ABSENT", { path: folder });
}
