import fs from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type HostInfo, isGantryError, type JsonObject, messageOf, PluginError, type SettingsLayer } from "gantry/sdk";
import { parseJsonText } from "gantry/sdk/kit/json-text";
import { isObject } from "./merge.ts";

/** One source of settings as it was found. */
export interface ReadLayer {
  readonly layer: SettingsLayer;
  /** The file, or the flag. */
  readonly source: string;
  /** What a leading `/` in a path rule stands for. */
  readonly root: string;
  readonly content: JsonObject;
}

const MAX_BYTES = 2 * 1024 * 1024;

/** Reads the four files, nearest first, around what the command line says. A broken one is reported and left out. */
export function readLayers(
  host: HostInfo,
  managed: string,
  flags: readonly ReadLayer[],
  report: (text: string) => void,
): readonly ReadLayer[] {
  const file = (layer: SettingsLayer, path: string, root: string): readonly ReadLayer[] => {
    try {
      const content = readSettings(path);
      return content ? [{ layer, source: path, root, content }] : [];
    } catch (error) {
      report(isGantryError(error) ? `${error.message} It does not count.` : messageOf(error));
      return [];
    }
  };
  const user = join(host.claudeFolder, "settings.json");
  const project = join(host.cwd, ".claude", "settings.json");
  return [
    ...file("managed", managed, dirname(managed)),
    ...flags,
    ...file("local", join(host.cwd, ".claude", "settings.local.json"), host.cwd),
    // In the home folder both names mean one file, and it is the person's.
    ...(project === user ? [] : file("project", project, host.cwd)),
    ...file("user", user, host.claudeFolder),
  ];
}

/**
 * What the command line says; single flags are nearer than what `--settings` names. Unlike a file that merely lies there,
 * one that was asked for must be good: throws.
 */
export function flagLayers(host: HostInfo): readonly ReadLayer[] {
  const { settings, ...single } = host.flagSettings;
  const flags = { layer: "flag", source: "the command line", root: host.cwd, content: single } as const;
  return settings === undefined ? [flags] : [flags, settingsFlag(String(settings).trim(), host.cwd)];
}

function settingsFlag(value: string, cwd: string): ReadLayer {
  if (/^[[{]/.test(value)) {
    return { layer: "flag", source: "--settings", root: cwd, content: parseSettings("--settings", value) };
  }
  const source = resolve(cwd, value);
  const content = readSettings(source);
  if (content) return { layer: "flag", source, root: dirname(source), content };
  throw new PluginError(
    "GANTRY_SETTINGS_ABSENT",
    `There is no settings file ${source}.`,
    "Give --settings a file that exists, or the JSON itself.",
  );
}

/** `undefined` when there is no such file. */
function readSettings(path: string): JsonObject | undefined {
  let text: string | undefined;
  try {
    text = readText(path);
  } catch (error) {
    if (isGantryError(error)) throw error;
    throw broken(path, messageOf(error), error);
  }
  return text === undefined ? undefined : parseSettings(path, text);
}

function readText(path: string): string | undefined {
  let file: number;
  try {
    // Without O_NONBLOCK a pipe that lies there would stop the start for good.
    file = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  try {
    const stat = fs.fstatSync(file);
    if (!stat.isFile()) throw broken(path, "it is no file");
    if (stat.size > MAX_BYTES) throw broken(path, `it is larger than ${MAX_BYTES} bytes`);
    return fs.readFileSync(file, "utf8");
  } finally {
    fs.closeSync(file);
  }
}

function parseSettings(source: string, text: string): JsonObject {
  try {
    const content = parseJsonText(text);
    if (isObject(content)) return content as JsonObject;
  } catch (error) {
    throw broken(source, messageOf(error), error);
  }
  throw broken(source, "line 1, column 1: settings are one JSON object");
}

function broken(source: string, problem: string, cause?: unknown): PluginError {
  return new PluginError(
    "GANTRY_SETTINGS_BROKEN",
    `The settings in ${source} cannot be read: ${problem}.`,
    "Correct the file, or move it away.",
    cause,
  );
}

/** Where an administrator's file lies. */
export function managedFile(platform: NodeJS.Platform): string {
  if (platform === "darwin") return "/Library/Application Support/ClaudeCode/managed-settings.json";
  if (platform === "win32") return "C:\\Program Files\\ClaudeCode\\managed-settings.json";
  return "/etc/claude-code/managed-settings.json";
}
