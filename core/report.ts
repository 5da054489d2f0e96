import { type PluginReport, SLOTS } from "gantry/sdk";
import type { Member } from "./activate.ts";

/** What can be said of a plugin: what it is, who named it, what it adds, what it took. */
export function pluginReport(member: Member): PluginReport {
  const { manifest } = member.plugin;
  const contributes = [...SLOTS, "flags"].map((slot) => {
    const added = slot === "tools" || slot === "commands" ? Object.keys(member.contribution[slot] ?? {}) : [];
    return [slot, [...Object.keys(manifest[slot as "tools"] ?? {}), ...added]] as const;
  });
  return {
    name: member.name,
    description: manifest.description,
    from: member.from,
    namedBy: member.namedBy,
    state: member.failure ? "failed" : member.handlers ? "active" : "declared",
    loadMs: member.loadMs,
    setupMs: member.setupMs,
    needs: Object.values(manifest.needs ?? {}).map(({ id, isOptional }) => (isOptional ? `${id}?` : id)),
    provides: Object.values(manifest.provides ?? {}).map(({ id }) => id),
    manifest,
    contributes: Object.fromEntries(contributes.filter(([, names]) => names.length)),
    wraps: manifest.wraps ?? [],
  };
}
