/** Keys of providers: where each comes from, and keeping one as a secret. */
import { type HostInfo, type HostReport, type JsonObject, PluginError, type Secrets } from "gantry/sdk";
import { keptKeys, keptKeysFile, secretOf } from "gantry/sdk/kit/kept-keys";
import { didYouMean } from "gantry/sdk/kit/nearest";
import { writeSettings } from "gantry/sdk/kit/settings-write";
import { visibleLine } from "gantry/sdk/kit/visible";

const LONGEST = 8192;

/** A provider whose key can be kept. */
export interface KeyedProvider {
  readonly name: string;
  readonly title: string;
  /** The environment variable that goes before. */
  readonly variable: string;
  /** Where such keys come from. */
  readonly from: string;
  readonly isInEnvironment: boolean;
  readonly isKept: boolean;
}

export type Keys = ReturnType<typeof createKeys>;

export function createKeys(parts: {
  readonly host: HostInfo;
  readonly secrets: (() => Promise<Secrets | undefined>) | undefined;
  readonly report: () => HostReport;
}) {
  const { host, report } = parts;

  function list(): readonly KeyedProvider[] {
    const kept = keptKeys(host.stateFolder);
    return report()
      .plugins.flatMap(({ manifest }) => Object.entries(manifest.providers ?? {}))
      .flatMap(([name, { title, key }]) => {
        if (!key) return [];
        const isInEnvironment = Boolean(host.env[key.variable]);
        return [{ name, title, ...key, isInEnvironment, isKept: kept.has(key.variable) }];
      });
  }

  function named(name: string): KeyedProvider {
    const all = list();
    const found = all.find((provider) => provider.name === name.toLowerCase());
    if (found) return found;
    const known = all.map((provider) => provider.name);
    throw new PluginError(
      "GANTRY_LOGIN_PROVIDER",
      `No provider ${visibleLine(JSON.stringify(name), 60)} takes a key.${didYouMean(name, known)}`,
      known.length ? `There are: ${known.join(", ")}.` : "Load a provider that takes one.",
    );
  }

  /** Keeps it, and gives the sentence that says where. */
  async function keep({ title, variable, isInEnvironment }: KeyedProvider, value: string): Promise<string> {
    const key = checked(value);
    const secrets = await parts.secrets?.();
    if (!secrets) throw noSecrets(variable);
    await secrets.set(secretOf(variable), key);
    await noteKeys((keys) => [...new Set([...keys, variable])]);
    const { text } = await secrets.place();
    const before = isInEnvironment ? ` ${variable} of the environment goes before it.` : "";
    return `The key of ${title} is kept. ${text}${before}`;
  }

  async function forget({ title, variable, isKept, isInEnvironment }: KeyedProvider): Promise<string> {
    const still = isInEnvironment ? ` ${variable} is set in the environment and still counts.` : "";
    if (!isKept) return `No key of ${title} is kept.${still}`;
    await noteKeys((keys) => keys.filter((key) => key !== variable));
    await (await parts.secrets?.())?.remove(secretOf(variable));
    return `The key of ${title} is forgotten.${still}`;
  }

  async function noteKeys(change: (keys: readonly string[]) => readonly string[]): Promise<void> {
    await writeSettings(keptKeysFile(host.stateFolder), (current: JsonObject) => {
      const { keys } = current;
      const strings = Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
      return { ...current, keys: change(strings) };
    });
  }

  return { list, named, keep, forget };
}

/** No error names it: what was typed may be a key after all. */
function checked(value: string): string {
  const key = value.trim();
  if (key && key.length <= LONGEST && /^[\x21-\x7e]+$/.test(key)) return key;
  throw new PluginError(
    "GANTRY_LOGIN_KEY",
    key ? "That is no key: it has blanks or other characters that no key has, or is too long." : "No key was given.",
    "Copy the whole key, on one line.",
  );
}

function noSecrets(variable: string): PluginError {
  return new PluginError(
    "GANTRY_LOGIN_SECRETS",
    "No plugin keeps secrets, so the key was not kept.",
    `Turn on the plugin secrets-keyring, or set ${variable}.`,
  );
}
