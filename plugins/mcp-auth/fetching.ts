/** Requests of a sign-in: to safe addresses alone, no redirect followed, answers of a bounded size, JSON read strictly. */
import { type Http, isGantryError, type LaterService, messageOf } from "gantry/sdk";
import { parseJsonText } from "gantry/sdk/kit/json-text";
import { safeAddress } from "./addresses.ts";

export interface SafeFetch {
  readonly fetch: (input: string | URL, init?: RequestInit) => Promise<Response>;
  /** Throws what was refused: some who ask go on as if nothing were there. */
  check(): void;
}

const MOST_BYTES = 1024 * 1024;
const ANSWER_MS = 30_000;

/** `server`: for whose sake. */
export function createSafeFetch(http: LaterService<Http>, server: string, signal?: AbortSignal): SafeFetch {
  let refused: unknown;
  return {
    async fetch(input, init = {}) {
      const url = address(input);
      const { request } = await http();
      try {
        const { status, headers, text } = await request({
          method: (init.method ?? "GET") as "GET",
          url: url.href,
          headers: Object.fromEntries(new Headers(init.headers)),
          headersTimeoutMs: ANSWER_MS,
          ...(init.body != null && { body: String(init.body) }),
          ...(signal && { signal }),
        });
        const body = await text(MOST_BYTES);
        const { "content-encoding": _, "content-length": __, ...others } = headers;
        const isEmpty = status === 204 || status === 205 || status === 304 || status < 200;
        return new Response(isEmpty ? null : strict(body, status), { status, headers: others });
      } catch (thrown) {
        signal?.throwIfAborted();
        refused ??= isGantryError(thrown) && thrown.code === "GANTRY_MCP_AUTH_ADDRESS" ? thrown : undefined;
        throw new Error(messageOf(thrown), { cause: thrown });
      }
    },
    check() {
      if (refused !== undefined) throw refused;
    },
  };

  function address(input: string | URL): URL {
    try {
      return safeAddress(input, server);
    } catch (thrown) {
      refused ??= thrown;
      throw thrown;
    }
  }
}

/** The same value for every reader: a key that stands twice is refused. */
function strict(body: string, status: number): string {
  if (status >= 200 && status < 300 && /^\s*[{[]/.test(body)) parseJsonText(body);
  return body;
}
