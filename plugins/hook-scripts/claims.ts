import { join } from "node:path";
import type { Claims, Files, HostInfo, LaterService, SettingsLayer } from "gantry/sdk";
import { parseJsonText } from "gantry/sdk/kit/json-text";
import { claimOf, readHooks } from "./read.ts";

const MAX_BYTES = 2 * 1024 * 1024;

/**
 * The hooks that the folder asks for. Its files are read here and not through the settings, which say nothing of a folder that is
 * not trusted yet.
 */
export function createClaims(host: HostInfo, files: LaterService<Files>): Claims {
  const own = join(host.claudeFolder, "settings.json");
  return async () => {
    const found = await Promise.all([claimsIn("local", "settings.local.json"), claimsIn("project", "settings.json")]);
    return found.flat();
  };

  async function claimsIn(layer: SettingsLayer, name: string) {
    const source = join(host.cwd, ".claude", name);
    if (source === own) return [];
    const content = await settingsIn(source);
    if (typeof content !== "object" || content === null || !("hooks" in content)) return [];
    return readHooks(content.hooks, { layer, source }, () => undefined).map(claimOf);
  }

  /** What cannot be read asks for nothing: it does not run either. */
  async function settingsIn(source: string): Promise<unknown> {
    const disk = await files();
    try {
      const stat = await disk.stat(source);
      if (stat?.kind !== "file") return undefined;
      return parseJsonText(Buffer.from((await disk.read(source, { maxBytes: MAX_BYTES })).bytes).toString("utf8"));
    } catch {
      return undefined;
    }
  }
}
