/** Tokens that are renewed, and given back, where they came from: at the addresses that were known when they were granted. */
import {
  computeScopeUnion,
  isStrictScopeSuperset,
  OAuthError,
  refreshAuthorization,
} from "@modelcontextprotocol/client";
import type { SafeFetch } from "./fetching.ts";
import type { Grant } from "./grants.ts";
import { kept, provedBy } from "./provider.ts";

export { extractWWWAuthenticateParams } from "@modelcontextprotocol/client";

/** `refused`: the tokens are worth nothing any more. `unreachable`: they may still be. */
export type Renewal = { readonly grant: Grant } | "refused" | "unreachable";

export async function renew(grant: Grant, { fetch }: SafeFetch): Promise<Renewal> {
  const { tokens, metadata, client, key, resource, authorizationServerUrl } = grant;
  if (!tokens?.refresh) return "refused";
  try {
    const fresh = await refreshAuthorization(authorizationServerUrl, {
      ...(metadata && { metadata: metadata as never }),
      clientInformation: client as never,
      refreshToken: tokens.refresh,
      ...(key && { addClientAuthentication: provedBy(key, client.client_id) }),
      ...(resource !== undefined && { resource }),
      fetchFn: fetch,
    });
    return { grant: { ...grant, tokens: kept(fresh, tokens.scope, tokens) } };
  } catch (thrown) {
    return thrown instanceof OAuthError && thrown.code !== "server_error" ? "refused" : "unreachable";
  }
}

/** What has to be asked for so that these scopes are there too; `undefined` when they are granted already. */
export function wider({ tokens, wanted }: Grant, scope: string | undefined): string | undefined {
  const all = computeScopeUnion(tokens?.scope, wanted, scope);
  return isStrictScopeSuperset(all, tokens?.scope) ? all : undefined;
}

/** Tells the issuer that nobody needs the tokens any more, where it wants to know. */
export async function revoke(grant: Grant, { fetch }: SafeFetch): Promise<void> {
  const { metadata, tokens, client } = grant;
  const endpoint = metadata?.revocation_endpoint;
  const token = tokens?.refresh ?? tokens?.access;
  if (typeof endpoint !== "string" || token === undefined) return;
  const secret = client.client_secret;
  const body = new URLSearchParams({
    token,
    client_id: client.client_id,
    ...(secret !== undefined && { client_secret: secret }),
  });
  await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: String(body),
  });
}
