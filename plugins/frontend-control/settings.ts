import { EFFORTS, type JsonObject, type SettingsLayer, z } from "gantry/sdk";
import type { Kit } from "./kit.ts";

export const SOURCES: Readonly<Record<SettingsLayer, string>> = {
  managed: "policySettings",
  flag: "flagSettings",
  local: "localSettings",
  project: "projectSettings",
  user: "userSettings",
};

/** What counts of the settings: all together, and of each source, the nearest last. */
export async function settingsOf({ session, use, wishes }: Kit): Promise<object> {
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
    // What has been asked for a moment ago counts from the next prompt on, and is no news to who asked for it.
    effective: { ...settings.get("", all), ...wishes.settings },
    sources: sources.toReversed(),
    applied: {
      model: model.id,
      effort: effortIn(wishes.settings) ?? settings.get("effortLevel", effortSchema()) ?? null,
    },
  };
}

function effortIn({ effortLevel }: JsonObject) {
  return effortSchema().safeParse(effortLevel).data;
}

function effortSchema() {
  return z.enum(EFFORTS);
}
