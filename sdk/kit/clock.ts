/**
 * Time and chance. A plugin that waits takes a clock, {@link realClock} unless told otherwise, so that its tests move time by
 * hand: `fakeClock` of `gantry/sdk/testing`.
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment; never goes back. */
  elapsed(): number;
  /** At least 0 and below 1. */
  random(): number;
  /** Calls once, after a while; returns what calls it off. */
  after(ms: number, call: () => void): () => void;
  /** Resolves after a while, or as soon as the signal fires; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The clock of the machine.
 *
 * @example
 * export function patiently(work: () => boolean, clock: Clock = realClock) {
 *   return clock.sleep(1_000).then(work);
 * }
 */
export const realClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  random: () => Math.random(),
  after: startTimer,
  sleep: sleepBy(startTimer),
};

function startTimer(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}

/**
 * The `sleep` that goes with an `after`, for a clock of your own.
 *
 * @example
 * const slow: Clock = { ...realClock, after: (ms, call) => realClock.after(ms * 2, call) };
 * const slower: Clock = { ...slow, sleep: sleepBy(slow.after) };
 */
export function sleepBy(after: Clock["after"]): Clock["sleep"] {
  return (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => {
        stop();
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const stop = after(ms, end);
      signal?.addEventListener("abort", end, { once: true });
    });
}
