/** Keys of model providers that a person keeps as secrets in place of environment variables. */
import fs from "node:fs";
import { join } from "node:path";
import type { HostInfo, Secrets } from "gantry/sdk";

/** The most that the list of names may hold, in bytes. */
const LIST_BYTES = 64 * 1024;

/** Where the names stand, so that a start can tell what there is without opening a secret. */
export function keptKeysFile(stateFolder: string): string {
  return join(stateFolder, "keys.json");
}

/** The variables in whose place a key is kept. A list that cannot be read counts as empty. */
export function keptKeys(stateFolder: string): ReadonlySet<string> {
  try {
    const text = fs.readFileSync(keptKeysFile(stateFolder), "utf8");
    const { keys } = (text.length <= LIST_BYTES ? JSON.parse(text) : {}) as { readonly keys?: unknown };
    return new Set(Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : []);
  } catch {
    return new Set();
  }
}

/** The name of the secret that is kept in a variable's place. */
export function secretOf(variable: string): string {
  return `key:${variable}`;
}

/**
 * The key of a provider: the variable's value, else what the person keeps in its place.
 *
 * @example
 * const keyOf = (host: HostInfo, secrets: () => Promise<Secrets | undefined>) => keptKey("OPENAI_API_KEY", host, secrets);
 */
export async function keptKey(
  variable: string,
  { env, stateFolder }: Pick<HostInfo, "env" | "stateFolder">,
  secrets: (() => Promise<Secrets | undefined>) | undefined,
): Promise<string | undefined> {
  const given = env[variable]?.trim();
  if (given) return given;
  if (!keptKeys(stateFolder).has(variable)) return undefined;
  return (await (await secrets?.())?.get(secretOf(variable)))?.trim() || undefined;
}
