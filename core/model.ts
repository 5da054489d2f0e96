/** Which model answers: the one that was named, or the first that can be used. */
import type { HostInfo, ModelRef, Provider, ProviderManifest, ProviderModels } from "gantry/sdk";
import { keptKeys } from "gantry/sdk/kit/kept-keys";
import { error } from "./errors.ts";
import type { Entry, Generation } from "./generation.ts";

type ProviderEntry = Entry<ProviderManifest, Provider>;
/** Whether the environment has a variable, or the person keeps a key of that name. */
type Has = (variable: string) => boolean;

/** How long providers may look around or list their models. */
const LOOK_MS = 2_000;

/** The model a name stands for: `provider/id`, an alias, an id some provider claims or lists. */
export async function chooseModel(generation: Generation, name: string, has: Has): Promise<ModelRef> {
  const providers = [...generation.providers.values()];
  const slash = name.indexOf("/");
  const named = slash > 0 ? generation.providers.get(name.slice(0, slash)) : undefined;
  if (named) return usable(named, resolveAlias(named, name.slice(slash + 1)), name, has);
  const whole = generation.providers.get(name);
  if (whole) return { provider: name, id: await defaultOf(whole) };

  const claiming = providers.filter((entry) => claims(entry.manifest, name));
  const best = claiming.find((entry) => isUsable(entry.manifest, has)) ?? claiming[0];
  if (best) return usable(best, resolveAlias(best, name), name, has);
  return listed(providers, name, has);
}

/** The model when none is named: the first provider usable by environment, then one that finds a server, then `always`. */
export async function defaultModel(generation: Generation, has: Has): Promise<ModelRef> {
  const providers = [...generation.providers.values()];
  for (const entry of providers) {
    if (typeof entry.manifest.usable === "object" && isUsable(entry.manifest, has)) {
      return { provider: entry.name, id: await defaultOf(entry) };
    }
  }
  for (const entry of providers) {
    const id = await finds(entry);
    if (id) return { provider: entry.name, id };
  }
  const last = providers.find((entry) => entry.manifest.usable === "always");
  if (last) return { provider: last.name, id: await defaultOf(last) };
  throw error("GANTRY_MODEL_NONE", { setups: providers.flatMap(({ manifest }) => manifest.setup ?? []) });
}

/** Whether a provider can be used as things are, without asking anybody. */
export function isUsable({ usable }: ProviderManifest, has: Has): boolean {
  return usable === "always" || (typeof usable === "object" && usable.env.some(has));
}

/** What the environment says, or the person's own list of keys: read only where the environment says nothing. */
export function hasKey({ env, stateFolder }: HostInfo): Has {
  return (name) => Boolean(env[name]) || keptKeys(stateFolder).has(name);
}

/** Every provider with the models that it offers. */
export function providersOf(generation: Generation, has: Has): Promise<readonly ProviderModels[]> {
  return Promise.all(
    [...generation.providers.values()].map(async (entry) => {
      const { name, manifest } = entry;
      const usable = typeof manifest.usable !== "object" || isUsable(manifest, has) || Boolean(await finds(entry));
      const models = usable ? await modelsOf(entry) : undefined;
      return { name, manifest, isUsable: usable, models: models ?? [] };
    }),
  );
}

/** A model some usable provider lists; a provider that cannot list its models takes any name. */
async function listed(providers: readonly ProviderEntry[], name: string, has: Has): Promise<ModelRef> {
  const known: string[] = [];
  for (const entry of providers) {
    known.push(...Object.keys(entry.manifest.aliases ?? {}));
    if (!isUsable(entry.manifest, has) && !probes(entry)) continue;
    const models = await modelsOf(entry);
    if (!models) continue;
    if (models.some(({ id }) => id === name)) return { provider: entry.name, id: name };
    if (!models.length && isUsable(entry.manifest, has)) return { provider: entry.name, id: name };
    known.push(...models.map(({ id }) => id));
  }
  for (const { name: provider, manifest } of providers)
    if (manifest.defaultModel) known.push(`${provider}/${manifest.defaultModel}`);
  throw error("GANTRY_MODEL_UNKNOWN", { name, known });
}

/** A provider that was named must be usable: by environment, or because it finds a server. */
async function usable(entry: ProviderEntry, id: string, name: string, has: Has): Promise<ModelRef> {
  const { manifest } = entry;
  const isIn = typeof manifest.usable !== "object" || isUsable(manifest, has) || (await finds(entry));
  if (isIn) return { provider: entry.name, id };
  throw error("GANTRY_MODEL_UNUSABLE", {
    name,
    title: manifest.title,
    setup: manifest.setup ?? "Choose another model.",
  });
}

/** What a provider lists; `undefined` where it cannot, nothing where that fails. */
async function modelsOf(entry: ProviderEntry) {
  return (await entry.handler()).models?.(AbortSignal.timeout(LOOK_MS)).catch(() => []);
}

/** Whether a provider may look around for servers. */
function probes({ manifest: { usable } }: ProviderEntry): boolean {
  return typeof usable === "object" && usable.probe === true;
}

/** The model of a server that the provider finds by looking around. */
async function finds(entry: ProviderEntry): Promise<string | undefined> {
  if (!probes(entry)) return undefined;
  const provider = await entry.handler();
  const found = await provider.probe?.(AbortSignal.timeout(LOOK_MS)).catch(() => undefined);
  return found?.model;
}

function resolveAlias({ manifest }: ProviderEntry, id: string): string {
  return manifest.aliases?.[id] ?? id;
}

function claims(manifest: ProviderManifest, name: string): boolean {
  if (manifest.aliases && Object.hasOwn(manifest.aliases, name)) return true;
  return (manifest.models ?? []).some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(name);
  });
}

async function defaultOf(entry: ProviderEntry): Promise<string> {
  const provider = await entry.handler();
  const known = provider.defaultModel?.() ?? entry.manifest.defaultModel;
  if (known) return known;
  const first = (await modelsOf(entry))?.[0]?.id;
  if (!first) {
    const remedy = `Name one with --model ${entry.name}/MODEL.`;
    throw error("GANTRY_MODEL_UNUSABLE", {
      name: `${entry.name}/(default)`,
      title: entry.manifest.title,
      setup: remedy,
    });
  }
  return first;
}
