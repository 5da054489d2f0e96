import { type Figures, newId, type TurnEnd, type WireResult } from "gantry/sdk";
import { modelUsageOf } from "gantry/sdk/kit/model-usage";
import { createTally, type Tally } from "./tally.ts";

/** The answer in the form that was asked for. */
export interface Output {
  readonly value: unknown;
}

/** The result line of a turn that has ended. */
export function resultOf(
  sessionId: string,
  tally: Tally,
  end: TurnEnd,
  figures: Figures | undefined,
  output?: Output,
): WireResult {
  const outcome = outcomeOf(end, tally.isAtTools);
  return line(sessionId, output ? { ...outcome, structured_output: output.value } : outcome, tally, figures);
}

/** The result line when no session could be opened. */
export function failedResult(message: string): WireResult {
  const outcome: Outcome = { subtype: "error_during_execution", is_error: true, errors: [message] };
  return line("", outcome, createTally(), undefined);
}

function line(sessionId: string, outcome: Outcome, tally: Tally, figures: Figures | undefined): WireResult {
  return {
    type: "result",
    ...outcome,
    duration_ms: Math.round(tally.ms),
    duration_api_ms: Math.round(tally.apiMs),
    num_turns: tally.answers,
    stop_reason: tally.stopReason,
    session_id: sessionId,
    total_cost_usd: figures?.costUsd ?? 0,
    usage: tally.usage,
    modelUsage: modelUsageOf(figures),
    permission_denials: tally.denied.map(({ id, tool, input }) => ({
      tool_name: tool.name,
      tool_use_id: id,
      tool_input: input,
    })),
    uuid: newId(),
  };
}

type Outcome = Pick<
  WireResult,
  "subtype" | "is_error" | "terminal_reason" | "result" | "structured_output" | "errors" | "api_error_status"
>;

// Codes of limits, as the host names them, and what the wire calls them.
const LIMITS: Readonly<Record<string, WireResult["subtype"]>> = {
  max_turns: "error_max_turns",
  max_budget_usd: "error_max_budget_usd",
  max_structured_output_retries: "error_max_structured_output_retries",
};

function outcomeOf(end: TurnEnd, isAtTools: boolean): Outcome {
  switch (end.reason) {
    case "completed":
    case "handled":
      return { subtype: "success", is_error: false, terminal_reason: "completed", result: end.text };
    case "model_error":
      // The field calls this a success whose text is the error; clients look at `is_error`.
      return {
        subtype: "success",
        is_error: true,
        terminal_reason: "api_error",
        result: apiError(end),
        api_error_status: end.status ?? null,
      };
    case "aborted":
      return failed("error_during_execution", isAtTools ? "aborted_tools" : "aborted_streaming", end);
    case "denied":
      return failed("error_during_execution", "aborted_tools", end);
    case "refused":
      return failed("error_during_execution", "hook_stopped", end);
    default:
      return failed(LIMITS[end.reason] ?? "error_during_execution", end.reason, end);
  }
}

function failed(subtype: WireResult["subtype"], reason: string, end: TurnEnd): Outcome {
  return { subtype, is_error: true, terminal_reason: reason, errors: [errorOf(end)] };
}

/** What went wrong, in one sentence. */
export function errorOf(end: TurnEnd): string {
  return end.error || end.text || `The turn ended early: ${end.reason}.`;
}

function apiError(end: TurnEnd): string {
  return `API Error: ${end.status === undefined ? "" : `${end.status} `}${errorOf(end)}`;
}
