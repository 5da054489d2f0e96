/** Sends what a source has, now and then, and waits longer each time that does not work. */
import type { Clock } from "gantry/sdk/kit/clock";
import type { Outcome, Send } from "./send.ts";

/** What is to be sent. */
export interface Source {
  /** The next request, if there is something to send. */
  take(): { readonly request: object; settle(outcome: Outcome): void; readonly isMore: boolean } | undefined;
}

export interface Pump {
  /** Something is there: it is sent when the time has come. */
  wake(): void;
  /** Sends what is there, unless the collector is known to be gone. Resolves when it has, or when the signal fires. */
  flush(signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface PumpParts {
  readonly source: Source;
  readonly send: Send;
  readonly clock: Clock;
  readonly everyMs: number;
  readonly onFailure: (outcome: Outcome) => void;
}

/** The first request goes out soon, so that what is wrong is said while somebody is there to read it. */
const SOON_MS = 200;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;

const TOO_SLOW: Outcome = {
  kind: "later",
  problem: "it did not answer before the session had ended",
  isUnreachable: true,
};

export function createPump({ source, send, clock, everyMs, onFailure }: PumpParts): Pump {
  const closed = new AbortController();
  let stopTimer: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let isTried = false;
  let failures = 0;
  let isGone = false;

  function wake(): void {
    if (!stopTimer && !running && !closed.signal.aborted) wait(isTried ? everyMs : Math.min(everyMs, SOON_MS));
  }

  function wait(ms: number): void {
    stopTimer = clock.after(ms, () => {
      stopTimer = undefined;
      void drain(closed.signal);
    });
  }

  function drain(signal: AbortSignal): Promise<void> {
    running ??= sendAll(signal).then((waitMs) => {
      running = undefined;
      if (waitMs !== undefined && !closed.signal.aborted) wait(waitMs);
    });
    return running;
  }

  /** How long to wait until the next attempt; `undefined` when there is nothing to wait for. */
  async function sendAll(signal: AbortSignal): Promise<number | undefined> {
    isTried = true;
    for (let next = source.take(); next; next = source.take()) {
      const outcome = await send(next.request, signal);
      next.settle(outcome);
      isGone = outcome.isUnreachable === true;
      if (outcome.kind !== "sent" && !signal.aborted) onFailure(outcome);
      if (outcome.kind === "later") {
        const waitMs = Math.max(everyMs, FIRST_WAIT_MS * 2 ** failures++, outcome.afterMs ?? 0);
        return Math.min(waitMs, LONGEST_WAIT_MS);
      }
      failures = 0;
      if (!next.isMore) return everyMs;
    }
    return undefined;
  }

  return {
    wake,
    async flush(signal) {
      stopTimer?.();
      stopTimer = undefined;
      const ended = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      await Promise.race([running, ended]);
      if (isGone || signal.aborted) return;
      await Promise.race([drain(AbortSignal.any([signal, closed.signal])), ended]);
      if (signal.aborted && running) onFailure(TOO_SLOW);
    },
    close() {
      stopTimer?.();
      closed.abort();
    },
  };
}
