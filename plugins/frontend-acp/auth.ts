import type { AuthenticateRequest, AuthMethod } from "@agentclientprotocol/sdk/unstable";
import type { FrontendHost, ProviderManifest } from "gantry/sdk";
import { authRequired, invalid } from "./errors.ts";

/** Keys come from the environment that the editor starts the program with: nothing secret passes over the protocol. */
const METHOD = "environment";

export function authMethods(host: FrontendHost): AuthMethod[] {
  const setups = providersOf(host).flatMap(([, { setup }]) => setup ?? []);
  return [{ id: METHOD, name: "API key in the environment", description: setups.join(" ") }];
}

export function authenticate(host: FrontendHost, { methodId }: AuthenticateRequest): Record<string, never> {
  if (methodId !== METHOD) throw invalid(`There is no way to sign in called "${methodId}": only "${METHOD}".`);
  if (providersOf(host).some(([, manifest]) => isUsable(manifest, host))) return {};
  throw authRequired(authMethods(host)[0]?.description ?? "No model can be used.");
}

/** The providers that plugins bring, by name. */
export function providersOf(host: FrontendHost): readonly [name: string, ProviderManifest][] {
  return host.report().plugins.flatMap(({ manifest }) => Object.entries(manifest.providers ?? {}));
}

/** Whether a provider can be used as things are; one that looks for a server may be. */
export function isUsable({ usable }: ProviderManifest, { info: { env } }: FrontendHost): boolean {
  if (typeof usable === "string") return usable === "always";
  return usable.env.some((name) => env[name]);
}
