/** One sign-in, from the server's word that it wants one to the tokens: by the official SDK, which discovers, registers and checks issuers. */
import { randomBytes } from "node:crypto";
import {
  type AuthorizationServerMetadata,
  type AuthResult,
  auth,
  computeScopeUnion,
  discoverAuthorizationServerMetadata,
  extractWWWAuthenticateParams,
  IssuerMismatchError,
} from "@modelcontextprotocol/client";
import { isGantryError, type McpAuthServer, messageOf, PluginError, z } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { safeAddress } from "./addresses.ts";
import type { Credentials } from "./credentials.ts";
import type { SafeFetch } from "./fetching.ts";
import type { Grant } from "./grants.ts";
import { type Listener, listen } from "./listener.ts";
import { createProvider, type Provider } from "./provider.ts";

export interface SignInParts {
  readonly fetching: SafeFetch;
  readonly clientMetadataUrl: string | undefined;
  /** Of a client that was registered by hand. */
  readonly credentials: Credentials;
  readonly known: Grant | undefined;
  /** Scopes that a request has turned out to need. */
  readonly scope: string | undefined;
  readonly signal: AbortSignal;
  /** Brings the person there; `false` when they will not. */
  present(url: URL, listener: Listener): Promise<boolean>;
}

/** Resolves to what was granted. Rejects with a coded error. */
export async function signIn(server: McpAuthServer, parts: SignInParts): Promise<Grant> {
  const { known, fetching, signal } = parts;
  safeAddress(server.url, server.url);
  const state = randomBytes(24).toString("base64url");
  const { callbackPort } = server.oauth ?? {};
  const usual = known?.redirectUrl === undefined ? undefined : Number(new URL(known.redirectUrl).port);
  const listener = await listen({
    state,
    ...(callbackPort !== undefined && { port: callbackPort }),
    ...(usual !== undefined && { usual }),
  });
  try {
    const wanted = await askServer(server, fetching);
    const scope = computeScopeUnion(server.oauth?.scopes ?? wanted.scope, parts.scope, known?.wanted);
    const provider = createProvider({
      ...parts,
      fetch: fetching.fetch,
      server,
      state,
      redirectUrl: listener.redirectUrl,
    });
    const configured = server.oauth?.authServerMetadataUrl;
    if (configured !== undefined) provider.begin(await configuredServer(configured, fetching));
    const options = {
      serverUrl: server.url,
      fetchFn: fetching.fetch,
      ...(scope !== undefined && { scope }),
      ...(wanted.resourceMetadataUrl && { resourceMetadataUrl: wanted.resourceMetadataUrl }),
    };
    const first = await begun(provider, { ...options, forceReauthorization: true }, server, fetching);
    fetching.check();
    if (first === "REDIRECT") {
      const { code, iss } = await callbackOf(provider, listener, server, parts);
      await auth(provider, { ...options, authorizationCode: code, ...(iss !== undefined && { iss }) });
      fetching.check();
    }
    return provider.granted();
  } catch (thrown) {
    signal.throwIfAborted();
    throw failed(thrown, fetching, server);
  } finally {
    listener.close();
  }
}

/** Servers from before descriptions of resources are their own issuer, at times under a longer name: their origin vouches for it. */
async function begun(
  provider: Provider,
  options: Parameters<typeof auth>[1],
  server: McpAuthServer,
  fetching: SafeFetch,
): Promise<AuthResult> {
  try {
    return await auth(provider, options);
  } catch (thrown) {
    const { origin } = new URL(server.url);
    const isOwn = thrown instanceof IssuerMismatchError && [origin, `${origin}/`].includes(thrown.expected ?? "");
    if (!isOwn) throw thrown;
    provider.begin(await configuredServer(`${origin}/.well-known/oauth-authorization-server`, fetching));
    return auth(provider, options);
  }
}

async function callbackOf(provider: Provider, listener: Listener, server: McpAuthServer, parts: SignInParts) {
  const url = safeAddress(provider.authorizationUrl(), server.url);
  if (!(await parts.present(url, listener))) throw declined();
  return aborted(parts.signal, listener.callback);
}

/** What the server says when nobody is signed in: where its description lies, and which scopes it wants. */
async function askServer(server: McpAuthServer, { fetch }: SafeFetch) {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "gantry", version: "0" } };
  const response = await fetch(server.url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params }),
  }).catch(() => undefined);
  return response?.status === 401 ? extractWWWAuthenticateParams(response) : {};
}

/** A description of an authorization server that lies where somebody says; it may speak for its own origin alone. */
async function configuredServer(address: string, { fetch }: SafeFetch): Promise<AuthorizationServerMetadata> {
  const response = await fetch(address, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`there is no description of the authorization server at ${address}`);
  const text = await response.text();
  const { issuer } = z.object({ issuer: z.url() }).parse(JSON.parse(text));
  if (new URL(issuer).origin !== new URL(address).origin) {
    throw new Error(`${address} describes another issuer, ${visibleLine(issuer, 200)}`);
  }
  const metadata = await discoverAuthorizationServerMetadata(issuer, { fetchFn: async () => new Response(text) });
  if (!metadata) throw new Error(`there is no description of the authorization server at ${address}`);
  return metadata;
}

function failed(thrown: unknown, fetching: SafeFetch, { name }: McpAuthServer): unknown {
  try {
    fetching.check();
  } catch (refused) {
    return refused;
  }
  if (isGantryError(thrown)) return thrown;
  return new PluginError(
    "GANTRY_MCP_AUTH_FAILED",
    `Signing in at ${name} failed: ${visibleLine(messageOf(thrown), 500)}`,
    "Check the server's address; gantry mcp login tries again.",
    thrown,
  );
}

function declined(): PluginError {
  return new PluginError("GANTRY_MCP_AUTH_DECLINED", "The person would not sign in.", "gantry mcp login asks again.");
}

function aborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
