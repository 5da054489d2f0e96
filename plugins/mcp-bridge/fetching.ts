import {
  type Http,
  type LaterService,
  type McpAuth,
  type McpAuthServer,
  messageOf,
  type SessionView,
} from "gantry/sdk";
import { strictBody } from "./strict-body.ts";

/** What requests to one server need. */
export interface FetchParts {
  readonly http: LaterService<Http>;
  readonly auth: McpAuth | undefined;
  readonly server: McpAuthServer;
  /** Of the configuration, and what its helper printed. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  readonly session: () => SessionView | undefined;
  /** The server wants a person to sign in. */
  readonly needsAuth: () => void;
}

type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>;

/** An answer may come as late as its tool is done: whoever waits has a deadline of their own. */
const HEADERS_MS = 24 * 60 * 60 * 1000;

/** Requests on the host's own way to the network, with the headers of the configuration and of whoever signs in. */
export function createFetch({ http, auth, server, headers, session, needsAuth }: FetchParts): Fetch {
  const origin = new URL(server.url).origin;
  return async (input, init = {}) => {
    const url = new URL(input);
    // Headers may be secrets: they are for this server alone.
    const isOwn = url.origin === origin;
    const given = isOwn ? await headers() : {};
    const method = init.method ?? "GET";
    const request = { method, url: url.href };
    const sent = isOwn && auth ? await auth.headers(server, request) : {};
    const first = await send(url, init, { ...given, ...sent });
    if (!isOwn || !isChallenge(first)) return first;
    if (!auth) {
      if (first.status === 401) needsAuth();
      return first;
    }
    const running = session();
    const wwwAuthenticate = first.headers.get("www-authenticate");
    const isMet = await auth.challenged(server, {
      status: first.status as 401 | 403,
      ...(wwwAuthenticate !== null && { wwwAuthenticate }),
      sent,
      ...(running && { session: running }),
      ...(init.signal && { signal: init.signal }),
    });
    if (!isMet) {
      if (first.status === 401) needsAuth();
      return first;
    }
    await first.body?.cancel();
    const second = await send(url, init, { ...given, ...(await auth.headers(server, request)) });
    if (second.status === 401) needsAuth();
    return second;
  };

  async function send(url: URL, init: RequestInit, more: Readonly<Record<string, string>>): Promise<Response> {
    const { request } = await http();
    const own = Object.fromEntries(new Headers(init.headers));
    try {
      const { status, headers, body } = await request({
        method: (init.method ?? "GET") as "GET",
        url: url.href,
        headers: { ...lowered(more), ...own },
        headersTimeoutMs: HEADERS_MS,
        ...(typeof init.body === "string" && { body: init.body }),
        ...(init.signal && { signal: init.signal }),
      });
      const isEmpty = status === 204 || status === 205 || status === 304 || status < 200;
      if (isEmpty) body.resume();
      return new Response(isEmpty ? null : strictBody(body, headers["content-type"]), {
        status,
        headers: answered(headers),
      });
    } catch (thrown) {
      // What the SDK takes for a broken network.
      throw init.signal?.aborted ? init.signal.reason : new TypeError(messageOf(thrown), { cause: thrown });
    }
  }
}

/** What is not a refusal of rights, but one of a person: 403 with a hint at scopes. */
function isChallenge({ status, headers }: Response): boolean {
  return status === 401 || (status === 403 && headers.has("www-authenticate"));
}

function lowered(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The body has been decompressed. */
function answered({ "content-encoding": _, "content-length": __, ...headers }: Readonly<Record<string, string>>) {
  return headers as Record<string, string>;
}
