/** How requests reach the collector: by the service `http`, and so by the proxies and within the limits of everything else. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ExportResponse, IExporterTransport } from "@opentelemetry/otlp-exporter-base";
import { type Http, messageOf } from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import { within } from "gantry/sdk/kit/within";
import type { Target } from "./targets.ts";

export interface Transport extends IExporterTransport {
  /** Nothing answered when it was last tried. */
  readonly isGone: boolean;
  /** While it does not, what fails is not tried again. */
  isPatient: boolean;
}

export interface TransportParts {
  readonly target: Target;
  readonly http: Http;
  readonly clock: Clock;
  readonly version: string;
  readonly onFailure: (problem: string) => void;
}

/** Of an answer nothing is needed: a collector that goes on talking is not listened to. */
const MOST_BYTES = 64 * 1_024;
const BODY_MS = 1_000;

/** As the SDK's own transport does it. */
const MOST_TRIES = 6;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5_000;
const PASSING = new Set([429, 502, 503, 504]);

const compress = promisify(gzip);

export function createTransport({ target, http, clock, version, onFailure }: TransportParts): Transport {
  const closed = new AbortController();
  const headers = {
    ...target.headers,
    "content-type": target.isJson ? "application/json" : "application/x-protobuf",
    "user-agent": `gantry/${version}`,
    ...(target.isCompressed && { "content-encoding": "gzip" }),
  };

  async function attempt(body: Uint8Array, timeoutMs: number): Promise<ExportResponse> {
    if (closed.signal.aborted) return { status: "failure", error: new Error("it is over") };
    try {
      return await within(timeoutMs, closed.signal, async (signal) => {
        const response = await http.request({ method: "POST", url: target.url, headers, body, signal });
        transport.isGone = false;
        const { status } = response;
        // Read to its end, so that the connection can serve again; but what counts is the status.
        await within(BODY_MS, signal, () => response.text(MOST_BYTES)).catch(() => response.body.destroy());
        if (status >= 200 && status < 300) return { status: "success" };
        const error = new Error(`it answered with status ${status}`);
        if (!PASSING.has(status)) return { status: "failure", error };
        const retryInMillis = Number(response.headers["retry-after"]) * 1_000;
        return { status: "retryable", error, ...(retryInMillis > 0 && { retryInMillis }) };
      });
    } catch (thrown) {
      transport.isGone = true;
      return { status: "retryable", error: new Error(messageOf(thrown).replace(/\.$/, "")) };
    }
  }

  const transport = {
    isGone: false,
    isPatient: true,
    async send(data: Uint8Array, timeoutMs: number): Promise<ExportResponse> {
      const body = target.isCompressed ? await compress(data) : data;
      const end = clock.elapsed() + timeoutMs;
      for (let tries = 1; ; tries++) {
        const response = await attempt(body, end - clock.elapsed());
        if (response.status === "success" || closed.signal.aborted) return response;
        onFailure(response.error?.message ?? "it failed");
        if (response.status === "failure" || tries === MOST_TRIES || !transport.isPatient) return response;
        const usualMs = Math.min(FIRST_WAIT_MS * 1.5 ** (tries - 1), LONGEST_WAIT_MS) * (0.8 + 0.4 * clock.random());
        const waitMs = response.retryInMillis ?? usualMs;
        if (clock.elapsed() + waitMs >= end) return response;
        await clock.sleep(waitMs, closed.signal);
      }
    },
    shutdown: () => closed.abort(),
  };
  return transport;
}

/** The address without what in it may be secret. */
export function shownUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}
