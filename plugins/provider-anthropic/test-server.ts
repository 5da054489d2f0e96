import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Readable } from "node:stream";
import type {
  AssistantMessage,
  HostInfo,
  Http,
  LazySetup,
  Message,
  ModelEvent,
  ModelFailure,
  ModelRequest,
  Provider,
  Scope,
  SetupContext,
  Usage,
} from "gantry/sdk";
import { afterEach } from "vitest";
import httpNode, { type httpNode as httpManifest } from "../http-node/index.ts";
import setup from "./provider.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

// ---------------------------------------------------------------- a server that does as it is told

export interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on loopback; each request is answered by the next handler, the last one again and again. */
export async function serve(...handlers: ((response: ServerResponse, seen: Seen) => void)[]) {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const listener: RequestListener = async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    const handler = handlers[Math.min(seen.length, handlers.length) - 1];
    handler?.(response, seen.at(-1) as Seen);
  };
  const server = createServer(listener);
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, sockets };
}

export type Event = Record<string, unknown> & { readonly type: string };

export const sse = (...events: (Event | string)[]) =>
  events
    .map((event) => (typeof event === "string" ? event : `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`))
    .join("");

export const begin: Event = {
  type: "message_start",
  message: { id: "msg_1", model: "claude-sonnet-5-5", usage: { input_tokens: 7, output_tokens: 1 } },
};
export const stop: Event = { type: "message_stop" };
export const open = (index: number, content_block: object): Event => ({
  type: "content_block_start",
  index,
  content_block,
});
export const delta = (index: number, delta: object): Event => ({ type: "content_block_delta", index, delta });
export const shut = (index: number): Event => ({ type: "content_block_stop", index });
export const finish = (stop_reason: string | null, usage: object | null = { output_tokens: 9 }): Event => ({
  type: "message_delta",
  delta: { stop_reason },
  usage,
});
export const textBlock = (index: number, ...parts: string[]) => [
  open(index, { type: "text", text: "" }),
  ...parts.map((text) => delta(index, { type: "text_delta", text })),
  shut(index),
];
export const callBlock = (index: number, id: string, ...parts: string[]) => [
  open(index, { type: "tool_use", id, name: "Bash", input: {} }),
  ...parts.map((partial_json) => delta(index, { type: "input_json_delta", partial_json })),
  shut(index),
];

export const eventStream =
  (body: string | Buffer, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", ...headers }).end(body);
  };
export const answer = (...events: (Event | string)[]) => eventStream(sse(...events));
export const hello = answer(begin, ...textBlock(0, "Hello"), finish("end_turn"), stop);
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };

// ---------------------------------------------------------------- the provider, on real HTTP

export const KEY = "sk-ant-a-very-secret-key";

export async function start(url: string, options: { env?: Record<string, string>; config?: object } = {}) {
  const { signal } = new AbortController();
  const owned: (() => void)[] = [];
  const scope = { name: "test", signal, own: (dispose: () => void) => owned.push(dispose) } as unknown as Scope;
  const env = { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: KEY, ...options.env };
  const host = { env, version: "1.2.3" } as unknown as HostInfo;
  const { default: setupHttp } = await (httpNode.setup as unknown as LazySetup<typeof httpManifest>).load();
  const { services } = await setupHttp({ scope, host } as unknown as SetupContext<typeof httpManifest>);
  const bodies: Readable[] = [];
  const http: Http = {
    async request(spec) {
      const response = await services.http.request(spec);
      bodies.push(response.body);
      return response;
    },
  };
  const context = {
    scope,
    host,
    use: { http },
    config: { cache: "5m", thinkingDisplay: "summarized", ...options.config },
    log: () => {},
  };
  const { providers } = await setup(context as unknown as SetupContext<never>);
  closers.push(() => owned.forEach((dispose) => void dispose()));
  return { provider: providers.anthropic as Provider, http, host, bodies };
}

export const user = (text: string): Message => ({ role: "user", content: [{ type: "text", text }] });

export const request = (changes: Partial<ModelRequest> = {}): ModelRequest => ({
  model: { provider: "anthropic", id: "claude-sonnet-4-5" },
  system: [],
  messages: [user("Hi")],
  tools: [],
  ...changes,
});

export async function gather(source: Provider, asked = request(), signal = new AbortController().signal) {
  const events: ModelEvent[] = [];
  for await (const event of source.stream(asked, { signal })) events.push(event);
  return events;
}

export type Handler = (response: ServerResponse, seen: Seen) => void;

/** What one request to a server that answers so brings. */
export async function ask(handler: Handler, asked = request()) {
  const { url, seen } = await serve(handler);
  const events = await gather((await start(url)).provider, asked);
  const last = events.at(-1);
  return { events, seen, last };
}

export async function messageFrom(handler: Handler): Promise<{ message: AssistantMessage; badInputs: object }> {
  const { last } = await ask(handler);
  if (last?.type !== "end") throw new Error(`no answer: ${JSON.stringify(last)}`);
  return { message: last.message, badInputs: last.badInputs ?? {} };
}

export async function failureFrom(handler: Handler): Promise<ModelFailure & { usage?: Usage }> {
  const { last } = await ask(handler);
  if (last?.type !== "failure") throw new Error(`no failure: ${JSON.stringify(last)}`);
  return { ...last.failure, ...(last.usage && { usage: last.usage }) };
}
