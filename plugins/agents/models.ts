/** Which model an agent asks. */
import type { AgentDefinition, AgentTask, HostInfo, Inspector, ModelRef, ProviderManifest } from "gantry/sdk";
import { matchText } from "gantry/sdk/kit/stars";

export interface ModelWish {
  readonly name: string;
  /** A person has named it, so that it may be any provider's. */
  readonly isByPerson: boolean;
}

/** The environment goes before the call, and the call before the definition. */
export function wishOf(
  { source, model }: AgentDefinition,
  { model: asked, isModelByPerson = false }: Pick<AgentTask, "model" | "isModelByPerson">,
  { env }: Pick<HostInfo, "env">,
): ModelWish | undefined {
  const named = env.CLAUDE_CODE_SUBAGENT_MODEL;
  if (named && named !== "inherit") return { name: named, isByPerson: true };
  if (asked && asked !== "inherit") return { name: asked, isByPerson: isModelByPerson };
  const isByPerson = source !== "project" && source !== "built-in";
  return model === undefined ? undefined : { name: model, isByPerson };
}

/**
 * The model to choose, where there is one. What a model or a file of the project names is one of the provider that the session uses
 * already: nobody else is sent the conversation for it.
 */
export function chosenModel(
  { name, isByPerson }: ModelWish,
  { provider }: ModelRef,
  inspector: Inspector,
): string | undefined {
  const own = inspector
    .report()
    .plugins.map(({ manifest }) => manifest.providers?.[provider])
    .find(Boolean);
  if (own && isOf(own, name)) return `${provider}/${name}`;
  if (name.startsWith(`${provider}/`)) return name;
  return isByPerson ? name : undefined;
}

function isOf({ aliases = {}, models = [] }: ProviderManifest, name: string): boolean {
  return Object.hasOwn(aliases, name) || models.some((pattern) => matchText(pattern, name));
}
