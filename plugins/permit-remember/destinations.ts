import { join } from "node:path";
import type { HostInfo, RuleDestination } from "gantry/sdk";

/** The settings file of a destination. */
export function settingsFile(destination: Exclude<RuleDestination, "session">, host: HostInfo): string {
  if (destination === "user") return join(host.claudeFolder, "settings.json");
  return join(host.cwd, ".claude", destination === "local" ? "settings.local.json" : "settings.json");
}
