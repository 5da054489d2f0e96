/**
 * A person's own servers in a folder that nobody trusts: their programs run in the home folder, and with nothing that leads into the
 * folder, so that no byte of it counts.
 */
import { isAbsolute, join, resolve } from "node:path";
import type { HostInfo } from "gantry/sdk";
import { realPath } from "gantry/sdk/kit/folders";
import { expandMcpConfig } from "gantry/sdk/kit/mcp-config";
import { foldName, isWithin } from "gantry/sdk/kit/paths";
import { programFolders, workspaceOf } from "gantry/sdk/kit/program-folders";
import type { NamedServer } from "./sources.ts";

/** Where the folder is not trusted, a person's own server runs at home. */
export function runsAtHome({ scope }: NamedServer, { isTrusted }: HostInfo): boolean {
  return !isTrusted && scope === "user";
}

/** Why it may not, in words that follow the server's name; `undefined`: it may. */
export function problemAtHome({ config: written, source }: NamedServer, host: HostInfo): string | undefined {
  const workspace = workspaceOf(host);
  if (isWithin(host.home, workspace)) return "your home folder lies in this folder, which is not trusted.";
  if (isWithin(realPath(source), workspace)) return "it is named in this folder, which is not trusted.";
  const { config } = expandMcpConfig(written, host.env);
  const words =
    "command" in config
      ? [config.command, ...(config.args ?? []), ...Object.values(config.env ?? {}), config.cwd ?? ""]
      : "headersHelper" in config
        ? [config.headersHelper ?? ""]
        : [];
  const leads = leadsInto(workspace, host.home);
  const isMeant = words.some(leads) || ("command" in config && isLinkedInto(config.command, workspace, host));
  return isMeant ? "it names something in this folder, which is not trusted." : undefined;
}

/** What a program is started with there, in place of what it would get in the folder. */
export function placeAtHome(host: HostInfo): {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly withoutEnv: readonly string[];
} {
  const leads = leadsInto(workspaceOf(host), host.home);
  const withoutEnv = Object.entries(host.env)
    .filter(([name, value]) => name !== "PATH" && (STARTED_THERE.test(name) || leads(value ?? "")))
    .map(([name]) => name);
  return { cwd: host.home, env: { PWD: host.home }, withoutEnv };
}

/** What shells and package managers say of the folder that a program was started in. */
const STARTED_THERE = /^(npm_.*|INIT_CWD|OLDPWD)$/i;

/** Whether a text names the folder, or has a path in it that leads there. Rather once too often. */
function leadsInto(workspace: readonly string[], home: string): (text: string) => boolean {
  const named = workspace.map((folder) => new RegExp(`${escaped(foldName(folder))}(?![\\p{L}\\p{N}._-])`, "u"));
  return (text) => {
    if (text === "") return false;
    const plain = foldName(text);
    if (named.some((pattern) => pattern.test(plain))) return true;
    const pieces = text.split(PIECES).filter((piece) => piece !== "");
    return pieces.some((piece) => isWithin(realPath(resolve(home, piece)), workspace));
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** What parts the paths of a list, an option from its value, and the words of a line. */
const PIECES = /[\s=,;:"'`()<>|&]+/;

/** A program of this name may be a link that somebody has made into the folder, as package managers do. */
function isLinkedInto(command: string, workspace: readonly string[], { env }: HostInfo): boolean {
  if (isAbsolute(command)) return false;
  const folders = programFolders(env.PATH, workspace);
  return folders.some((folder) => isWithin(realPath(join(folder, command)), workspace));
}
