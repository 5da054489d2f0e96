/** What one sign-in knows and keeps, as the SDK asks for it. Nothing lasts before it has succeeded. */
import {
  type AuthorizationServerMetadata,
  createPrivateKeyJwtAuth,
  discoverAndRequestJwtAuthGrant,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  requestJwtAuthorizationGrant,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { type JsonObject, type McpAuthServer, PluginError } from "gantry/sdk";
import { type Credentials, isForPrograms } from "./credentials.ts";
import type { SafeFetch } from "./fetching.ts";
import type { Grant } from "./grants.ts";

export interface ProviderParts {
  readonly server: McpAuthServer;
  readonly state: string;
  readonly redirectUrl: string;
  readonly clientMetadataUrl: string | undefined;
  readonly credentials: Credentials;
  readonly fetch: SafeFetch["fetch"];
  readonly known: Grant | undefined;
}

export interface Provider extends OAuthClientProvider {
  /** Takes this for the authorization server's description, in place of what would be discovered. */
  begin(metadata: AuthorizationServerMetadata): void;
  authorizationUrl(): URL;
  granted(): Grant;
}

export function createProvider(parts: ProviderParts): Provider {
  const { server, state, redirectUrl, clientMetadataUrl, known } = parts;
  const clientId = server.oauth?.clientId;
  const isKnown = clientId !== undefined && known?.client.client_id === clientId;
  const { secret, key, identity } = parts.credentials;
  let discovered: OAuthDiscoveryState | undefined;
  let client: StoredOAuthClientInformation | undefined;
  let tokens: StoredOAuthTokens | undefined;
  let verifier: string | undefined;
  let authorization: URL | undefined;
  let resource: string | undefined;

  return {
    get redirectUrl() {
      return isUnattended() ? undefined : redirectUrl;
    },
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    ...(key && clientId !== undefined && { addClientAuthentication: provedBy(key, clientId) }),
    clientMetadata: {
      client_name: "Gantry",
      redirect_uris: [redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    state: () => state,
    clientInformation({ issuer } = { issuer: "" }) {
      client ??= clientId === undefined ? registeredBefore(issuer) : registeredByHand(clientId, issuer);
      return client;
    },
    saveClientInformation(given) {
      client = given;
    },
    tokens: () => tokens,
    saveTokens(given) {
      tokens = given;
    },
    redirectToAuthorization(url) {
      authorization = url;
    },
    saveCodeVerifier(given) {
      verifier = given;
    },
    codeVerifier() {
      if (verifier === undefined) throw new Error("no sign-in was begun");
      return verifier;
    },
    saveDiscoveryState(given) {
      discovered = given;
    },
    discoveryState: () => discovered,
    saveResourceUrl(given) {
      resource = given;
    },
    invalidateCredentials(what) {
      if (what === "all" || what === "client") client = undefined;
      if (what === "all" || what === "tokens") tokens = undefined;
    },
    prepareTokenRequest(scope) {
      if (!isUnattended()) return undefined;
      if (identity) return exchanged(identity, scope);
      return new URLSearchParams({ grant_type: "client_credentials", ...(scope !== undefined && { scope }) });
    },
    begin(metadata) {
      discovered = { authorizationServerUrl: metadata.issuer, authorizationServerMetadata: metadata };
    },
    authorizationUrl() {
      if (!authorization) throw new Error("the authorization server named no address");
      return authorization;
    },
    granted() {
      if (!tokens || !client || !discovered) throw new Error("the authorization server gave no tokens");
      const { authorizationServerUrl, authorizationServerMetadata: metadata } = discovered;
      return {
        url: server.url,
        issuer: metadata?.issuer ?? authorizationServerUrl,
        authorizationServerUrl,
        ...(metadata && { metadata: metadata as unknown as JsonObject }),
        ...(resource !== undefined && { resource }),
        client,
        ...(isUnattended() ? { isUnattended: true } : { redirectUrl }),
        ...(key && { key }),
        tokens: kept(tokens, authorization?.searchParams.get("scope") ?? undefined),
      };
    },
  };

  /** Some servers know programs alone, by an id and a secret, and no person. */
  function isUnattended(): boolean {
    if (isForPrograms(server.oauth)) return true;
    const grants = discovered?.authorizationServerMetadata?.grant_types_supported ?? [];
    const hasPersons = grants.includes("authorization_code") || !grants.includes("client_credentials");
    return !hasPersons && clientId !== undefined && secret !== undefined;
  }

  /** The person's ID token becomes a grant for this server at their company, and that a token here. */
  async function exchanged(
    { issuer, tokenEndpoint, clientId, secret: clientSecret, idToken }: NonNullable<Credentials["identity"]>,
    scope: string | undefined,
  ): Promise<URLSearchParams> {
    const audience = discovered?.authorizationServerMetadata?.issuer ?? discovered?.authorizationServerUrl;
    if (audience === undefined || resource === undefined) throw new Error("the server does not say what it is");
    const request = {
      audience,
      resource,
      idToken,
      clientId,
      ...(clientSecret !== undefined && { clientSecret }),
      ...(scope !== undefined && { scope }),
      fetchFn: parts.fetch,
    };
    const { jwtAuthGrant } = tokenEndpoint
      ? await requestJwtAuthorizationGrant({ ...request, tokenEndpoint })
      : await discoverAndRequestJwtAuthGrant({ ...request, idpUrl: issuer ?? "" });
    const grant = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: jwtAuthGrant };
    return new URLSearchParams({ ...grant, ...(scope !== undefined && { scope }) });
  }

  /** A registration counts for the issuer and the address that it was made for. */
  function registeredBefore(issuer: string): StoredOAuthClientInformation | undefined {
    const isSame = known?.issuer === issuer && known.redirectUrl === redirectUrl;
    return isSame ? (known.client as StoredOAuthClientInformation) : undefined;
  }

  /** A client of one's own, and its secret above all, stays with the issuer that it was first used at. */
  function registeredByHand(id: string, issuer: string): StoredOAuthClientInformation {
    const configured = server.oauth?.issuer;
    if (configured !== undefined && withoutSlash(configured) !== withoutSlash(issuer)) {
      throw new PluginError(
        "GANTRY_MCP_AUTH_ISSUER",
        `${server.name} wants sign-ins at ${issuer}; its configuration says that the client is for ${configured}.`,
        "Ask whoever runs the server: nothing was sent there.",
      );
    }
    if (isKnown && known.issuer !== issuer) {
      throw new PluginError(
        "GANTRY_MCP_AUTH_ISSUER",
        `${server.name} now wants sign-ins at ${issuer}; the client was used at ${known.issuer}.`,
        `If that is right, forget the old sign-in first: gantry mcp logout ${server.name}.`,
      );
    }
    return { client_id: id, ...(secret !== undefined && { client_secret: secret }), issuer };
  }
}

/** Signs what says who the client is, for this authorization server alone. */
export function provedBy({ pem, algorithm }: NonNullable<Credentials["key"]>, clientId: string) {
  return createPrivateKeyJwtAuth({ issuer: clientId, subject: clientId, privateKey: pem, alg: algorithm });
}

function withoutSlash(issuer: string): string {
  return issuer.replace(/\/$/, "");
}

/** Tokens as they are kept. A server that names no scope has granted what was asked for. */
export function kept(tokens: StoredOAuthTokens, asked: string | undefined, before?: Grant["tokens"]): Grant["tokens"] {
  const { access_token: access, refresh_token, expires_in, scope = asked } = tokens;
  const refresh = refresh_token ?? before?.refresh;
  return {
    access,
    ...(refresh !== undefined && { refresh }),
    ...(expires_in !== undefined && { expiresMs: Date.now() + Number(expires_in) * 1000 }),
    ...(scope !== undefined && { scope }),
  };
}
