import type { HostReport, PluginReport } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { columns } from "./columns.ts";

export function pluginsText(report: HostReport): string {
  const rows = report.plugins.map((plugin) => [
    plugin.name,
    plugin.state,
    plugin.from,
    plugin.namedBy,
    milliseconds(plugin.loadMs),
    milliseconds(plugin.setupMs),
    additions(plugin),
  ]);
  const loadMs = report.plugins.reduce((sum, { loadMs }) => sum + loadMs, 0);
  const sum = `${report.plugins.length} plugins, loaded in ${milliseconds(loadMs)}; the host was ready after ${milliseconds(report.bootMs)}.`;
  return `${columns([["plugin", "state", "from", "named by", "load", "setup", "adds"], ...rows])}\n\n${sum}`;
}

/** Manifests hold schemas, which JSON cannot carry: everything else. */
export function pluginsJson({ generation, bootMs, plugins }: HostReport) {
  return { generation, bootMs, plugins: plugins.map(({ manifest: _, ...plugin }) => plugin) };
}

export function hooksText({ hooks }: HostReport): string {
  const blocks = Object.entries(hooks).map(([hook, taps]) => {
    const rows = taps.map(({ plugin, only, because }, at) => [
      `${at + 1}.`,
      plugin,
      only ? `only ${only.join(", ")}` : "",
      because,
    ]);
    return `${hook}\n${columns(rows.length ? rows : [["nobody"]], "  ")}`;
  });
  return blocks.join("\n");
}

export function additions({ contributes, provides, wraps, manifest }: PluginReport): string {
  const taps = Object.keys(manifest.taps ?? {});
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ...Object.entries(contributes),
    ["services", provides],
    ["hooks", taps],
    ["wraps", wraps],
  ];
  const said = lists.filter(([, names]) => names.length);
  return said.map(([kind, names]) => `${kind}: ${names.map((name) => visibleLine(name)).join(", ")}`).join("; ");
}

export function milliseconds(ms: number | undefined): string {
  return ms === undefined ? "-" : `${ms.toFixed(1)} ms`;
}
