/** One request to the collector, and what came of it. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type Http, messageOf } from "gantry/sdk";
import { within } from "gantry/sdk/kit/within";
import { encodeProtobuf } from "./protobuf.ts";
import type { Target } from "./targets.ts";

/** `lost`: it will not be taken, so it need not be sent again. `later`: it may be. */
export interface Outcome {
  readonly kind: "sent" | "lost" | "later";
  /** Why, unless sent. */
  readonly problem?: string;
  /** How long the collector asks to wait. */
  readonly afterMs?: number;
  /** No answer came at all. */
  readonly isUnreachable?: boolean;
}

export type Send = (request: object, signal: AbortSignal) => Promise<Outcome>;

/** Of an answer nothing is needed: a collector that goes on talking is not listened to. */
const MOST_BYTES = 64 * 1_024;
const BODY_MS = 1_000;
const PASSING = new Set([429, 502, 503, 504]);

const compress = promisify(gzip);

export function createSend(target: Target, http: Http, version: string): Send {
  const headers = {
    ...target.headers,
    "content-type": target.isJson ? "application/json" : "application/x-protobuf",
    "user-agent": `gantry/${version}`,
    ...(target.isCompressed && { "content-encoding": "gzip" }),
  };

  return async (request, outer) => {
    try {
      const plain = target.isJson ? JSON.stringify(request) : encodeProtobuf(target.signal, request);
      const body = target.isCompressed ? await compress(plain) : plain;
      return await within(target.timeoutMs, outer, async (signal) => {
        const response = await http.request({ method: "POST", url: target.url, headers, body, signal });
        const { status } = response;
        // Read to its end, so that the connection can serve again; but what counts is the status.
        await within(BODY_MS, signal, () => response.text(MOST_BYTES)).catch(() => response.body.destroy());
        if (status >= 200 && status < 300) return { kind: "sent" };
        const problem = `it answered with status ${status}`;
        if (!PASSING.has(status)) return { kind: "lost", problem };
        const afterMs = Number(response.headers["retry-after"]) * 1_000;
        return { kind: "later", problem, ...(afterMs > 0 && { afterMs }) };
      });
    } catch (thrown) {
      return { kind: "later", problem: messageOf(thrown).replace(/\.$/, ""), isUnreachable: true };
    }
  };
}

/** The address without what in it may be secret. */
export function shownUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}
