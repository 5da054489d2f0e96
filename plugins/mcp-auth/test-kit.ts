/** What the tests of this plugin share: an authorization server with a protected MCP server on loopback, and kernels that sign in there. */
import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, McpAuth, type McpAuthServer, McpServers } from "gantry/sdk";
import { createTestKernel, type LoopbackRequest, loopbackServer, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import httpNode from "../http-node/index.ts";
import mcpBridge from "../mcp-bridge/index.ts";
import secretsKeyring from "../secrets-keyring/index.ts";
import settingsFiles from "../settings-files/index.ts";
import mcpAuth from "./index.ts";

/** How the servers of a test behave. */
export interface Behaviour {
  /** Over what the authorization server says of itself. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Over what the MCP server says of itself. */
  readonly resource?: Readonly<Record<string, unknown>>;
  /** In the header of a 401. */
  readonly challenge?: string;
  /** Scopes that a call of a tool needs. */
  readonly needed?: string;
  /** Seconds that a token lasts. */
  readonly expiresIn?: number;
  /** Answers in place of the server's own; `true` when it has. */
  readonly instead?: (request: LoopbackRequest, response: ServerResponse) => boolean;
}

export interface Protected {
  readonly url: string;
  readonly server: McpAuthServer;
  /** Method and path of all requests, oldest first. */
  readonly asked: readonly string[];
  readonly requests: readonly LoopbackRequest[];
  /** Forms that were sent to the token endpoint. */
  readonly exchanges: readonly URLSearchParams[];
  behave(behaviour: Behaviour): void;
  /** What was granted is worth nothing any more; with `refresh`, nor is what renews it. */
  forget(what?: "access" | "all"): void;
}

export async function protectedServer(first: Behaviour = {}): Promise<Protected> {
  let behaviour = first;
  const codes = new Map<string, { challenge: string; scope: string; redirect: string }>();
  const access = new Map<string, string>();
  const refresh = new Map<string, string>();
  const exchanges: URLSearchParams[] = [];
  const http = await loopbackServer((request, response) => {
    if (!behaviour.instead?.(request, response)) answer(request, response);
  });
  onTestFinished(() => http.close());
  const { url } = http;

  function answer(request: LoopbackRequest, response: ServerResponse): unknown {
    const { pathname, searchParams } = new URL(request.path, url);
    if (pathname.startsWith("/.well-known/oauth-protected-resource")) {
      return json(response, 200, { resource: `${url}/mcp`, authorization_servers: [url], ...behaviour.resource });
    }
    if (pathname === "/.well-known/oauth-authorization-server") return json(response, 200, metadata());
    if (pathname === "/register") {
      const wanted = JSON.parse(request.body);
      return json(response, 201, { ...wanted, client_id: `client-${randomUUID()}` });
    }
    if (pathname === "/authorize") return authorize(searchParams, response);
    if (pathname === "/token") return token(new URLSearchParams(request.body), response);
    if (pathname === "/mcp") return mcp(request, response);
    return json(response, 404, {});
  }

  function metadata() {
    return {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      registration_endpoint: `${url}/register`,
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
      token_endpoint_auth_methods_supported: ["none"],
      ...behaviour.metadata,
    };
  }

  function authorize(params: URLSearchParams, response: ServerResponse): unknown {
    const code = randomUUID();
    const redirect = params.get("redirect_uri") ?? "";
    codes.set(code, { challenge: params.get("code_challenge") ?? "", scope: params.get("scope") ?? "", redirect });
    const back = new URL(redirect);
    back.searchParams.set("code", code);
    back.searchParams.set("state", params.get("state") ?? "");
    return response.writeHead(302, { location: back.href }).end();
  }

  function token(form: URLSearchParams, response: ServerResponse): unknown {
    exchanges.push(form);
    const type = form.get("grant_type");
    const isOwn = type === "client_credentials" || type?.endsWith(":jwt-bearer");
    const known = isOwn ? "" : type === "refresh_token" ? renewal(form) : exchange(form);
    if (known === undefined) return json(response, 400, { error: "invalid_grant" });
    const [one, two] = [randomUUID(), randomUUID()];
    access.set(one, known);
    refresh.set(two, known);
    return json(response, 200, {
      access_token: one,
      token_type: "Bearer",
      ...(!isOwn && { refresh_token: two }),
      ...(behaviour.expiresIn !== undefined && { expires_in: behaviour.expiresIn }),
      ...(known && { scope: known }),
    });
  }

  /** A token for renewing is worth something once. */
  function renewal(form: URLSearchParams): string | undefined {
    const given = form.get("refresh_token") ?? "";
    const scope = refresh.get(given);
    refresh.delete(given);
    return scope;
  }

  function exchange(form: URLSearchParams): string | undefined {
    const begun = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    return begun?.challenge === proof && begun.redirect === form.get("redirect_uri") ? begun.scope : undefined;
  }

  function mcp({ headers, body, method }: LoopbackRequest, response: ServerResponse): unknown {
    const scope = access.get(headers.authorization?.replace("Bearer ", "") ?? "");
    const where = `resource_metadata="${url}/.well-known/oauth-protected-resource/mcp"`;
    const challenge = behaviour.challenge ?? `Bearer ${where}`;
    if (scope === undefined) return json(response, 401, {}, { "www-authenticate": challenge });
    if (method !== "POST") return json(response, 405, {});
    const message = JSON.parse(body);
    const { needed = "" } = behaviour;
    const isCall = message.method === "tools/call";
    if (isCall && needed && !needed.split(" ").every((one) => scope.split(" ").includes(one))) {
      const more = `Bearer error="insufficient_scope", scope="${needed}", ${where}`;
      return json(response, 403, {}, { "www-authenticate": more });
    }
    const result = resultOf(message.method);
    if (message.id === undefined) return json(response, 202, {});
    const error = { code: -32601, message: "no such method" };
    return json(response, 200, { jsonrpc: "2.0", id: message.id, ...(result ? { result } : { error }) });
  }

  return {
    url,
    server: { name: "weather", url: `${url}/mcp` },
    get asked() {
      return http.requests.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    },
    requests: http.requests,
    exchanges,
    behave(next) {
      behaviour = next;
    },
    forget(what = "access") {
      access.clear();
      if (what === "all") refresh.clear();
    },
  };
}

function resultOf(method: string): object | undefined {
  const results: Readonly<Record<string, object>> = {
    initialize: {
      protocolVersion: "2025-11-25",
      capabilities: { tools: {} },
      serverInfo: { name: "weather", version: "1.0.0" },
    },
    "tools/list": { tools: [{ name: "rain", inputSchema: { type: "object" } }] },
    "tools/call": { content: [{ type: "text", text: "It rains." }] },
  };
  return results[method];
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): unknown {
  return response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** A person whose browser goes where it is sent, and back. */
export async function browse(url: string): Promise<Response> {
  const first = await fetch(url, { redirect: "manual" });
  const location = first.headers.get("location");
  return location === null ? first : fetch(location, { redirect: "manual" });
}

export function temporaryFolder(): string {
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-auth-")));
  onTestFinished(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A program that stands in for the browser: it goes where it is sent, and writes down how it was called. */
export function browserProgram(folder: string): { readonly path: string; readonly calls: () => readonly string[][] } {
  const [path, notes] = [join(folder, "browser"), join(folder, "calls.jsonl")];
  const script = `#!${process.execPath}
require("node:fs").appendFileSync(${JSON.stringify(notes)}, JSON.stringify(process.argv.slice(2)) + "\\n");
require("node:fs").writeFileSync(${JSON.stringify(join(folder, "environment"))}, JSON.stringify(process.env));
fetch(process.argv[2]).catch(() => undefined);
`;
  fs.writeFileSync(path, script, { mode: 0o755 });
  const calls = () => (fs.existsSync(notes) ? fs.readFileSync(notes, "utf8").trim().split("\n") : []);
  return { path, calls: () => calls().map((line) => JSON.parse(line)) };
}

/** A kernel that signs in, and the services that it does so with. */
export async function signing(options: Partial<TestKernelOptions> & { readonly servers?: object; home?: string } = {}) {
  let held: { auth: McpAuth; servers: McpServers } | undefined;
  const holder = definePlugin({
    name: "holder",
    needs: { auth: McpAuth, servers: McpServers },
    setup: ({ use }) => {
      held = use;
      return { taps: { sessionStart: () => undefined } };
    },
  });
  const { servers = {}, home = temporaryFolder(), ...others } = options;
  const kernel = await createTestKernel({
    ...others,
    plugins: [execNode, httpNode, settingsFiles, secretsKeyring, mcpAuth, mcpBridge, holder],
    config: { "secrets-keyring": { keyring: "never" }, ...others.config },
    settings: { mcpConfig: [JSON.stringify({ mcpServers: servers })] },
    env: { GANTRY_HOME: home, PATH: process.env.PATH ?? "", ...others.env },
  });
  onTestFinished(() => kernel.close());
  const { auth, servers: all } = held as NonNullable<typeof held>;
  const said: string[] = [];
  return {
    ...kernel,
    auth,
    servers: all,
    home,
    said,
    /** Signs in by printed address: this person's browser is on this machine. */
    login: (server: McpAuthServer, go: (url: string) => unknown = browse, signal = new AbortController().signal) =>
      auth.login(server, {
        opensBrowser: false,
        signal,
        print(text) {
          said.push(text);
          if (/^https?:/.test(text)) void go(text);
        },
      }),
    headers: (server: McpAuthServer) => auth.headers(server, { method: "POST", url: server.url }),
  };
}
