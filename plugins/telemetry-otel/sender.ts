/** One request to a collector, by whichever protocol it speaks. */
import type { ExportResponse } from "@opentelemetry/otlp-exporter-base";

export type Headers = Readonly<Record<string, string>>;

/** What came of a request. */
export type Answer = ExportResponse & {
  /** The collector does not know who asks, or does not let them. */
  readonly isUnwelcome?: boolean;
};

export interface Sender {
  /** Rejects where nothing answers. Heeds the signal. */
  send(body: Uint8Array, headers: Headers, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

/** An answer that is no yes, in words that quote nothing of it. */
export function refused(what: string, isPassing: boolean, retryInMillis = 0): Answer {
  const error = new Error(`it answered with ${what}`);
  if (!isPassing) return { status: "failure", error };
  return { status: "retryable", error, ...(retryInMillis > 0 && { retryInMillis }) };
}

/** The statuses of HTTP that pass. */
export const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Of an answer nothing is needed: a collector that goes on talking is not listened to. */
export const MOST_BYTES = 64 * 1_024;
