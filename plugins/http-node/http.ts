import { type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import type { HttpRequest, HttpResponse, Setup } from "gantry/sdk";
import { createAgents } from "./agents.ts";
import { aborted, badUrl, noConnection, timedOut } from "./failure.ts";
import type { httpNode } from "./index.ts";
import { basic, hostOf, proxyFor, readProxies } from "./proxy.ts";
import { toResponse } from "./response.ts";

/** The longest time a timer of Node can hold. */
const LONGEST_TIMER = 2 ** 31 - 1;

const setup: Setup<typeof httpNode> = ({ host, scope }) => {
  const proxies = readProxies(host.env);
  const agents = createAgents();
  const running = new Set<() => void>();

  async function request(spec: HttpRequest): Promise<HttpResponse> {
    const url = readUrl(spec.url);
    if (spec.signal?.aborted || scope.signal.aborted) throw aborted(url);
    const isIdempotent = spec.method !== "POST";
    try {
      return await send(spec, url);
    } catch (error) {
      // The server closed an idle connection in the moment it was taken up again.
      if (isIdempotent && error instanceof StaleConnection) return send(spec, url);
      throw error instanceof StaleConnection ? error.failure : error;
    }
  }

  function send(spec: HttpRequest, url: URL): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const body = piecesOf(spec.body);
      const outgoing = open(spec, url, body);
      let incoming: IncomingMessage | undefined;

      const end = (failure: Error) => {
        reject(failure);
        (incoming ?? outgoing).destroy(failure);
      };
      const onAbort = () => end(aborted(url));
      const limit = Math.min(spec.headersTimeoutMs ?? 60_000, LONGEST_TIMER);
      const timer = setTimeout(() => end(timedOut(url, limit)), limit);
      spec.signal?.addEventListener("abort", onAbort, { once: true });
      running.add(onAbort);

      outgoing.once("response", (response) => {
        clearTimeout(timer);
        incoming = response;
        resolve(toResponse(response, spec.method, url));
      });
      outgoing.on("error", (error) => {
        const failure = noConnection(url, error, proxyFor(url, proxies));
        const isStale = outgoing.reusedSocket && !incoming;
        reject(isStale ? new StaleConnection(failure) : failure);
      });
      outgoing.once("close", () => {
        clearTimeout(timer);
        spec.signal?.removeEventListener("abort", onAbort);
        running.delete(onAbort);
      });
      for (const piece of body ?? []) outgoing.write(piece);
      outgoing.end();
    });
  }

  function open(spec: HttpRequest, url: URL, body: readonly Uint8Array[] | undefined): ClientRequest {
    const proxy = proxyFor(url, proxies);
    const headers: Record<string, string | number> = { "accept-encoding": "gzip, br" };
    for (const [name, value] of Object.entries(spec.headers ?? {})) headers[name.toLowerCase()] = value;
    if (body) headers["content-length"] = body.reduce((length, piece) => length + piece.byteLength, 0);
    if (url.username && !headers.authorization) headers.authorization = basic(url);
    const options = {
      method: spec.method,
      headers,
      agent: agents.for(url, proxy),
      host: hostOf(url),
      port: url.port,
      path: url.pathname + url.search,
    };
    if (url.protocol === "https:") return agents.https().request({ ...options, ...spec.certificates });
    if (!proxy) return plainRequest(options);
    // A proxy for plain HTTP is asked for the whole address.
    headers.host = url.host;
    if (proxy.username) headers["proxy-authorization"] = basic(proxy);
    return agents.client(proxy).request({
      ...options,
      agent: agents.for(proxy, undefined),
      host: hostOf(proxy),
      port: proxy.port,
      path: `http://${url.host}${url.pathname}${url.search}`,
    });
  }

  scope.own(() => {
    for (const abort of running) abort();
    agents.destroy();
  });
  return { services: { http: { request } } };
};

/** A kept connection turned out to be closed before anything of the response came. */
class StaleConnection extends Error {
  readonly failure: Error;
  constructor(failure: Error) {
    super(failure.message);
    this.failure = failure;
  }
}

function piecesOf(body: HttpRequest["body"]): readonly Uint8Array[] | undefined {
  if (body === undefined) return undefined;
  if (typeof body === "string") return [Buffer.from(body)];
  return body instanceof Uint8Array ? [body] : body;
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") throw badUrl(text);
  return url;
}

export default setup;
