/** Saves what a person has chosen in their settings, and says whether it counts. */
import { join } from "node:path";
import {
  type HostInfo,
  type Json,
  type JsonObject,
  PluginError,
  SETTINGS_LAYERS,
  type Settings,
  type SettingsLayer,
  z,
} from "gantry/sdk";
import { writeSettings } from "./settings-write.ts";
import { visibleLine } from "./visible.ts";

/** The layers that lie in a file of the person's or of the folder's. */
export type WrittenLayer = "user" | "project" | "local";

/** What saving needs to know of the host. */
export interface SaveParts {
  readonly host: Pick<HostInfo, "claudeFolder" | "cwd">;
  readonly settings: Settings;
}

/** The settings file of a layer. */
export function settingsFile(layer: WrittenLayer, host: Pick<HostInfo, "claudeFolder" | "cwd">): string {
  if (layer === "user") return join(host.claudeFolder, "settings.json");
  return join(host.cwd, ".claude", layer === "local" ? "settings.local.json" : "settings.json");
}

/**
 * Puts a value at a dotted path of a settings file, `undefined` takes it away, and gives the sentence that tells the person where; with
 * who says otherwise and goes before it. It counts at once.
 *
 * **Contract**: rejects with a coded error, as `writeSettings` does, and with `GANTRY_SETTINGS_SHAPE` where the file has something else
 * than an object on the way.
 *
 * @example
 * const dark = (parts: SaveParts) => saveSetting(parts, "theme", "dark"); // "Saved in /home/me/.claude/settings.json."
 */
export async function saveSetting(
  { host, settings }: SaveParts,
  path: string,
  value: Json | undefined,
  layer: WrittenLayer = "user",
): Promise<string> {
  const file = settingsFile(layer, host);
  const options = layer === "user" ? {} : { within: host.cwd };
  await writeSettings(file, (current) => withValue(current, path.split("."), value, file), options);
  settings.refresh?.();
  const saved = value === undefined ? `Taken out of ${file}.` : `Saved in ${file}.`;
  return [saved, otherwise(settings, path, value, layer)].filter(Boolean).join(" ");
}

/** Why what was saved does not count, if it does not. */
function otherwise(settings: Settings, path: string, value: Json | undefined, layer: SettingsLayer): string {
  const [nearest] = settings.layers(path, z.unknown());
  const isBefore = nearest && SETTINGS_LAYERS.indexOf(nearest.layer) < SETTINGS_LAYERS.indexOf(layer);
  if (isBefore && !Array.isArray(nearest.value) && JSON.stringify(nearest.value) !== JSON.stringify(value)) {
    return `It does not count while ${nearest.source} says ${visibleLine(JSON.stringify(nearest.value), 100)}.`;
  }
  const left = settings.leftOut?.(path).find((one) => one.layer === layer && one.key === path);
  return left && value !== undefined ? `It does not count: ${left.reason}` : "";
}

function withValue(
  current: JsonObject,
  [key = "", ...rest]: readonly string[],
  value: Json | undefined,
  file: string,
): JsonObject {
  if (rest.length > 0) {
    const inner = Object.hasOwn(current, key) ? current[key] : {};
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) throw misshapen(key, file);
    const next = withValue(inner as JsonObject, rest, value, file);
    if (value === undefined && Object.keys(next).length === 0) return without(current, key);
    return { ...current, [key]: next };
  }
  return value === undefined ? without(current, key) : { ...current, [key]: value };
}

function without(current: JsonObject, key: string): JsonObject {
  const { [key]: _, ...others } = current;
  return others;
}

function misshapen(key: string, file: string): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_SHAPE",
    `In ${file}, "${key}" is not an object, so nothing was written.`,
    "Correct the file, then try again.",
  );
}
