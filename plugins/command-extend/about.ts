/** One plugin, as lists tell of it. */
import type { ListItem, PluginReport } from "gantry/sdk";

export function itemOf(plugin: PluginReport, tokens: number): ListItem {
  const tone = plugin.state === "failed" ? "bad" : plugin.state === "active" ? "good" : "dim";
  const adds = addsOf(plugin).map(
    ([kind, names]) => `${names.length} ${names.length === 1 ? kind.replace(/s$/, "") : kind}`,
  );
  const took = plugin.loadMs + (plugin.setupMs ?? 0);
  return {
    id: plugin.name,
    title: [plugin.name, "  ", { text: plugin.state, tone }],
    detail: [`${took.toFixed(1)} ms`, ...(tokens ? [`${tokens} tokens`] : []), ...adds].join(", "),
    group: plugin.from === "built-in" ? "Built in" : "Added",
  };
}

export function addsOf({
  contributes,
  provides,
  wraps,
  manifest,
}: PluginReport): readonly (readonly [string, readonly string[]])[] {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ...Object.entries(contributes),
    ["services", provides],
    ["hooks", Object.keys(manifest.taps ?? {})],
    ["wraps", wraps],
  ];
  return lists.filter(([, names]) => names.length);
}

/** Whether calls may pass that it would have stopped; one that speaks of its own tools alone takes them along. */
export function isGate({ manifest, provides }: PluginReport): boolean {
  if (manifest.name.startsWith("permit-") || provides.includes("sandbox")) return true;
  const { toolGate } = manifest.taps ?? {};
  if (toolGate === undefined) return false;
  const only = toolGate === true ? undefined : toolGate.only;
  return only?.every((tool) => Object.hasOwn(manifest.tools ?? {}, tool)) !== true;
}
