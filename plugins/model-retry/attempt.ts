import type { ModelCall, ModelEvent, ModelFailure, ModelRequest, StreamFunction } from "gantry/sdk";
import type { Clock } from "gantry/sdk/kit/clock";
import { watchWaits } from "./waits.ts";

/** The limits of one try, in milliseconds. */
export interface TimeLimits {
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly answerMs: number;
}

/**
 * One try, held to its time: a stream that does not begin, that falls silent or that takes too long is ended with a failure,
 * and so is one that ends without saying how. An abort ends it at once, whether or not the provider listens.
 */
export async function* attempt(
  stream: StreamFunction,
  request: ModelRequest,
  call: ModelCall,
  limits: TimeLimits,
  clock: Clock,
): AsyncGenerator<ModelEvent> {
  const ended = new AbortController();
  const events = stream(request, { ...call, signal: ended.signal })[Symbol.asyncIterator]();
  let cause: ModelFailure | undefined;
  let isWhole = false;
  let wake = () => {};
  const interrupt = (failure: ModelFailure) => {
    cause ??= failure;
    wake();
  };
  const onAbort = () => interrupt(ABORTED);
  const waits = watchWaits(clock);
  const stopTotal = clock.after(limits.answerMs, () => interrupt(tooSlow(limits.answerMs)));
  if (call.signal.aborted) onAbort();
  else call.signal.addEventListener("abort", onAbort, { once: true });

  /** The next event; a failure when the try was interrupted or no event came in time. */
  async function next(ms: number, hang: (ms: number) => ModelFailure): Promise<ModelEvent> {
    waits.begin(ms, () => interrupt(hang(ms)));
    try {
      return await new Promise((resolve, reject) => {
        wake = () => resolve({ type: "failure", failure: cause as ModelFailure });
        if (cause) wake();
        else
          events.next().then(({ done, value }) => resolve(done ? { type: "failure", failure: ENDED } : value), reject);
      });
    } finally {
      waits.end();
    }
  }

  try {
    let event = await next(limits.firstByteMs, noAnswer);
    while (event.type !== "end" && event.type !== "failure") {
      yield event;
      event = await next(limits.idleMs, silent);
    }
    isWhole = event.type === "end";
    yield event;
  } finally {
    waits.close();
    stopTotal();
    call.signal.removeEventListener("abort", onAbort);
    // Behind a whole answer the connection is left to end by itself, so that it can serve the next request.
    if (!isWhole) ended.abort();
    // Not awaited: a provider that hangs must not hold the turn.
    events.return?.().catch(() => {});
  }
}

const ABORTED: ModelFailure = { kind: "aborted", message: "The request was aborted.", isRetryable: false };

const ENDED: ModelFailure = {
  kind: "protocol",
  message: "The provider ended its stream without an answer.",
  isRetryable: true,
};

function noAnswer(ms: number): ModelFailure {
  const message = `The model did not begin to answer within ${seconds(ms)}.`;
  return { kind: "timeout", message, code: "first_byte", isRetryable: true };
}

function silent(ms: number): ModelFailure {
  const message = `The model fell silent in the middle of its answer for ${seconds(ms)}.`;
  return { kind: "timeout", message, code: "idle", isRetryable: true };
}

function tooSlow(ms: number): ModelFailure {
  return {
    kind: "timeout",
    message: `The model's answer was not whole after ${seconds(ms)}.`,
    remedy: "Ask for less at once, or raise model-retry.answerMs.",
    code: "answer_time",
    isRetryable: false,
  };
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
