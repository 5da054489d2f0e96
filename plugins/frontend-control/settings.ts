import { EFFORTS, type SettingsLayer, z } from "gantry/sdk";
import type { Kit } from "./kit.ts";

const SOURCES: Readonly<Record<SettingsLayer, string>> = {
  managed: "policySettings",
  flag: "flagSettings",
  local: "localSettings",
  project: "projectSettings",
  user: "userSettings",
};

/** What counts of the settings: all together, and of each source, the nearest last. */
export async function settingsOf({ session, use }: Kit): Promise<object> {
  const settings = await use.settings?.();
  if (!settings) throw new Error("No plugin reads settings here.");
  const { model } = await session();
  const all = z.record(z.string(), z.unknown());
  const sources = settings.layers("", all).map(({ layer, source, value }) => ({
    source: SOURCES[layer],
    path: source,
    settings: value,
  }));
  return {
    effective: settings.get("", all) ?? {},
    sources: sources.toReversed(),
    applied: { model: model.id, effort: settings.get("effortLevel", z.enum(EFFORTS)) ?? null },
  };
}
