import type { ModelFailure, Setup, StreamFunction } from "gantry/sdk";
import { type Clock, realClock } from "gantry/sdk/kit/clock";
import { attempt, type TimeLimits } from "./attempt.ts";
import { fallbacks, withFallback } from "./fallback.ts";
import type { modelRetry } from "./index.ts";

/** When to try again, in milliseconds where it is time. */
export interface RetryLimits extends TimeLimits {
  readonly tries: number;
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  readonly longestRetryAfterMs: number;
}

const setup: Setup<typeof modelRetry> = ({ config, use }) => ({
  taps: {
    modelWrap: (stream) =>
      withFallback({
        patient: withRetries(stream, config, realClock),
        brief: withRetries(stream, { ...config, tries: Math.min(config.tries, BRIEF_TRIES) }, realClock),
        models: use.models,
        names: () => fallbacks(use.settings),
      }),
  },
});

/** How often a model is asked that another one can stand in for. */
const BRIEF_TRIES = 3;

/**
 * A stream function that tries again. An answer that reached its `end` is never asked for twice: tools run on nothing else,
 * so no try repeats a side effect.
 */
export function withRetries(stream: StreamFunction, limits: RetryLimits, clock: Clock): StreamFunction {
  return async function* retrying(request, call) {
    for (let number = 1; ; number++) {
      let failure: ModelFailure | undefined;
      for await (const event of attempt(stream, request, call, limits, clock)) {
        if (event.type !== "failure" || !event.failure.isRetryable) {
          yield event;
          continue;
        }
        failure = event.failure;
        const reason = whyToStop(failure, number, limits, clock);
        if (!reason) continue;
        yield { ...event, failure: { ...failure, ...reason } };
        return;
      }
      if (!failure) return;
      const delayMs = delayAfter(failure, number, limits, clock);
      yield { type: "retry", attempt: number, maxAttempts: limits.tries, delayMs, failure };
      // An abort ends the wait at once, and the next try then says that it was aborted.
      await clock.sleep(delayMs, call.signal);
    }
  };
}

/** What to tell the person in place of another try, or nothing when there shall be one. */
function whyToStop(
  failure: ModelFailure,
  number: number,
  limits: RetryLimits,
  clock: Clock,
): Pick<ModelFailure, "message" | "remedy"> | undefined {
  const asked = failure.retryAfterMs ?? 0;
  if (asked > limits.longestRetryAfterMs) {
    const time = new Date(clock.now() + asked).toTimeString().slice(0, 5);
    return { message: failure.message, remedy: `The server asks to wait: try again in ${inWords(asked)}, at ${time}.` };
  }
  if (number < limits.tries) return undefined;
  return { message: `${failure.message} (tried ${number} ${number === 1 ? "time" : "times"})` };
}

/** Full jitter: anything up to a ceiling that doubles, but no less than the server asks for. */
function delayAfter(failure: ModelFailure, number: number, limits: RetryLimits, clock: Clock): number {
  const ceiling = Math.min(limits.longestDelayMs, limits.firstDelayMs * 2 ** (number - 1));
  return Math.max(failure.retryAfterMs ?? 0, Math.round(clock.random() * ceiling));
}

function inWords(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.round(minutes / 6) / 10} h`;
}

export default setup;
