/**
 * Finds what there is: configuration files, and the plugins that they, the presets and the plugin folders name. Of a folder
 * that is not trusted only the names of its files are looked at.
 */
import fs from "node:fs";
import path from "node:path";
import type { Plugin, Preset } from "gantry/sdk";
import { messageOf } from "gantry/sdk";
import { type ConfigLayer, isRecord } from "./config.ts";
import { error } from "./errors.ts";
import { importForeign, isForeignSource } from "./load.ts";

/** The plugins and presets that come with the program. */
export interface Catalogue {
  readonly plugins: Readonly<Record<string, Plugin>>;
  readonly presets: Readonly<Record<string, Preset>>;
}

/** A plugin that was found, and how. */
export interface Found {
  readonly name: string;
  readonly plugin: Plugin;
  /** `built-in`, or the file. */
  readonly from: string;
  readonly namedBy: string;
  readonly loadMs: number;
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
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export async function discover(options: DiscoverOptions): Promise<Discovery> {
  const { stateFolder, isTrusted, useFiles } = options;
  const project: Project = useFiles ? findProject(options) : { folders: [] };
  const projectLayers = isTrusted && project.config ? [await readConfig(project.config)] : [];
  const userConfig = useFiles ? existing(stateFolder, USER_NAMES)[0] : undefined;
  const userLayers = userConfig ? [await readConfig(userConfig)] : [];
  const layers = [...options.nearest, ...projectLayers, ...userLayers, ...options.defaults].filter(
    (layer) => Object.keys(layer.values).length,
  );

  const found = new Map<string, Found>();
  for (const plugin of options.plugins) add(found, handed(plugin, "the embedder"));
  for (const request of requested(layers, options.catalogue)) {
    if (request.plugin) add(found, handed(request.plugin, request.from));
    else if (request.name.startsWith("-")) found.delete(request.name.slice(1));
    else for (const one of await resolve(request, options.catalogue)) add(found, one);
  }
  const folders = [...(useFiles ? [path.join(stateFolder, "plugins")] : []), ...(isTrusted ? project.folders : [])];
  for (const file of folders.flatMap(pluginFiles)) {
    for (const one of await loadFile(file, "its folder")) add(found, one);
  }
  checkKeys(layers, found, options.catalogue);

  const untrusted = isTrusted
    ? []
    : [...(project.config ? [project.config] : []), ...project.folders.flatMap(pluginFiles)];
  return { found: [...found.values()], layers, untrusted };
}

// ---------------------------------------------------------------- configuration files

interface Project {
  readonly config?: string;
  /** Folders of plugins. */
  readonly folders: readonly string[];
}

/** The nearest folder upward that configures Gantry; the home folder and what lies above it do not. */
function findProject({ cwd, home }: DiscoverOptions): Project {
  for (let at = cwd; at !== home; at = path.dirname(at)) {
    const config = existing(at, CONFIG_NAMES).find(
      (file) => path.basename(file) !== "package.json" || hasGantryKey(file),
    );
    const plugins = path.join(at, ".gantry", "plugins");
    const folders = fs.existsSync(plugins) ? [plugins] : [];
    if (config || folders.length) return { ...(config && { config }), folders };
    if (at === path.dirname(at)) break;
  }
  return { folders: [] };
}

function existing(folder: string, names: readonly string[]): string[] {
  return names.map((name) => path.join(folder, name)).filter((file) => fs.existsSync(file));
}

function hasGantryKey(file: string): boolean {
  try {
    return /"gantry"\s*:\s*\{/.test(fs.readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}

async function readConfig(file: string): Promise<ConfigLayer> {
  const { cosmiconfig, defaultLoaders } = await import("cosmiconfig");
  const code = async (from: string) => defaultOf(await importForeign(from));
  const loaders = { ...defaultLoaders, ".ts": code, ".mts": code, ".js": code, ".mjs": code, ".cjs": code };
  let result: Awaited<ReturnType<ReturnType<typeof cosmiconfig>["load"]>>;
  try {
    result = await cosmiconfig("gantry", { loaders }).load(file);
  } catch (cause) {
    throw error("GANTRY_CONFIG_BROKEN", { file, problem: firstLine(messageOf(cause)) }, cause);
  }
  const values = result?.config ?? {};
  if (!isRecord(values)) throw error("GANTRY_CONFIG_BROKEN", { file, problem: "it holds no object." });
  return { from: file, values };
}

function checkKeys(layers: readonly ConfigLayer[], found: ReadonlyMap<string, Found>, catalogue: Catalogue) {
  const known = new Set([...found.keys(), ...Object.keys(catalogue.plugins)]);
  for (const { from, values } of layers) {
    for (const key of Object.keys(values)) {
      if (key === "preset" || key === "plugins" || key === "$schema" || known.has(key)) continue;
      throw error("GANTRY_CONFIG_UNKNOWN", { key, from, known });
    }
  }
}

// ---------------------------------------------------------------- plugins

interface Request {
  /** A name, a path, or `-name` to leave one out. */
  readonly name: string;
  /** A configuration that is code may hold the plugin itself. */
  readonly plugin?: Plugin;
  readonly from: string;
}

/** What the layers ask for: the preset of the nearest layer that names one, then each layer's plugins, farthest first. */
function requested(layers: readonly ConfigLayer[], catalogue: Catalogue): readonly Request[] {
  const requests: Request[] = [];
  const presetLayer = layers.find((layer) => layer.values.preset !== undefined);
  if (presetLayer) {
    const name = String(presetLayer.values.preset);
    const preset = catalogue.presets[name];
    if (!preset)
      throw error("GANTRY_PRESET_UNKNOWN", {
        name,
        from: presetLayer.from,
        known: Object.keys(catalogue.presets),
      });
    for (const plugin of preset.plugins) requests.push({ name: plugin, from: `preset ${name}` });
  }
  for (const { from, values } of layers.toReversed()) {
    if (values.plugins === undefined) continue;
    const entries: unknown[] = Array.isArray(values.plugins) ? values.plugins : [values.plugins];
    for (const entry of entries) {
      if (isPlugin(entry)) requests.push({ name: entry.manifest.name, plugin: entry, from });
      else if (typeof entry === "string") requests.push({ name: entry, from });
      else
        throw error("GANTRY_CONFIG_INVALID", {
          key: "plugins",
          problem: `${describe(entry)} is neither a name nor a path`,
          from,
        });
    }
  }
  return requests;
}

async function resolve({ name, from }: Request, catalogue: Catalogue): Promise<readonly Found[]> {
  const builtIn = catalogue.plugins[name];
  if (builtIn) return [{ name, plugin: builtIn, from: "built-in", namedBy: from, loadMs: 0 }];
  const base = path.isAbsolute(from) ? path.dirname(from) : process.cwd();
  if (/^\.{0,2}\//.test(name)) {
    const file = path.resolve(base, name);
    if (!fs.existsSync(file)) throw error("GANTRY_PLUGIN_UNKNOWN", { name, from, known: siblings(file, name) });
    return loadFile(fs.statSync(file).isDirectory() ? (indexOf(file) ?? file) : file, from);
  }
  const installed = packageOf(name, base);
  if (!installed) throw error("GANTRY_PLUGIN_UNKNOWN", { name, from, known: Object.keys(catalogue.plugins) });
  return loadFile(installed, from);
}

/** A module holds one plugin, or a list of them. */
async function loadFile(file: string, namedBy: string): Promise<readonly Found[]> {
  const started = performance.now();
  let module: unknown;
  try {
    module = await importForeign(file);
  } catch (cause) {
    throw error("GANTRY_PLUGIN_BROKEN", { name: file, problem: firstLine(messageOf(cause)) }, cause);
  }
  const value = defaultOf(module);
  const loadMs = performance.now() - started;
  return (Array.isArray(value) ? value : [value]).map((plugin) => {
    if (!isPlugin(plugin)) throw error("GANTRY_PLUGIN_SHAPE", { name: file, got: describe(plugin) });
    return { name: checkName(plugin, file), plugin, from: file, namedBy, loadMs };
  });
}

function handed(plugin: Plugin, from: string): Found {
  return { name: checkName(plugin, from), plugin, from, namedBy: from, loadMs: 0 };
}

function checkName(plugin: Plugin, from: string): string {
  const { name } = plugin.manifest;
  if (!NAME.test(name)) throw error("GANTRY_PLUGIN_NAME", { name, from });
  return name;
}

function add(found: Map<string, Found>, next: Found) {
  const first = found.get(next.name);
  if (first && first.plugin !== next.plugin) {
    throw error("GANTRY_PLUGIN_TWICE", { name: next.name, first: first.from, second: next.from });
  }
  if (!first) found.set(next.name, next);
}

/** The plugins that lie in a folder: files, and folders with an index. */
function pluginFiles(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return indexOf(file) ?? [];
      return isForeignSource(entry.name) && !/\.(test|d)\.[cm]?[jt]s$/.test(entry.name) ? file : [];
    });
}

function indexOf(folder: string): string | undefined {
  return existing(folder, ["index.ts", "index.mts", "index.js", "index.mjs"])[0] ?? packageEntry(folder);
}

function packageOf(name: string, base: string): string | undefined {
  for (let at = base; ; at = path.dirname(at)) {
    const folder = path.join(at, "node_modules", name);
    if (fs.existsSync(path.join(folder, "package.json"))) return packageEntry(folder) ?? indexOf(folder);
    if (at === path.dirname(at)) return undefined;
  }
}

/** The module a package names: `exports["."]`, `module` or `main`. */
function packageEntry(folder: string): string | undefined {
  try {
    const pkg = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    const root = isRecord(pkg.exports) ? (pkg.exports["."] ?? pkg.exports) : pkg.exports;
    const entry = [isRecord(root) ? (root.import ?? root.default) : root, pkg.module, pkg.main].find(
      (e) => typeof e === "string",
    );
    return entry && path.join(folder, entry);
  } catch {
    return undefined;
  }
}

function siblings(file: string, name: string): string[] {
  const folder = path.dirname(file);
  return fs.existsSync(folder)
    ? fs.readdirSync(folder).map((entry) => path.posix.join(path.posix.dirname(name), entry))
    : [];
}

function isPlugin(value: unknown): value is Plugin {
  return (
    isRecord(value) && value.isGantryPlugin === 1 && isRecord(value.manifest) && typeof value.manifest.name === "string"
  );
}

function defaultOf(module: unknown): unknown {
  return isRecord(module) && "default" in module ? module.default : module;
}

function describe(value: unknown): string {
  return value === undefined
    ? "nothing"
    : isRecord(value)
      ? `an object with ${Object.keys(value).join(", ") || "no keys"}`
      : `a ${typeof value}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}
