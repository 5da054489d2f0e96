/** How requests reach the collector, and how often that is tried. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { IExporterTransport } from "@opentelemetry/otlp-exporter-base";
import { messageOf } from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import { within } from "gantry/sdk/kit/within";
import type { HeadersHelper } from "./headers-helper.ts";
import type { Answer, Sender } from "./sender.ts";
import type { Target } from "./targets.ts";

export interface Transport extends IExporterTransport {
  /** Nothing answered when it was last tried. */
  readonly isGone: boolean;
  /** While it does not, what fails is not tried again. */
  isPatient: boolean;
}

export interface TransportParts {
  readonly target: Target;
  readonly sender: Sender;
  readonly helper?: HeadersHelper | undefined;
  readonly clock: Clock;
  readonly onFailure: (problem: string) => void;
}

/** As the SDK's own transport does it. */
const MOST_TRIES = 6;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5_000;

const compress = promisify(gzip);

export function createTransport({ target, sender, helper, clock, onFailure }: TransportParts): Transport {
  const closed = new AbortController();

  async function attempt(body: Uint8Array, timeoutMs: number): Promise<Answer> {
    if (closed.signal.aborted) return { status: "failure", error: new Error("it is over") };
    let isReady = false;
    try {
      return await within(timeoutMs, closed.signal, async (signal) => {
        const all = { ...target.headers, ...(await helper?.headers()) };
        isReady = true;
        const response = await sender.send(body, all, signal);
        transport.isGone = false;
        if (response.isUnwelcome) helper?.distrust();
        return response;
      });
    } catch (thrown) {
      const error = new Error(messageOf(thrown).replace(/\.$/, ""));
      if (!isReady) return { status: "failure", error };
      transport.isGone = true;
      return { status: "retryable", error };
    }
  }

  const transport = {
    isGone: false,
    isPatient: true,
    async send(data: Uint8Array, timeoutMs: number): Promise<Answer> {
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
    shutdown() {
      closed.abort();
      sender.close();
    },
  };
  return transport;
}

/** The address without what in it may be secret. */
export function shownUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}
