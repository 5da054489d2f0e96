/** Serving over HTTP: on this machine alone, for whoever knows the token. */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import {
  bearerOf,
  isSameSecret,
  listenLocally,
  newSecret,
  type Refusal,
  strangerProblem,
} from "gantry/sdk/kit/local-server";
import { createEvents } from "./events.ts";
import { buildServer, type Serving, type ServingParts } from "./server.ts";

export interface HttpServingParts extends Omit<ServingParts, "offer"> {
  /** An offer for one client, or for all who keep no session. */
  readonly offer: () => ServingParts["offer"] & { close?(): Promise<void> };
  readonly port: number;
  readonly token: string | undefined;
}

export interface HttpServing {
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

const PATH = "/mcp";
const MOST_BODY = 8 * 1024 * 1024;
const MOST_SESSIONS = 64;
const IDLE_MS = 60 * 60 * 1000;

interface Client {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly end: () => Promise<void>;
  usedMs: number;
}

export async function serveHttp({
  offer,
  port,
  token = newSecret(),
  ...parts
}: HttpServingParts): Promise<HttpServing> {
  const clients = new Map<string, Client>();
  const shared = offer();
  const build = (era: "legacy" | "modern", own = shared): Serving => buildServer({ ...parts, offer: own }, era);
  const modern = createMcpHandler(() => build("modern").server, { legacy: "reject", maxRequestBodySize: MOST_BODY });
  const unwatch = shared.watch((change) => {
    if ("uri" in change) modern.notify.resourceUpdated(change.uri);
    else if (change.kind === "tools") modern.notify.toolsChanged();
    else if (change.kind === "prompts") modern.notify.promptsChanged();
    else modern.notify.resourcesChanged();
  });

  const server = createServer({ maxHeaderSize: 32 * 1024 }, (request, response) => {
    void answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, "It failed.");
    });
  });
  const bound = await listenLocally(server, port);
  return {
    url: `http://127.0.0.1:${bound}${PATH}`,
    token,
    async close() {
      unwatch();
      server.close();
      await modern.close();
      await Promise.all([...clients.values()].map(({ end }) => end()));
      await shared.close?.();
      server.closeAllConnections();
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const problem = problemWith(request, bound, token);
    if (problem) return refuse(response, ...problem);
    const incoming = toRequest(request, response, bound);
    const isLegacy = await isLegacyRequest(incoming.clone() as Request, undefined, { maxRequestBodySize: MOST_BODY });
    await send(isLegacy ? await older(incoming) : await modern.fetch(incoming), response);
  }

  /** The older era has sessions: each is one client, and has one transport. */
  async function older(request: Request): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    const client = id === null ? await begin() : clients.get(id);
    if (!client) return Response.json(problemBody(-32001, "There is no such session."), { status: 404 });
    client.usedMs = performance.now();
    const answered = await client.transport.handleRequest(request);
    // Whoever did not begin properly is nobody's client.
    if (id === null && client.transport.sessionId === undefined) await client.end();
    return answered;
  }

  async function begin(): Promise<Client> {
    const now = performance.now();
    const byAge = [...clients.values()].sort((a, b) => a.usedMs - b.usedMs);
    for (const [index, client] of byAge.entries()) {
      if (now - client.usedMs > IDLE_MS || clients.size - index > MOST_SESSIONS) await client.end();
    }
    const own = offer();
    const { server: mcp, tell } = build("legacy", own);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void clients.set(id, client),
      onsessionclosed: () => client.end(),
      eventStore: createEvents(),
      retryInterval: 1_000,
      maxRequestBodySize: MOST_BODY,
    });
    const stop = own.watch(tell);
    const client: Client = {
      transport,
      usedMs: now,
      async end() {
        stop();
        if (transport.sessionId !== undefined) clients.delete(transport.sessionId);
        await mcp.close();
        await own.close?.();
      },
    };
    await mcp.connect(transport);
    return client;
  }
}

/** Who may speak: the right path, this machine by its own name, no page of the web, and the token. */
function problemWith({ headers, url = "" }: IncomingMessage, port: number, token: string): Refusal | undefined {
  const problem = strangerProblem(headers, port);
  if (problem) return problem;
  if (!isSameSecret(bearerOf(headers), token)) return [401, "The token is missing or wrong."];
  return url.split("?")[0] === PATH ? undefined : [404, "There is nothing here."];
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const challenge = status === 401 ? { "www-authenticate": "Bearer" } : {};
  response.writeHead(status, { "content-type": "application/json", connection: "close", ...challenge });
  response.end(JSON.stringify(problemBody(-32000, message)));
}

function problemBody(code: number, message: string) {
  return { jsonrpc: "2.0", id: null, error: { code, message } };
}

function toRequest(request: IncomingMessage, response: ServerResponse, port: number): Request {
  const gone = new AbortController();
  response.once("close", () => gone.abort(new Error("whoever asked has hung up")));
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined && name !== "authorization") headers.set(name, String(value));
  }
  const { method = "GET", url = "/" } = request;
  const hasBody = method !== "GET" && method !== "HEAD";
  const init = { method, headers, signal: gone.signal, duplex: "half" } as RequestInit;
  if (hasBody) init.body = Readable.toWeb(request) as never;
  return new Request(new URL(url, `http://127.0.0.1:${port}`), init);
}

async function send({ status, headers, body }: Response, response: ServerResponse): Promise<void> {
  response.writeHead(status, Object.fromEntries(headers));
  if (!body) return void response.end();
  response.flushHeaders();
  // A client that hangs up ends it, and that is no fault.
  await pipeline(Readable.fromWeb(body as never), response).catch(() => undefined);
}
