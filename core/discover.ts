/**
 * Finds what there is: configuration files, and the plugins that they, the presets and the plugin folders name. Of a folder
 * that is not trusted only the names of its files are looked at, and whether its package has the key.
 */
import fs from "node:fs";
import path from "node:path";
import type { Plugin, Preset } from "gantry/sdk";
import { type ConfigLayer, isRecord } from "./config.ts";
import { error } from "./errors.ts";
import {
  defaultOf,
  describe,
  type Found,
  handed,
  importForeign,
  isPlugin,
  loadPlugins,
  pluginsIn,
  problemIn,
  resolveForeign,
} from "./load.ts";

/** The plugins and presets that come with the program. */
export interface Catalogue {
  readonly plugins: Readonly<Record<string, Plugin>>;
  readonly presets: Readonly<Record<string, Preset>>;
}

export interface Discovery {
  readonly found: readonly Found[];
  /** The configuration, nearest layer first. */
  readonly layers: readonly ConfigLayer[];
  /** What was left out because the folder is not trusted. */
  readonly untrusted: readonly string[];
}

export interface DiscoverOptions {
  readonly cwd: string;
  readonly home: string;
  readonly stateFolder: string;
  readonly isTrusted: boolean;
  readonly catalogue: Catalogue;
  /** Layers nearer than any file: flags, an embedder's options. */
  readonly nearest: readonly ConfigLayer[];
  /** Layers below every file: the default preset. */
  readonly defaults: readonly ConfigLayer[];
  /** Plugins handed over as values. */
  readonly plugins: readonly Plugin[];
  /** Look into the project and the state folder at all. */
  readonly useFiles: boolean;
}

const CONFIG_NAMES = [
  "gantry.config.ts",
  "gantry.config.mts",
  "gantry.config.js",
  "gantry.config.mjs",
  "gantry.config.cjs",
  "gantry.config.json",
  "gantry.config.yaml",
  "gantry.config.yml",
  ".gantryrc",
  ".gantryrc.json",
  ".gantryrc.yaml",
  ".gantryrc.yml",
  ".gantryrc.ts",
  ".gantryrc.js",
  "package.json",
];
const USER_NAMES = ["config.ts", "config.js", "config.mjs", "config.json", "config.yaml", "config.yml"];
export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const { stateFolder, isTrusted, useFiles, catalogue } = options;
  const project = useFiles ? findProject(options) : { plugins: [] };
  const counting = isTrusted ? project : { plugins: [] };
  const files = [counting.config, useFiles ? existing(stateFolder, USER_NAMES)[0] : undefined];
  const read = await Promise.all(files.filter((file) => file !== undefined).map(readConfig));
  const layers = [...options.nearest, ...read, ...options.defaults].filter(({ values }) => Object.keys(values).length);

  const found = new Map<string, Found>();
  const add = (plugins: readonly Found[]) => {
    for (const next of plugins) {
      const first = found.get(next.name);
      if (first && first.plugin !== next.plugin) {
        throw error("GANTRY_PLUGIN_TWICE", { name: next.name, first: first.from, second: next.from });
      }
      if (!first) found.set(next.name, next);
    }
  };
  add(options.plugins.map((plugin) => handed(plugin, "the embedder")));
  for (const request of requested(layers, catalogue)) {
    if (request.name.startsWith("-")) found.delete(request.name.slice(1));
    else add(await fulfil(request, catalogue));
  }
  const own = useFiles ? pluginsIn(path.join(stateFolder, "plugins")) : [];
  for (const file of [...own, ...counting.plugins]) add(await loadPlugins(file, "its folder"));
  checkKeys(layers, found, catalogue);

  const untrusted = isTrusted ? [] : [...(project.config ? [project.config] : []), ...project.plugins];
  return { found: [...found.values()], layers, untrusted };
}

// ---------------------------------------------------------------- configuration files

interface Project {
  readonly config?: string;
  /** What lies in its folder of plugins. */
  readonly plugins: readonly string[];
}

/** The nearest folder upward that configures Gantry; the home folder and what lies above it do not. */
function findProject({ cwd, home }: DiscoverOptions): Project {
  for (let at = cwd; at !== home; at = path.dirname(at)) {
    const [config] = existing(at, CONFIG_NAMES).filter((file) => !file.endsWith("package.json") || hasGantryKey(file));
    const plugins = pluginsIn(path.join(at, ".gantry", "plugins"));
    if (config || plugins.length) return { ...(config && { config }), plugins };
    if (at === path.dirname(at)) break;
  }
  return { plugins: [] };
}

function existing(folder: string, names: readonly string[]): string[] {
  const isFile = (file: string) => fs.existsSync(file) && fs.statSync(file).isFile();
  return names.map((name) => path.join(folder, name)).filter(isFile);
}

/** A package that cannot be read is not ours to complain about. */
function hasGantryKey(file: string): boolean {
  try {
    return "gantry" in JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}

async function readConfig(file: string): Promise<ConfigLayer> {
  const { cosmiconfig, defaultLoaders } = await import("cosmiconfig");
  const code = async (from: string) => defaultOf(await importForeign(from));
  const loaders = { ...defaultLoaders, ".ts": code, ".mts": code, ".js": code, ".mjs": code, ".cjs": code };
  const broken = (problem: string, cause?: unknown) => error("GANTRY_CONFIG_BROKEN", { file, problem }, cause);
  const result = await cosmiconfig("gantry", { loaders })
    .load(file)
    .catch((cause) => {
      throw broken(problemIn(cause, file), cause);
    });
  const values = result?.config ?? {};
  if (!isRecord(values)) throw broken("it holds no object.");
  return { from: file, values };
}

function checkKeys(layers: readonly ConfigLayer[], found: ReadonlyMap<string, Found>, catalogue: Catalogue) {
  const known = new Set([...found.keys(), ...Object.keys(catalogue.plugins), "preset", "plugins", "$schema"]);
  for (const { from, values } of layers) {
    for (const key of Object.keys(values))
      if (!known.has(key)) throw error("GANTRY_CONFIG_UNKNOWN", { key, from, known });
  }
}

// ---------------------------------------------------------------- what is asked for

interface Request {
  /** A name, a path, or `-name` to leave one out. */
  readonly name: string;
  /** A configuration that is code may hold the plugin itself. */
  readonly plugin?: Plugin;
  readonly from: string;
}

/** The preset of the nearest layer that names one, then each layer's plugins, farthest first. */
function requested(layers: readonly ConfigLayer[], { presets }: Catalogue): readonly Request[] {
  const requests: Request[] = [];
  const naming = layers.find(({ values }) => values.preset !== undefined);
  if (naming) {
    const name = String(naming.values.preset);
    const preset = presets[name];
    if (!preset) throw error("GANTRY_PRESET_UNKNOWN", { name, from: naming.from, known: Object.keys(presets) });
    for (const plugin of preset.plugins) requests.push({ name: plugin, from: `preset ${name}` });
  }
  for (const { from, values } of layers.toReversed()) {
    for (const entry of [values.plugins ?? []].flat()) requests.push(requestOf(entry, from));
  }
  return requests;
}

function requestOf(entry: unknown, from: string): Request {
  if (isPlugin(entry)) return { name: entry.manifest.name, plugin: entry, from };
  if (typeof entry === "string") return { name: entry, from };
  const problem = `${describe(entry)} is neither a name nor a path`;
  throw error("GANTRY_CONFIG_INVALID", { key: "plugins", problem, from });
}

async function fulfil({ name, plugin, from }: Request, { plugins }: Catalogue): Promise<readonly Found[]> {
  if (plugin) return [handed(plugin, from)];
  const builtIn = plugins[name];
  if (builtIn) return [{ name, plugin: builtIn, from: "built-in", namedBy: from, loadMs: 0 }];
  const file = await resolveForeign(name, from);
  if (!file) throw error("GANTRY_PLUGIN_UNKNOWN", { name, from, known: Object.keys(plugins) });
  return loadPlugins(file, from);
}
