/** Servers at addresses of this machine, for tests. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { onTestFinished } from "vitest";

/** Serves until the test has finished. Resolves to the address. */
export async function serve(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server of the older SDK behind streamable HTTP, one session a client. */
export async function serveOlder(
  make: () => McpServer,
  mayEnter: ((request: IncomingMessage) => boolean) | undefined = () => true,
  onSessions = (_: Map<string, unknown>) => {},
): Promise<string> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  let count = 0;
  onSessions(sessions);
  return serve(async (request, response) => {
    if (!mayEnter(request)) return void response.writeHead(401, { "www-authenticate": "Bearer" }).end();
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (known) return void known.handleRequest(request, response);
    if (id !== undefined) return void response.writeHead(404).end();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => `session-${count++}`,
      onsessioninitialized: (session) => void sessions.set(session, transport),
    });
    await make().connect(transport as never);
    await transport.handleRequest(request, response);
  });
}

/** The same behind the older SSE. */
export async function serveSse(make: () => McpServer): Promise<string> {
  const transports = new Map<string, SSEServerTransport>();
  const url = await serve(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/sse") {
      const transport = new SSEServerTransport("/messages", response);
      transports.set(transport.sessionId, transport);
      return make().connect(transport as never);
    }
    await transports.get(searchParams.get("sessionId") ?? "")?.handlePostMessage(request, response);
  });
  return `${url}/sse`;
}

/** Whoever answers requests of the fetch standard, as the newer SDK's handler does. */
export async function serveFetch(answer: (request: Request) => Promise<Response>): Promise<string> {
  return serve(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = incoming.method === "POST" ? { body: Buffer.concat(chunks) } : {};
    const gone = new AbortController();
    outgoing.on("close", () => gone.abort());
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method ?? "GET",
      headers: incoming.headers as Record<string, string>,
      signal: gone.signal,
      ...body,
    });
    const response = await answer(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body)
      Readable.fromWeb(response.body as never)
        .on("error", () => undefined)
        .pipe(outgoing);
    else outgoing.end();
  });
}

/** A server of the revision 2026-07-28, by hand: `call` answers tool calls, `more` all else. */
export async function serveByHand(
  call: (params: Fields, count: number) => Fields,
  more: (method: string, params: Fields) => Fields | undefined = () => undefined,
): Promise<string> {
  let count = 0;
  return serveFetch(async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const { id, method, params } = (await request.json()) as { id?: number; method: string; params: Fields };
    if (id === undefined) return new Response(null, { status: 202 });
    const result = more(method, params) ?? (method === "tools/call" ? call(params, count++) : BY_HAND[method]);
    const reply = result ? { result } : { error: { code: -32601, message: `Method not found: ${method}` } };
    return Response.json({ jsonrpc: "2.0", id, ...reply });
  });
}

type Fields = Readonly<Record<string, unknown>>;
const BY_HAND: Readonly<Record<string, Fields>> = {
  "server/discover": {
    resultType: "complete",
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {}, extensions: { "io.modelcontextprotocol/tasks": {} } },
    ttlMs: 0,
    cacheScope: "private",
    _meta: { "io.modelcontextprotocol/serverInfo": { name: "by hand", version: "2" } },
  },
  "tools/list": {
    resultType: "complete",
    tools: [{ name: "work", inputSchema: { type: "object" } }],
    ttlMs: 0,
    cacheScope: "private",
  },
};
