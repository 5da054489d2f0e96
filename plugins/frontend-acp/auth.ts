import type { AuthenticateRequest, AuthMethod } from "@agentclientprotocol/sdk/unstable";
import type { FrontendHost, ProviderManifest } from "gantry/sdk";
import { authRequired, invalid } from "./errors.ts";

/** Keys come from the environment that the editor starts the program with: nothing secret passes over the protocol. */
const METHOD = "environment";

/** Whether a client may open sessions. It is signed in from the start, since the environment is its own; until it signs out. */
export interface SignIn {
  readonly methods: AuthMethod[];
  signIn(request: AuthenticateRequest): Record<string, never>;
  signOut(): Record<string, never>;
  /** Throws the protocol's error while the client is signed out. */
  check(): void;
}

export function createSignIn(host: FrontendHost): SignIn {
  const setups = providersOf(host).flatMap(([, { setup }]) => setup ?? []);
  const description = setups.join(" ");
  let isSignedOut = false;
  return {
    methods: [{ id: METHOD, name: "API key in the environment", description }],
    signIn({ methodId }) {
      if (methodId !== METHOD) throw invalid(`There is no way to sign in called "${methodId}": only "${METHOD}".`);
      if (!providersOf(host).some(([, manifest]) => isUsable(manifest, host))) {
        throw authRequired(description || "No model can be used.");
      }
      isSignedOut = false;
      return {};
    },
    signOut() {
      isSignedOut = true;
      return {};
    },
    check() {
      if (isSignedOut) throw authRequired(`You have signed out. Sign in with "${METHOD}".`);
    },
  };
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
