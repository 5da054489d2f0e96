import type { PromptResponse, StopReason, Usage } from "@agentclientprotocol/sdk/unstable";
import type { Figures, Session, TurnEnd } from "gantry/sdk";
import { authRequired, failed } from "./errors.ts";

/** Turns that end well, or in a way that the person has already read of. */
const REASONS: Readonly<Record<string, StopReason>> = {
  completed: "end_turn",
  handled: "end_turn",
  denied: "end_turn",
  aborted: "cancelled",
  refused: "refusal",
  max_turns: "max_turn_requests",
};

/** The answer to a prompt. Throws the protocol's error for a turn that failed. */
export function answerTo(end: TurnEnd | undefined, session: Session, signal: AbortSignal): PromptResponse {
  if (signal.aborted || !end) return { stopReason: "cancelled" };
  const stopReason = REASONS[end.reason];
  const { status, error = "The turn failed.", reason } = end;
  if (!stopReason) throw status === 401 || status === 403 ? authRequired(error) : failed(error, { reason, status });
  return { stopReason: stopReason === "end_turn" ? lastStop(session) : stopReason };
}

/** A model that was cut off has not ended by itself. */
function lastStop({ entries }: Session): StopReason {
  const last = entries.findLast(({ type }) => type === "assistant" || type === "user");
  const isCut = last?.type === "assistant" && last.message.stop_reason === "max_tokens";
  return isCut ? "max_tokens" : "end_turn";
}

/** What the session has used so far. */
export function usageOf({ usage }: Figures): Usage {
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
  return {
    inputTokens: input_tokens,
    outputTokens: output_tokens,
    cachedReadTokens: cache_read_input_tokens,
    cachedWriteTokens: cache_creation_input_tokens,
    totalTokens: input_tokens + output_tokens + cache_read_input_tokens + cache_creation_input_tokens,
  };
}
