/** Ends a turn whose conversation fills up again as soon as it was shortened: each round costs, and none gets further. */
import type { Entry, Setup, StreamFunction } from "gantry/sdk";
import type { compactBreaker } from "./index.ts";

/** So many compactions in a row, each with so few answers since the one before it. */
const MOST_IN_A_ROW = 3;
const FEW_ANSWERS = 2;

const setup: Setup<typeof compactBreaker> = () => ({ taps: { modelWrap: breakRefill } });

export default setup;

/** Whether the conversation was only just shortened, and for the third time in a row to no avail. */
function isRefilling(entries: readonly Entry[]): boolean {
  let inRow = 0;
  let answers = 0;
  for (const entry of [...entries].reverse()) {
    if (entry.type === "assistant" && ++answers > FEW_ANSWERS) return false;
    if (entry.type !== "compaction") continue;
    // A person who asks for it means it.
    if (entry.trigger === "manual" || (inRow === 0 && answers > 0)) return false;
    if (++inRow === MOST_IN_A_ROW) return true;
    answers = 0;
  }
  return false;
}

/** Makes no request of a turn while the conversation keeps refilling. */
function breakRefill(stream: StreamFunction): StreamFunction {
  return async function* broken(request, call) {
    if (!call.turn || !isRefilling(call.turn.session.entries)) return yield* stream(request, call);
    const message = `The context filled up again ${MOST_IN_A_ROW} times right after it was shortened, so the turn was stopped.`;
    const remedy =
      "Something large comes back each time, such as a long file or output: /context shows what fills the window. " +
      "Ask for it in smaller parts, choose a model with a larger window, or run /compact and say what to keep.";
    yield {
      type: "failure",
      failure: { kind: "limit", code: "rapid_refill_breaker", message, remedy, isRetryable: false },
    };
  };
}
