/** One immutable set of hooks, slots and services. A change builds the next one; sessions adopt it between turns. */
import {
  type Command,
  type CommandManifest,
  type HookName,
  type Hooks,
  type JsonObject,
  messageOf,
  type ServiceKey,
  SLOTS,
  type SlotHandlers,
  type SlotManifests,
  type SlotName,
  type TapReport,
  type ToolImplementation,
  type ToolInfo,
  type ToolManifest,
  type ToolSpec,
  type WrapTool,
} from "gantry/sdk";
import * as z from "zod";
import type { Member } from "./activate.ts";
import { error } from "./errors.ts";
import { checkClaims } from "./graph.ts";
import { type TapAllOptions, tapAll } from "./taps.ts";
import type { Pending } from "./trace.ts";

/** A command by its name, or else by an alias. */
export function findCommand({ commands }: Generation, name: string): Entry<CommandManifest, Command> | undefined {
  return commands.get(name) ?? [...commands.values()].find(({ manifest }) => manifest.aliases?.includes(name));
}

/** A thing of a slot: what its manifest says, who owns it, and how to get its handler. */
export interface Entry<M, H> {
  readonly name: string;
  readonly manifest: M;
  readonly owner: Member;
  /** Sets the plugin up if need be. */
  readonly handler: () => Promise<H>;
}

export interface ToolEntry extends Entry<ToolManifest, ToolImplementation<never>> {
  readonly info: ToolInfo;
  /** In plugin order: the first is the outermost. */
  readonly wraps: readonly { readonly owner: Member; readonly wrap: () => Promise<WrapTool> }[];
}

/** What each slot holds, by name. */
type SlotEntry<S extends SlotName> = Entry<SlotManifests[S], SlotHandlers[S]>;
type Slotted = { readonly [S in SlotName]: ReadonlyMap<string, SlotEntry<S>> };

export interface Generation extends Slotted {
  readonly number: number;
  readonly members: readonly Member[];
  readonly hooks: Hooks;
  readonly tools: ReadonlyMap<string, ToolEntry>;
  /** Tool names by alias. */
  readonly aliases: ReadonlyMap<string, string>;
  /** The tools as a model sees them, in plugin order; made when a session first needs them. */
  readonly specs: readonly ToolSpec[];
  /** The taps of every hook, in the order they run. */
  readonly taps: Readonly<Record<HookName, readonly TapReport[]>>;
  /** A service, its owner set up; `undefined` when no plugin provides it. */
  service<T>(key: ServiceKey<T>): Promise<T | undefined>;
  /** Which plugins are being waited for. */
  waiting(): Iterable<Pending>;
  /** Sets up what cannot wait for its first call: plugins that tap a synchronous hook. */
  prepare(): Promise<void>;
}

export interface GenerationOptions extends TapAllOptions {
  readonly number: number;
  readonly service: Generation["service"];
}

export function createGeneration(options: GenerationOptions): Generation {
  const { members, activate } = options;
  const { hooks, taps, guard } = tapAll(options);
  const tools = new Map([...keyed("tools")].map(([name, entry]) => [name, asTool(entry, members, activate)]));
  const aliases = new Map(
    [...tools.values()].flatMap(({ info }) => (info.aliases ?? []).map((alias) => [alias, info.name] as const)),
  );

  /** What a slot holds, by name: what manifests declare, checked before, and what was contributed at run time. */
  function keyed<S extends SlotName>(slot: S): Map<string, SlotEntry<S>> {
    const entries = members.flatMap((owner) => [...declaredIn(slot, owner, activate), ...contributedTo(slot, owner)]);
    checkClaims(
      slot,
      entries.map(({ name, owner }) => [name, owner.name]),
    );
    return new Map(entries.map((entry) => [entry.name, entry]));
  }

  let made: readonly ToolSpec[] | undefined;
  return Object.freeze<Generation>({
    number: options.number,
    members,
    hooks,
    ...(Object.fromEntries(SLOTS.map((slot) => [slot, keyed(slot)])) as unknown as Slotted),
    tools,
    aliases,
    get specs() {
      made ??= Object.freeze([...tools.values()].map(({ info }) => specOf(info)));
      return made;
    },
    taps,
    service: options.service,
    waiting: () => guard.waiting(),
    async prepare() {
      for (const member of members) {
        const { taps: declared } = member.plugin.manifest;
        if (!declared?.event && !declared?.modelWrap) continue;
        const ready = activate(member);
        // What stands between the session and the model must not be missing; an observer may.
        await (declared.modelWrap ? ready : ready.catch(() => undefined));
      }
    },
  });
}

function declaredIn<S extends SlotName>(slot: S, owner: Member, activate: GenerationOptions["activate"]) {
  return Object.entries<unknown>(owner.plugin.manifest[slot] ?? {}).map(([name, manifest]) => {
    const handler = async () => ((await activate(owner))[slot] as Record<string, unknown>)[name];
    return { name, manifest, owner, handler } as SlotEntry<S>;
  });
}

function contributedTo<S extends SlotName>(slot: S, owner: Member) {
  const { [slot]: contributed = {} } = owner.contribution as Readonly<Record<string, Readonly<Record<string, object>>>>;
  return Object.entries(contributed).map(([name, both]) => {
    const { run, ...manifest } = both as { readonly run: unknown };
    return { name, manifest, owner, handler: async () => run } as unknown as SlotEntry<S>;
  });
}

// ---------------------------------------------------------------- tools

function asTool(
  entry: Entry<ToolManifest, ToolImplementation<never>>,
  members: readonly Member[],
  activate: GenerationOptions["activate"],
): ToolEntry {
  const wraps = members
    .filter(({ plugin }) => plugin.manifest.wraps?.includes(entry.name))
    .map((owner) => ({ owner, wrap: async () => (await activate(owner)).wraps?.[entry.name] as WrapTool }));
  const info = Object.freeze({ ...entry.manifest, name: entry.name, owner: entry.owner.name });
  return { ...entry, info, wraps };
}

const specs = new WeakMap<ToolManifest["input"], JsonObject>();

function specOf({ name, owner, description, input }: ToolInfo): ToolSpec {
  try {
    const schema = specs.get(input) ?? schemaOf(input);
    specs.set(input, schema);
    return Object.freeze({ name, description, input_schema: schema });
  } catch (thrown) {
    throw error("GANTRY_TOOL_SCHEMA", { name, owner, problem: messageOf(thrown) }, thrown);
  }
}

function schemaOf(input: ToolManifest["input"]): JsonObject {
  if ("jsonSchema" in input) return input.jsonSchema;
  const { $schema, additionalProperties, ...schema } = z.toJSONSchema(input, { io: "input", override: withoutBounds });
  return schema as JsonObject;
}

/** Every integer lies within these bounds; saying so would cost bytes in every request. */
function withoutBounds({ jsonSchema }: { readonly jsonSchema: { minimum?: number; maximum?: number } }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
