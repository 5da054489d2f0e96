import fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type HostInfo, PluginError, type RuleDestination } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";

/** The settings file of a destination. */
export function settingsFile(destination: Exclude<RuleDestination, "session">, host: HostInfo): string {
  if (destination === "user") return join(host.claudeFolder, "settings.json");
  return join(host.cwd, ".claude", destination === "local" ? "settings.local.json" : "settings.json");
}

/** Throws where a link of the folder would lead a rule elsewhere. */
export function checkLinks(file: string, host: HostInfo): void {
  const real = resolved(file);
  if (isWithin(real, [resolved(host.cwd)])) return;
  throw new PluginError(
    "GANTRY_PERMIT_LINK",
    `${file} leads out of its folder, to ${real}, where rules would hold for more than this folder.`,
    "Replace the link by a file of its own.",
  );
}

/** The path with links resolved, whether or not its end exists. */
function resolved(path: string, depth = 0): string {
  try {
    return fs.realpathSync(path);
  } catch {
    const target = depth < 40 ? linkTarget(path) : undefined;
    if (target !== undefined) return resolved(target, depth + 1);
    return dirname(path) === path ? path : join(resolved(dirname(path), depth), basename(path));
  }
}

/** Where a link leads whose end does not exist. */
function linkTarget(path: string): string | undefined {
  try {
    const target = fs.readlinkSync(path);
    return resolve(dirname(path), target);
  } catch {
    return undefined;
  }
}
