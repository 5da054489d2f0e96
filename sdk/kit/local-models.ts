/** Models of servers that a provider has found by looking around on this machine. */
import type { HostInfo, Models, SessionView } from "gantry/sdk";
import { keptKeys } from "./kept-keys.ts";

/** Of one provider. */
const MOST = 10;

/**
 * As `--model` takes them, the usual one first. Where a key makes the provider usable, its models are no finds.
 *
 * **Contract**: never rejects, and takes two seconds at the most.
 *
 * @example
 * const isAnyoneHere = async (models: Models, session: SessionView, host: HostInfo) =>
 *   (await localModels(models, session, host)).length > 0;
 */
export async function localModels(
  models: Models | undefined,
  session: SessionView,
  { env, stateFolder }: Pick<HostInfo, "env" | "stateFolder">,
): Promise<readonly string[]> {
  const kept = keptKeys(stateFolder);
  const all = (await models?.providers(session).catch(() => undefined)) ?? [];
  return all.flatMap(({ name, manifest: { usable }, isUsable, models }) => {
    const isFound =
      typeof usable === "object" && usable.probe && !usable.env.some((name) => env[name] || kept.has(name));
    return isUsable && isFound ? models.slice(0, MOST).map(({ id }) => `${name}/${id}`) : [];
  });
}
