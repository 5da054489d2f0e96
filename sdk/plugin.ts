import type * as z from "zod";
import type { HookName, Hooks, TapOptions, Taps } from "./hooks.ts";
import type { HostInfo } from "./host.ts";
import type { Scope } from "./scope.ts";
import type { Needs, ServiceKey, Used } from "./service.ts";
import type { Flags, SlotHandlers, SlotManifests, SlotName } from "./slots.ts";
import type { ToolImplementation, ToolInput, ToolManifest, WrapTool } from "./tool.ts";
import type { ThemeManifest } from "./view.ts";

/** What a plugin says of itself: data only, so that the host can show and order it without running it. */
export interface Manifest {
  /** Lower case, words joined by `-`; also its folder and its key in the configuration. */
  readonly name: string;
  /** One sentence for people, shown in lists and in the reference. */
  readonly description?: string;
  readonly version?: string;
  /**
   * The schema of its object in the configuration, or a function that makes it at first need, which spares a start that does without.
   * Every key needs a default or is optional; `.describe` says what it means.
   */
  readonly config?: z.ZodType | (() => z.ZodType);
  /** The services it uses. */
  readonly needs?: Needs;
  /** The services it owns. */
  // biome-ignore lint/suspicious/noExplicitAny: a record of keys of any type
  readonly provides?: Readonly<Record<string, ServiceKey<any>>>;
  /** By the name that the model calls. */
  readonly tools?: Readonly<Record<string, ToolManifest>>;
  /** By name, without the slash. */
  readonly commands?: Readonly<Record<string, SlotManifests["commands"]>>;
  readonly subcommands?: Readonly<Record<string, SlotManifests["subcommands"]>>;
  readonly providers?: Readonly<Record<string, SlotManifests["providers"]>>;
  readonly frontends?: Readonly<Record<string, SlotManifests["frontends"]>>;
  /** What the folder asks for, by kind, such as `hooks`. */
  readonly claims?: Readonly<Record<string, SlotManifests["claims"]>>;
  /** How calls of tools look, by the name of the tool: its own tools or those of others. */
  readonly renderers?: Readonly<Record<string, SlotManifests["renderers"]>>;
  /** By name. */
  readonly statusItems?: Readonly<Record<string, SlotManifests["statusItems"]>>;
  /** Colours, by the name of the theme. */
  readonly themes?: Readonly<Record<string, ThemeManifest>>;
  /** By name, without the dashes. */
  readonly flags?: Flags;
  /**
   * The hooks it taps, with what can be said of each tap as data. A plugin whose setup is lazy must name them, so that it
   * is loaded at its first tap; any other may leave them out and return `taps` from setup. A plugin that names them and cannot
   * be set up is off, and its gates deny; one that does not is an error at the start, since it might have been a gate.
   */
  readonly taps?: { readonly [H in HookName]?: true | TapOptions };
  /** The tools it wraps, by name. */
  readonly wraps?: readonly string[];
}

/** The configuration of a plugin, validated: what setup gets, for the plugin's other modules. */
export type ConfigOf<M> = M extends { readonly config: infer C }
  ? C extends z.ZodType
    ? z.output<C>
    : C extends () => z.ZodType
      ? z.output<ReturnType<C>>
      : undefined
  : undefined;

/** The schema of a plugin's configuration, made where it has not been. */
export function configSchemaOf({ config }: Pick<Manifest, "config">): z.ZodType | undefined {
  return typeof config === "function" ? config() : config;
}

/**
 * Tells what a plugin does, for whoever debugs it: shown with `--debug`, never to the model.
 *
 * **Contract**: never throws.
 */
export type Log = (message: string) => void;

/** What setup is given. */
export interface SetupContext<M extends Manifest = Manifest> {
  /** Its configuration, validated, with defaults. */
  readonly config: ConfigOf<M>;
  /** The services it needs. */
  readonly use: M extends { readonly needs: infer N extends Needs } ? Used<N> : Record<never, never>;
  readonly host: HostInfo;
  readonly log: Log;
  /** The plugin's lifetime: own what must be ended with it. */
  readonly scope: Scope;
  /**
   * The one door for contributions that are not known beforehand, such as the tools of an MCP server: replaces what was
   * contributed through it before and builds the next generation; sessions adopt it between turns.
   */
  readonly contribute: (contribution: Contribution) => Promise<void>;
}

/**
 * Contributions made at run time: manifests and handlers side by side.
 *
 * @example
 * const contribution: Contribution = {
 *   tools: { Tides: { description: "Say when the tide is high.", input: z.object({}), run: () => "At noon." } },
 * };
 */
export interface Contribution {
  readonly tools?: Readonly<Record<string, ToolManifest & { readonly run: ToolImplementation<never> }>>;
  readonly commands?: Readonly<Record<string, SlotManifests["commands"] & { readonly run: SlotHandlers["commands"] }>>;
}

type InputOf<T> = T extends { readonly input: infer I }
  ? I extends z.ZodType
    ? z.output<I>
    : I extends ToolInput
      ? Record<string, unknown>
      : never
  : never;

type ToolsOf<M> = M extends { readonly tools: infer T }
  ? { readonly tools: { readonly [K in keyof T]: ToolImplementation<InputOf<T[K]>> } }
  : { readonly tools?: never };
type SlotOf<M, S extends Exclude<SlotName, "tools">> = M extends { readonly [K in S]: infer T }
  ? { readonly [K in S]: { readonly [N in keyof T]: SlotHandlers[S] } }
  : { readonly [K in S]?: never };
type ServicesOf<M> = M extends { readonly provides: infer P }
  ? { readonly services: { readonly [K in keyof P]: P[K] extends ServiceKey<infer T> ? T : never } }
  : { readonly services?: never };
type TapsOf<M> = M extends { readonly taps: infer T }
  ? [keyof T] extends [never]
    ? { readonly taps?: Record<never, never> }
    : { readonly taps: { readonly [H in keyof T & HookName]: NonNullable<Taps[H]> } }
  : { readonly taps?: Taps };
type WrapsOf<M> = M extends { readonly wraps: readonly (infer W extends string)[] }
  ? { readonly wraps: { readonly [K in W]: WrapTool } }
  : { readonly wraps?: never };

/** What setup returns: a handler for exactly the names in the manifest. */
export type Handlers<M extends Manifest = Manifest> = ToolsOf<M> &
  SlotOf<M, "commands"> &
  SlotOf<M, "subcommands"> &
  SlotOf<M, "providers"> &
  SlotOf<M, "frontends"> &
  SlotOf<M, "claims"> &
  SlotOf<M, "renderers"> &
  SlotOf<M, "statusItems"> &
  ServicesOf<M> &
  TapsOf<M> &
  WrapsOf<M> & {
    /** For whoever wants tapable itself: the hooks of the generation, each already bound to this plugin. */
    readonly apply?: (hooks: Hooks) => void;
  };

/**
 * The one function of a plugin. Called at the first need, once.
 *
 * **Contract**: may throw (the plugin is off and says so; see `taps` of {@link Manifest}); has 30 s; starts nothing that `scope`
 * does not own.
 */
export type Setup<M extends Manifest = Manifest> = (context: SetupContext<M>) => Handlers<M> | Promise<Handlers<M>>;

/** A setup in a module of its own, loaded at first need. */
export interface LazySetup<M extends Manifest = Manifest> {
  readonly isLazy: true;
  readonly load: () => Promise<{ readonly default: Setup<M> }>;
}

/** A plugin: its manifest and its setup. The default export of its module. */
export interface Plugin {
  readonly isGantryPlugin: 1;
  readonly manifest: Manifest;
  readonly setup:
    | LooseSetup
    | (Omit<LazySetup, "load"> & { readonly load: () => Promise<{ readonly default: LooseSetup }> })
    | undefined;
}

/** A setup as the kernel calls it: what it returns is checked against the manifest when it runs. */
export type LooseSetup = (context: never) => object | Promise<object>;

/**
 * Freezes a manifest and keeps its exact type for {@link Setup}; for a plugin in two files.
 *
 * @example
 * export const weather = manifest({
 *   name: "weather",
 *   config: z.object({ unit: z.enum(["C", "F"]).default("C").describe("degrees to answer in") }),
 *   commands: { weather: { description: "Say how it is." } },
 * });
 */
export function manifest<const M extends Manifest>(data: M): M {
  return Object.freeze(data);
}

/**
 * A setup that is loaded at first need, so that a manifest costs nothing to look at. The only place for `import()`.
 *
 * @example
 * export const weather = manifest({ name: "weather", commands: { weather: { description: "Say how it is." } } });
 * export default definePlugin(weather, lazy(() => import("./weather.ts")));
 */
export function lazy<M extends Manifest>(load: () => Promise<{ readonly default: Setup<M> }>): LazySetup<M> {
  return { isLazy: true, load };
}

/** The manifest that a one-file plugin's properties add up to. */
type ManifestOf<C, N, P, T, Co, Su, Pr, F, Cl, Re, St, Ta, W> = { readonly name: string } & (C extends z.ZodType
  ? { readonly config: C }
  : unknown) &
  (N extends Needs ? { readonly needs: N } : unknown) &
  (P extends object ? { readonly provides: P } : unknown) &
  (T extends object ? { readonly tools: T } : unknown) &
  (Co extends object ? { readonly commands: Co } : unknown) &
  (Su extends object ? { readonly subcommands: Su } : unknown) &
  (Pr extends object ? { readonly providers: Pr } : unknown) &
  (F extends object ? { readonly frontends: F } : unknown) &
  (Cl extends object ? { readonly claims: Cl } : unknown) &
  (Re extends object ? { readonly renderers: Re } : unknown) &
  (St extends object ? { readonly statusItems: St } : unknown) &
  (Ta extends object ? { readonly taps: Ta } : unknown) &
  (W extends readonly string[] ? { readonly wraps: W } : unknown);

/**
 * Defines a plugin: in one file as `{ ...manifest, setup }`, or in two as a manifest and a lazy setup. A plugin without
 * setup is data only, such as flags.
 *
 * @example
 * export default definePlugin({
 *   name: "greeter",
 *   config: z.object({ greeting: z.string().default("Hello") }),
 *   needs: { files: Files },
 *   commands: { greet: { description: "Greet a file." } },
 *   setup: ({ config, use }) => ({
 *     commands: { greet: async (path) => ((await use.files.stat(path)) ? `${config.greeting}, ${path}.` : "Nobody there.") },
 *   }),
 * });
 */
export function definePlugin<
  // Inferred property by property, so that `setup` may use what the others say.
  const C extends Manifest["config"] = undefined,
  const N extends Manifest["needs"] = undefined,
  const P extends Manifest["provides"] = undefined,
  const T extends Manifest["tools"] = undefined,
  const Co extends Manifest["commands"] = undefined,
  const Su extends Manifest["subcommands"] = undefined,
  const Pr extends Manifest["providers"] = undefined,
  const F extends Manifest["frontends"] = undefined,
  const Cl extends Manifest["claims"] = undefined,
  const Re extends Manifest["renderers"] = undefined,
  const St extends Manifest["statusItems"] = undefined,
  const Ta extends Manifest["taps"] = undefined,
  const W extends Manifest["wraps"] = undefined,
>(
  plugin: Pick<Manifest, "name" | "description" | "version" | "flags" | "themes"> & {
    readonly config?: C;
    readonly needs?: N;
    readonly provides?: P;
    readonly tools?: T;
    readonly commands?: Co;
    readonly subcommands?: Su;
    readonly providers?: Pr;
    readonly frontends?: F;
    readonly claims?: Cl;
    readonly renderers?: Re;
    readonly statusItems?: St;
    readonly taps?: Ta;
    readonly wraps?: W;
    readonly setup?: Setup<ManifestOf<C, N, P, T, Co, Su, Pr, F, Cl, Re, St, Ta, W>>;
  },
): Plugin;
/** Defines a plugin in two files: its {@link manifest}, and its setup, usually {@link lazy}. */
export function definePlugin<const M extends Manifest>(
  manifest: M,
  setup: Setup<NoInfer<M>> | LazySetup<NoInfer<M>>,
): Plugin;
export function definePlugin(plugin: Manifest & { setup?: unknown }, second?: unknown): Plugin {
  const { setup = second, ...data } = plugin;
  return Object.freeze({ isGantryPlugin: 1, manifest: Object.freeze(data), setup: setup as Plugin["setup"] });
}

/**
 * Defines a plugin that is one tool.
 *
 * @example
 * export default defineTool({
 *   name: "Weather",
 *   description: "Say what the weather is in a city.",
 *   input: z.object({ city: z.string() }),
 *   traits: { readOnly: true },
 *   run: async ({ city }) => `12 °C in ${city}`,
 * });
 */
export function defineTool<Input extends ToolInput>(
  tool: ToolManifest<Input> & {
    readonly name: string;
    readonly run: ToolImplementation<InputOf<{ input: Input }>>;
  },
): Plugin {
  const { name, run, ...data } = tool;
  const plugin = name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .toLowerCase();
  return Object.freeze({
    isGantryPlugin: 1,
    manifest: Object.freeze({ name: plugin, tools: { [name]: data } }),
    setup: () => ({ tools: { [name]: run } }),
  });
}

/** A preset: a list of plugin names, nothing else. */
export interface Preset {
  readonly isGantryPreset: 1;
  readonly name: string;
  /** In order: where hooks and slots leave the order open, this is it. */
  readonly plugins: readonly string[];
}

/**
 * Defines a preset: in order, the plugins to begin with.
 *
 * @example
 * export default definePreset("reading", ["files-node", "provider-anthropic", "tool-read", "frontend-headless"]);
 */
export function definePreset(name: string, plugins: readonly string[]): Preset {
  return Object.freeze({ isGantryPreset: 1, name, plugins: Object.freeze([...plugins]) });
}
