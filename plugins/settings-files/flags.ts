import { dirname, resolve } from "node:path";
import { type HostInfo, type JsonObject, PluginError } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { givenFile, parseGiven, type SettingsFile } from "./file.ts";

/** What the command line says of settings. */
export interface FlagSettings {
  /** The settings that single flags stand for. */
  readonly single: JsonObject;
  /** What `--settings` gives: the JSON itself, or a file that may change. */
  readonly given: GivenText | SettingsFile | undefined;
  /** What a leading `/` in a path rule of `--settings` stands for. */
  readonly root: string;
  /** Which files count besides the administrator's. */
  readonly sources: ReadonlySet<string>;
}

interface GivenText {
  readonly path: "--settings";
  readonly content: JsonObject;
  readonly text: string;
}

const SOURCES = ["user", "project", "local"];

/** Unlike a file that merely lies there, what was asked for must be good: throws. */
export function flagSettings({ flagSettings, cwd }: Pick<HostInfo, "flagSettings" | "cwd">): FlagSettings {
  const { settings, settingSources, ...single } = flagSettings;
  const sources = settingSources === undefined ? new Set(SOURCES) : sourcesOf(String(settingSources));
  const text = settings === undefined ? undefined : String(settings).trim();
  if (text === undefined) return { single, given: undefined, root: cwd, sources };
  if (/^[[{]/.test(text)) {
    const content = parseGiven("--settings", text);
    return { single, given: { path: "--settings", content, text }, root: cwd, sources };
  }
  const path = resolve(cwd, text);
  return { single, given: givenFile(path), root: dirname(path), sources };
}

function sourcesOf(value: string): ReadonlySet<string> {
  const names = value.split(",").map((name) => name.trim());
  const sources = new Set(names.filter((name) => name !== ""));
  for (const name of sources) if (!SOURCES.includes(name)) throw noSource(name);
  return sources;
}

function noSource(name: string): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_SOURCE",
    `--setting-sources knows no "${name}".${didYouMean(name, SOURCES)}`,
    'Name some of user, project and local, parted by commas, or give "" for none.',
  );
}
