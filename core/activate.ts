/** Setup, once, at first need: services first, then the plugin; what it returns is held against its manifest. */
import {
  type Contribution,
  type Handlers,
  type HostInfo,
  type LooseSetup,
  messageOf,
  type Plugin,
  type ServiceKey,
  SLOTS,
  type Taps,
  type WrapTool,
} from "gantry/sdk";
import { inTime } from "gantry/sdk/kit/in-time";
import type { Config } from "./config.ts";
import { error } from "./errors.ts";
import type { Owners } from "./graph.ts";
import type { Found } from "./load.ts";
import type { OwnedScope } from "./scope.ts";

/** How long a setup may take. */
const SETUP_MS = 30_000;

/** A plugin's handlers as the kernel uses them, whatever the manifest's type was. */
export interface LooseHandlers {
  readonly services?: Readonly<Record<string, unknown>>;
  readonly taps?: Taps;
  readonly wraps?: Readonly<Record<string, WrapTool>>;
  readonly apply?: Handlers["apply"];
  readonly [slot: string]: unknown;
}

/** A plugin of the host: what it is, and its setup under way or done. */
export interface Member extends Found {
  readonly scope: OwnedScope;
  /** Its setup's result; `undefined` until it has run. */
  handlers: LooseHandlers | undefined;
  active: Promise<LooseHandlers> | undefined;
  failure: Error | undefined;
  setupMs: number | undefined;
  contribution: Contribution;
}

export function asMember(found: Found, scope: OwnedScope): Member {
  return {
    ...found,
    scope: scope.child(found.name),
    handlers: undefined,
    active: undefined,
    failure: undefined,
    setupMs: undefined,
    contribution: {},
  };
}

export interface ActivateContext {
  readonly config: Config;
  readonly info: HostInfo;
  readonly owners: Owners<Member>;
  /** Services of the kernel itself. */
  readonly given: ReadonlyMap<ServiceKey<unknown>, unknown>;
  readonly log: (plugin: string, message: string) => void;
  /** Runs the plugin's setup if it has not run, and tells of a failure. */
  readonly activate: (member: Member) => Promise<LooseHandlers>;
  readonly contribute: (member: Member, contribution: Contribution) => Promise<void>;
}

/** Runs the plugin's setup if it has not run. Rejects, each time anew, when it failed. */
export function activate(member: Member, context: ActivateContext): Promise<LooseHandlers> {
  member.active ??= setUp(member, context).then(
    (handlers) => {
      member.handlers = handlers;
      return handlers;
    },
    (thrown) => {
      member.failure = thrown instanceof Error ? thrown : new Error(messageOf(thrown));
      throw member.failure;
    },
  );
  return member.active;
}

async function setUp(member: Member, context: ActivateContext): Promise<LooseHandlers> {
  const { plugin, name } = member;
  const config = context.config.of(name, plugin.manifest);
  const use = await servicesFor(plugin, context);
  const started = performance.now();
  const setup = await load(plugin);
  const log = (message: string) => context.log(name, message);
  const contribute = (contribution: Contribution) => context.contribute(member, contribution);
  const given = { config, use, host: context.info, log, scope: member.scope, contribute };
  const tooSlow = () => {
    throw error("GANTRY_PLUGIN_SLOW", { name, ms: SETUP_MS });
  };
  const handlers = ((await inTime(SETUP_MS, () => setup?.(given as never), tooSlow)) ?? {}) as LooseHandlers;
  check(plugin, handlers);
  member.setupMs = performance.now() - started;
  return handlers;
}

async function load(plugin: Plugin): Promise<LooseSetup | undefined> {
  if (typeof plugin.setup !== "object") return plugin.setup;
  return (await plugin.setup.load()).default;
}

async function servicesFor(plugin: Plugin, context: ActivateContext): Promise<Record<string, unknown>> {
  const use: Record<string, unknown> = {};
  for (const [name, need] of Object.entries(plugin.manifest.needs ?? {})) {
    const key = "key" in need ? need.key : need;
    const service = () => serviceOf(key, context);
    if (!need.isLater) use[name] = await service();
    else if (context.given.has(key) || context.owners.has(key)) use[name] = service;
  }
  return use;
}

/** The service behind a key, its owner set up; `undefined` when nobody provides it. */
export async function serviceOf<T>(key: ServiceKey<T>, context: ActivateContext): Promise<T | undefined> {
  if (context.given.has(key)) return context.given.get(key) as T;
  const owner = context.owners.get(key);
  if (!owner) return undefined;
  const { services } = await context.activate(owner);
  const name = Object.entries(owner.plugin.manifest.provides ?? {}).find(([, provided]) => provided === key)?.[0];
  return services?.[name as string] as T;
}

function check(plugin: Plugin, handlers: LooseHandlers) {
  const { manifest } = plugin;
  const complain = (problem: string) => {
    throw error("GANTRY_PLUGIN_HANDLERS", { name: manifest.name, problem });
  };
  const groups: readonly [string, readonly string[]][] = [
    ...SLOTS.map((slot) => [slot, Object.keys(manifest[slot] ?? {})] as [string, string[]]),
    ["services", Object.keys(manifest.provides ?? {})],
    ["wraps", manifest.wraps ?? []],
  ];
  for (const [group, declared] of groups) {
    const returned = Object.keys((handlers[group] as object | undefined) ?? {});
    for (const name of declared) if (!returned.includes(name)) complain(`it lacks ${group}.${name}.`);
    for (const name of returned) if (!declared.includes(name)) complain(`${group}.${name} is not in the manifest.`);
  }
  if (!manifest.taps) return;
  for (const hook of Object.keys(manifest.taps))
    if (!handlers.taps?.[hook as keyof Taps]) complain(`it lacks taps.${hook}.`);
  for (const hook of Object.keys(handlers.taps ?? {}))
    if (!(hook in manifest.taps)) complain(`taps.${hook} is not in the manifest.`);
}
