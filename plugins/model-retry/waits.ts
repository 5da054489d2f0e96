import type { Clock } from "gantry/sdk/kit/clock";

/**
 * Watches waits that follow each other. One timer serves them all, since most are short: it looks when it fires how long the
 * present one may still last.
 */
export function watchWaits(clock: Clock) {
  let deadline = Number.POSITIVE_INFINITY;
  let firesAt = Number.POSITIVE_INFINITY;
  let tooLong = () => {};
  let stop = () => {};

  function arm(): void {
    stop();
    firesAt = deadline;
    stop = clock.after(deadline - clock.elapsed(), look);
  }

  function look(): void {
    firesAt = Number.POSITIVE_INFINITY;
    if (clock.elapsed() >= deadline) tooLong();
    else if (deadline !== Number.POSITIVE_INFINITY) arm();
  }

  return {
    /** A wait of at most `ms` begins; `onTooLong` is called when it lasts longer. */
    begin(ms: number, onTooLong: () => void): void {
      deadline = clock.elapsed() + ms;
      tooLong = onTooLong;
      if (deadline < firesAt) arm();
    },
    end(): void {
      deadline = Number.POSITIVE_INFINITY;
    },
    close: () => stop(),
  };
}
