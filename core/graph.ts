import { type Plugin, type ServiceKey, SLOTS } from "gantry/sdk";
import { error } from "./errors.ts";

/** What ordering needs to know of a plugin. */
interface Node {
  readonly plugin: Plugin;
  readonly name: string;
}

/** Which plugin provides each service. */
export type Owners<N> = ReadonlyMap<ServiceKey<unknown>, N>;

/**
 * The plugins in the order they were named, but each after those whose services it needs. Checks that every need is met,
 * that nothing is claimed twice, and that nobody needs himself.
 */
export function order<N extends Node>(plugins: readonly N[], given: ReadonlySet<ServiceKey<unknown>>): readonly N[] {
  const owners = ownersOf(plugins);
  checkNames(plugins);
  const ordered: N[] = [];
  const state = new Map<N, "open" | "done">();

  function visit(node: N, path: readonly N[]) {
    if (state.get(node) === "done") return;
    if (state.get(node) === "open") {
      const members = [...path.slice(path.indexOf(node)), node].map((member) => member.name);
      throw error("GANTRY_PLUGIN_CYCLE", { members });
    }
    state.set(node, "open");
    for (const need of Object.values(node.plugin.manifest.needs ?? {})) {
      const key = "key" in need ? need.key : need;
      const owner = owners.get(key);
      if (owner) visit(owner, [...path, node]);
      else if (!need.isOptional && !given.has(key))
        throw error("GANTRY_PLUGIN_NEEDS", { name: node.name, service: key.id, all: withoutIt(plugins, key) });
    }
    state.set(node, "done");
    ordered.push(node);
  }

  for (const node of plugins) visit(node, []);
  return ordered;
}

/** The plugins that cannot be there without a service: those that need it, and those that need what these provide. */
function withoutIt(plugins: readonly Node[], key: ServiceKey<unknown>): readonly string[] {
  const gone = new Set([key]);
  const names = new Set<string>();
  for (let before = -1; before < names.size; ) {
    before = names.size;
    for (const { name, plugin } of plugins) {
      const needs = Object.values(plugin.manifest.needs ?? {});
      if (!needs.some((need) => !need.isOptional && gone.has("key" in need ? need.key : need))) continue;
      names.add(name);
      for (const provided of Object.values(plugin.manifest.provides ?? {})) gone.add(provided);
    }
  }
  return [...names];
}

/** Which plugin provides each service; two for one service are an error. */
export function ownersOf<N extends Node>(plugins: readonly N[]): Owners<N> {
  const owners = new Map<ServiceKey<unknown>, N>();
  for (const node of plugins) {
    for (const key of Object.values(node.plugin.manifest.provides ?? {})) {
      const first = owners.get(key);
      if (first)
        throw error("GANTRY_PLUGIN_CLASH", { kind: "service", name: key.id, first: first.name, second: node.name });
      owners.set(key, node);
    }
  }
  return owners;
}

function checkNames(plugins: readonly Node[]) {
  for (const slot of [...SLOTS, "flags"] as const) {
    const claims = plugins.flatMap(({ name, plugin }) =>
      Object.keys(plugin.manifest[slot] ?? {}).map((claimed) => [claimed, name] as const),
    );
    checkClaims(slot, claims);
  }
}

/** A name in a slot belongs to one plugin. */
export function checkClaims(slot: string, claims: Iterable<readonly [name: string, plugin: string]>): void {
  const claimed = new Map<string, string>();
  for (const [name, second] of claims) {
    const first = claimed.get(name);
    if (first !== undefined) throw error("GANTRY_PLUGIN_CLASH", { kind: slot.replace(/s$/, ""), name, first, second });
    claimed.set(name, second);
  }
}
