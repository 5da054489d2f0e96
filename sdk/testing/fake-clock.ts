import { setImmediate as nextTurn } from "node:timers/promises";
import { type Clock, sleepBy } from "gantry/sdk/kit/clock";

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** How many timers are set. Zero at the end of a test says that nothing is still waiting. */
  readonly timers: number;
  /** Goes on, calling each timer at its time; what waited for it runs before the next, and may set more. */
  advance(ms: number): Promise<void>;
  /** Goes on to the next timer, calls it, and gives the milliseconds until it. Throws when none is set. */
  next(): number;
  /** Lets time pass while the program is busy: timers that come due are called later, by the next `advance` or `next`. */
  pass(ms: number): void;
}

/** Where a fake clock begins. */
export interface FakeClockOptions {
  /** Milliseconds since 1970. Default: the beginning of 2026. */
  readonly now?: number;
  /** What chance gives. Default: always 0.5. */
  readonly random?: () => number;
}

/**
 * Makes a clock that the test moves by hand: no test of a wait has to wait.
 *
 * @example
 * const clock = fakeClock();
 * let isOver = false;
 * void clock.sleep(60_000).then(() => (isOver = true));
 * await clock.advance(59_999);
 * expect(isOver).toBe(false);
 * await clock.advance(1);
 * expect(isOver).toBe(true);
 */
export function fakeClock({ now = Date.UTC(2026, 0, 1), random = () => 0.5 }: FakeClockOptions = {}): FakeClock {
  const started = now;
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();

  const after: Clock["after"] = (ms, call) => {
    const timer = { at: now + Math.max(0, ms), call };
    timers.add(timer);
    return () => void timers.delete(timer);
  };

  /** Calls the timer that comes first, if it is due by then; timers of one moment in the order they were set. */
  function callNext(until: number): boolean {
    const [first] = [...timers].sort((a, b) => a.at - b.at);
    if (!first || first.at > until) return false;
    now = Math.max(now, first.at);
    timers.delete(first);
    first.call();
    return true;
  }

  return {
    now: () => now,
    elapsed: () => now - started,
    random,
    after,
    sleep: sleepBy(after),
    get timers() {
      return timers.size;
    },
    async advance(ms) {
      const until = now + ms;
      await nextTurn();
      while (callNext(until)) await nextTurn();
      now = Math.max(now, until);
    },
    next() {
      const before = now;
      if (!callNext(Number.POSITIVE_INFINITY)) throw new Error("no timer is set");
      return now - before;
    },
    pass(ms) {
      now += ms;
    },
  };
}
