/**
 * Loads modules that are not the program's own: TypeScript without a build, and `gantry/sdk` as the very module the host uses,
 * wherever the file lies.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as sdk from "gantry/sdk";
import { messageOf, type Plugin } from "gantry/sdk";
import { isRecord } from "./config.ts";
import { error } from "./errors.ts";

/** A plugin that was found, and how. */
export interface Found {
  readonly name: string;
  readonly plugin: Plugin;
  /** `built-in`, or the file. */
  readonly from: string;
  readonly namedBy: string;
  readonly loadMs: number;
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The plugins of a module: it holds one, or a list of them. */
export async function loadPlugins(file: string, namedBy: string, cache: string): Promise<readonly Found[]> {
  const started = performance.now();
  const module = await importForeign(file, cache).catch((cause) => {
    throw error("GANTRY_PLUGIN_BROKEN", { name: file, problem: problemIn(cause, file) }, cause);
  });
  const loadMs = performance.now() - started;
  return [defaultOf(module)].flat().map((plugin) => {
    if (!isPlugin(plugin)) throw error("GANTRY_PLUGIN_SHAPE", { name: file, got: describe(plugin) });
    return { ...handed(plugin, file), namedBy, loadMs };
  });
}

/** A plugin that came as a value. */
export function handed(plugin: Plugin, from: string): Found {
  const { name } = plugin.manifest;
  if (!NAME.test(name)) throw error("GANTRY_PLUGIN_NAME", { name, from });
  return { name, plugin, from, namedBy: from, loadMs: 0 };
}

/** What lies in a folder of plugins, by name alone: source files, and folders. */
export function pluginsIn(folder: string): readonly string[] {
  const isPluginFile = (name: string) => /\.[cm]?[jt]s$/.test(name) && !/\.(test|d)\.[cm]?[jt]s$/.test(name);
  return entriesOf(folder)
    .filter((entry) => entry.isDirectory() || isPluginFile(entry.name))
    .map((entry) => path.join(folder, entry.name))
    .sort();
}

/** What is no folder, or may not be read, holds no plugins. */
function entriesOf(folder: string): readonly fs.Dirent[] {
  try {
    return fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : [];
  } catch {
    return [];
  }
}

/** The file that a name or a path stands for, seen from whoever named it. */
export async function resolveForeign(name: string, from: string): Promise<string | undefined> {
  const base = path.isAbsolute(from) ? from : path.join(process.cwd(), "_");
  const url = (await jitiFor(base)).esmResolve(name, { try: true, parentURL: pathToFileURL(base) });
  return url === undefined ? undefined : fileURLToPath(url);
}

/**
 * A fresh instance of the module: an edited file is picked up when it is loaded again. `cache` keeps what was compiled: never a
 * folder that others write into, since what lies there runs in place of the file.
 */
export async function importForeign(file: string, cache: string): Promise<unknown> {
  return (await jitiFor(file, cache)).import(file);
}

async function jitiFor(file: string, cache: string | false = false) {
  const { createJiti } = await import("jiti");
  return createJiti(file, {
    moduleCache: false,
    fsCache: cache,
    tryNative: false,
    interopDefault: false,
    virtualModules: { "gantry/sdk": sdk as Record<string, unknown> },
    alias: { "gantry/sdk/kit": kitFolder() },
  });
}

/** The kit is pure helpers, so that a second instance does no harm. */
function kitFolder(): string {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith(".ts")) return path.join(path.dirname(here), "..", "sdk", "kit");
  return path.join(here.slice(0, here.lastIndexOf(`${path.sep}dist${path.sep}`)), "dist", "sdk", "kit");
}

export function isPlugin(value: unknown): value is Plugin {
  return isRecord(value) && value.isGantryPlugin === 1 && isRecord(value.manifest) && "name" in value.manifest;
}

export function defaultOf(module: unknown): unknown {
  return isRecord(module) && "default" in module ? module.default : module;
}

export function describe(value: unknown): string {
  if (isRecord(value)) return `an object with ${Object.keys(value).join(", ") || "no keys"}`;
  return value === undefined ? "nothing" : `a ${typeof value}`;
}

/** What a loader's message says, on one line: its heading repeats the file's name, and it draws the source. */
export function problemIn(thrown: unknown, file: string): string {
  const message = messageOf(thrown).replaceAll(file, path.basename(file));
  const words = message
    .split("\n")
    .filter((line) => !/^\s*(>?\s*\d*\s*\||[-^]+$)/.test(line))
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line) => line && !line.endsWith(":"));
  const line = /^>\s*(\d+) \|/m.exec(message)?.[1];
  return words.slice(0, 2).join(" ").slice(0, 300) + (line ? ` (line ${line})` : "") || "it cannot be read";
}
