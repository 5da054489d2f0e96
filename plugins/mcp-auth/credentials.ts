/** What a client proves itself with: from the environment the first time, then from where tokens are kept. */
import { createPrivateKey } from "node:crypto";
import { type HostInfo, type McpAuthServer, type McpOAuthConfig, PluginError } from "gantry/sdk";
import type { Grant } from "./grants.ts";

/** The client's own, and never shown. */
export interface Credentials {
  readonly secret?: string | undefined;
  readonly key?: { readonly pem: string; readonly algorithm: string } | undefined;
  /** The person's, for an exchange at their company. */
  readonly identity?:
    | {
        readonly issuer: string | undefined;
        readonly tokenEndpoint: string | undefined;
        readonly clientId: string;
        readonly secret: string | undefined;
        readonly idToken: string;
      }
    | undefined;
}

/** Whether the configuration has the client sign in for itself, or for a person who has signed in elsewhere. */
export function isForPrograms({ grant, privateKey, identity }: McpOAuthConfig = {}): boolean {
  if (identity !== undefined) return true;
  return grant === "client_credentials" || (grant === undefined && privateKey !== undefined);
}

/** Throws `GANTRY_MCP_AUTH_CREDENTIAL` where something is not there, or cannot be used. */
export function credentialsOf(server: McpAuthServer, env: HostInfo["env"], known: Grant | undefined): Credentials {
  const { oauth = {}, name } = server;
  const isKnown = oauth.clientId !== undefined && known?.client.client_id === oauth.clientId;
  const kept = isKnown ? known : undefined;
  const reference = oauth.clientSecret ?? DEFAULT_SECRET;
  const secret = optional(reference) ?? kept?.client.client_secret;
  const isBare = oauth.privateKey === undefined && oauth.identity === undefined;
  if (isForPrograms(oauth) && isBare && secret === undefined) required(reference);
  return { secret, key: keyIn(), identity: identityIn() };

  function keyIn(): Credentials["key"] {
    if (oauth.privateKey === undefined) return undefined;
    const text = optional(oauth.privateKey) ?? kept?.key?.pem ?? required(oauth.privateKey);
    try {
      // Where a variable can hold one line alone, people write its line ends as signs.
      const key = createPrivateKey(text.replaceAll("\\n", "\n"));
      const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
      const algorithm = oauth.algorithm ?? (type === "ec" ? CURVES[details?.namedCurve ?? ""] : KINDS[type ?? ""]);
      if (algorithm === undefined) throw new Error("a key of another kind");
      return { pem: key.export({ type: "pkcs8", format: "pem" }).toString(), algorithm };
    } catch {
      throw unusable(`What ${oauth.privateKey} holds is no private key in PEM that tokens can be signed with.`);
    }
  }

  function identityIn(): Credentials["identity"] {
    if (oauth.identity === undefined) return undefined;
    const { issuer, tokenEndpoint, clientId, clientSecret, idToken } = oauth.identity;
    const identitySecret = clientSecret === undefined ? undefined : required(clientSecret);
    return { issuer, tokenEndpoint, clientId, secret: identitySecret, idToken: required(idToken) };
  }

  function optional(reference: string): string | undefined {
    return env[reference.slice(2, -1)] || undefined;
  }

  function required(reference: string): string {
    const value = optional(reference);
    if (value === undefined) throw unusable(`The environment has no ${reference.slice(2, -1)}.`);
    return value;
  }

  function unusable(what: string): PluginError {
    return new PluginError(
      "GANTRY_MCP_AUTH_CREDENTIAL",
      `${what} The sign-in at ${name} needs it.`,
      `Set the variable, and run: gantry mcp login ${name}.`,
    );
  }
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: as the configuration writes it
const DEFAULT_SECRET = "${MCP_CLIENT_SECRET}";
const KINDS: Readonly<Record<string, string>> = { rsa: "RS256", "rsa-pss": "PS256" };
const CURVES: Readonly<Record<string, string>> = { prime256v1: "ES256", secp384r1: "ES384", secp521r1: "ES512" };
