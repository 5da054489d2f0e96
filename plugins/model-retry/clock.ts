/** Time and chance, so that tests can hold both. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds since some moment; never goes back. */
  readonly elapsed: () => number;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Calls after a while; returns what calls it off. */
  readonly after: (ms: number, call: () => void) => () => void;
}

export const realClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  random: Math.random,
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
