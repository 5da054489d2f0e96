/**
 * Finds what there is: configuration files, and the plugins that they, the presets and the plugin folders name. Of what is not
 * approved only the names of files are looked at, and what its package says under the key.
 */
import fs from "node:fs";
import path from "node:path";
import type { Plugin, Preset } from "gantry/sdk";
import { type Ask, gantryKey } from "./claims.ts";
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
  /** What the folder asks for; it counts as a whole or not at all, since its parts may need each other. */
  readonly asks: readonly Ask[];
}

export interface DiscoverOptions {
  readonly cwd: string;
  readonly home: string;
  readonly stateFolder: string;
  /** Whether what the folder asks for may count, just as it is. */
  readonly counts: (ask: Ask) => boolean;
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

const named = (name: string, ...endings: readonly string[]) => endings.map((ending) => `${name}${ending}`);
/** The nearer to the front, the sooner it counts. */
const CONFIG_NAMES = [
  ...named("gantry.config", ".ts", ".mts", ".js", ".mjs", ".cjs", ".json", ".yaml", ".yml"),
  ...named(".gantryrc", "", ".json", ".yaml", ".yml", ".ts", ".js"),
  "package.json",
];
const USER_NAMES = named("config", ".ts", ".js", ".mjs", ".json", ".yaml", ".yml");

export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const project = options.useFiles ? findProject(options) : NONE;
  const asks = [
    ...asking("configuration", project.config ? [project.config] : []),
    ...asking("plugin", project.plugins),
  ];
  const whole = asks.every(options.counts) ? await gather(options, project, asks) : undefined;
  return whole ?? ((await gather(options, NONE, asks)) as Discovery);
}

function asking(kind: Ask["kind"], files: readonly string[]): Ask[] {
  return files.map((file) => ({ kind, file }));
}

/** Adds to what is asked for what the project's configuration names; `undefined` when that may not count. */
async function gather(options: DiscoverOptions, project: Project, asks: Ask[]): Promise<Discovery | undefined> {
  const { stateFolder, useFiles, catalogue, counts } = options;
  const cache = path.join(stateFolder, "cache", "modules");
  const files = [project.config, useFiles ? existing(stateFolder, USER_NAMES)[0] : undefined];
  const read = await Promise.all(files.filter((file) => file !== undefined).map((file) => readConfig(file, cache)));
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
  const named = await Promise.all(requested(layers, catalogue).map((request) => resolved(request, catalogue)));
  const more = asking(
    "plugin",
    named.flatMap(({ file, from }) => (file && from === project.config ? [file] : [])),
  );
  asks.push(...more);
  if (!more.every(counts)) return undefined;
  for (const { name, from, given, file } of named) {
    if (name.startsWith("-")) found.delete(name.slice(1));
    else add(file ? await loadPlugins(file, from, cache) : given);
  }
  const own = useFiles ? pluginsIn(path.join(stateFolder, "plugins")) : [];
  for (const file of [...own, ...project.plugins]) add(await loadPlugins(file, "its folder", cache));
  checkKeys(layers, found, catalogue);
  return { found: [...found.values()], layers, asks };
}

// ---------------------------------------------------------------- configuration files

interface Project {
  readonly config?: string;
  /** What lies in its folder of plugins. */
  readonly plugins: readonly string[];
}

const NONE: Project = { plugins: [] };

/** The nearest folder upward that configures Gantry; the home folder and what lies above it do not. */
function findProject({ cwd, home }: DiscoverOptions): Project {
  for (let at = cwd; at !== home; at = path.dirname(at)) {
    const [config] = existing(at, CONFIG_NAMES).filter((file) => !isPackage(file) || gantryKey(file) !== undefined);
    const plugins = pluginsIn(path.join(at, ".gantry", "plugins"));
    if (config || plugins.length) return { ...(config && { config }), plugins };
    if (at === path.dirname(at)) break;
  }
  return NONE;
}

function isPackage(file: string): boolean {
  return path.basename(file) === "package.json";
}

function existing(folder: string, names: readonly string[]): string[] {
  const isFile = (file: string) => fs.existsSync(file) && fs.statSync(file).isFile();
  return names.map((name) => path.join(folder, name)).filter(isFile);
}

/** With the loaders alone: the package's own search would read, and run, what the working folder says of it. */
async function readConfig(file: string, cache: string): Promise<ConfigLayer> {
  const broken = (problem: string, cause?: unknown) => error("GANTRY_CONFIG_BROKEN", { file, problem }, cause);
  const values = await valuesOf(file, cache).catch((cause) => {
    throw broken(problemIn(cause, file), cause);
  });
  if (!isRecord(values)) throw broken("it holds no object.");
  return { from: file, values };
}

async function valuesOf(file: string, cache: string): Promise<unknown> {
  if (isPackage(file)) return gantryKey(file);
  const extension = path.extname(file);
  if (/^\.[cm]?[jt]s$/.test(extension)) return defaultOf(await importForeign(file, cache));
  const { defaultLoaders } = await import("cosmiconfig");
  const content = fs.readFileSync(file, "utf8");
  if (content.trim() === "") return {};
  return (await defaultLoaders[extension === ".json" ? ".json" : ".yaml"](file, content)) ?? {};
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

interface Resolved extends Request {
  /** Where it is to be loaded from; otherwise it is at hand. */
  readonly file?: string;
  readonly given: readonly Found[];
}

async function resolved(request: Request, { plugins }: Catalogue): Promise<Resolved> {
  const { name, plugin, from } = request;
  const builtIn = plugins[name];
  if (plugin) return { ...request, given: [handed(plugin, from)] };
  if (builtIn) return { ...request, given: [{ name, plugin: builtIn, from: "built-in", namedBy: from, loadMs: 0 }] };
  if (name.startsWith("-")) return { ...request, given: [] };
  const file = await resolveForeign(name, from);
  if (!file) throw error("GANTRY_PLUGIN_UNKNOWN", { name, from, known: Object.keys(plugins) });
  return { ...request, file, given: [] };
}
