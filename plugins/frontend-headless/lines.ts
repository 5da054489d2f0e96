import {
  type AssistantContent,
  type FailureKind,
  type Fault,
  newId,
  type SessionEvent,
  type ToolResultBlock,
  type WireAssistant,
  type WireMessage,
} from "gantry/sdk";

/** What an event is on the wire; most have no line of their own. `callId`: the call that has started the agent in which it happens. */
export function linesOf(event: SessionEvent, sessionId: string, callId: string | null = null): readonly WireMessage[] {
  const common = { session_id: sessionId, uuid: newId() };
  switch (event.type) {
    case "assistant":
      return [...assistantLines(event, sessionId, callId), ...refusalLines(event, common)];
    case "tool_end":
      return [
        {
          type: "user",
          message: { role: "user", content: [resultBlock(event)] },
          parent_tool_use_id: callId,
          ...(event.result.data === undefined ? {} : { tool_use_result: event.result.data }),
          ...common,
          uuid: event.uuid,
        },
      ];
    case "denied":
      return [
        {
          type: "system",
          subtype: "permission_denied",
          tool_name: event.call.tool.name,
          tool_use_id: event.call.id,
          decision_reason_type: event.verdict.rule === undefined ? "other" : "rule",
          ...(event.verdict.reason !== undefined && { decision_reason: event.verdict.reason }),
          message: event.verdict.reason ?? "The call was not allowed.",
          ...common,
        },
      ];
    case "retry":
      return [
        {
          type: "system",
          subtype: "api_retry",
          attempt: event.attempt,
          max_retries: event.maxAttempts,
          retry_delay_ms: event.delayMs,
          error_status: event.failure.status ?? null,
          error: ERROR_NAMES[event.failure.kind] ?? "unknown",
          ...common,
        },
      ];
    case "compacting":
      return [{ type: "system", subtype: "status", status: "compacting", ...common }];
    case "compacted":
      return [
        { type: "system", subtype: "status", status: null, ...common },
        {
          type: "system",
          subtype: "compact_boundary",
          compact_metadata: {
            trigger: event.trigger === "manual" ? "manual" : "auto",
            pre_tokens: event.tokensBefore,
            post_tokens: event.tokensAfter,
          },
          session_id: sessionId,
          uuid: newId(),
        },
      ];
    case "notice":
      return [
        {
          type: "system",
          subtype: "informational",
          content: event.notice.text,
          level: event.notice.level,
          ...common,
        },
      ];
    case "fault":
      return [
        {
          type: "system",
          subtype: "informational",
          content: faultText(event.fault),
          level: "warning",
          ...common,
        },
      ];
    default:
      return [];
  }
}

/** The line that stands for an interruption in the conversation. */
export function interruptionLine(sessionId: string, isAtTools: boolean): WireMessage {
  const text = `[Request interrupted by user${isAtTools ? " for tool use" : ""}]`;
  return {
    type: "user",
    message: { role: "user", content: [{ type: "text", text }] },
    parent_tool_use_id: null,
    session_id: sessionId,
    uuid: newId(),
  };
}

/** A plugin's failure in one sentence. */
export function faultText({ plugin, where, message, isQuarantined }: Fault): string {
  const consequence = isQuarantined ? " Its hooks are off for this session." : "";
  const stop = /[.!?]$/.test(message) ? "" : ".";
  return `The plugin ${plugin} failed in ${where}: ${message}${stop}${consequence}`;
}

/** One content block a line; the last one carries the uuid of the record. */
function assistantLines(
  event: Extract<SessionEvent, { type: "assistant" }>,
  sessionId: string,
  callId: string | null,
): WireAssistant[] {
  const { content, ...message } = event.message;
  return content.map((block, index) => ({
    type: "assistant",
    message: { ...message, type: "message", content: [signed(block)], stop_reason: null, stop_sequence: null },
    parent_tool_use_id: callId,
    session_id: sessionId,
    uuid: index === content.length - 1 ? event.uuid : newId(),
  }));
}

function refusalLines(
  { message }: Extract<SessionEvent, { type: "assistant" }>,
  common: { session_id: string; uuid: string },
) {
  if (message.stop_reason !== "refusal") return [];
  const content = `${message.model} has refused to answer.`;
  const about = { original_model: message.model, request_id: null, content };
  return [{ type: "system", subtype: "model_refusal_no_fallback", ...about, ...common, uuid: newId() } as const];
}

/** Clients rely on a signature, which not every provider gives. */
function signed(block: AssistantContent): AssistantContent {
  return block.type === "thinking" ? { signature: "", ...block } : block;
}

function resultBlock({ id, result }: Extract<SessionEvent, { type: "tool_end" }>): ToolResultBlock {
  return {
    type: "tool_result",
    tool_use_id: id,
    content: result.content,
    ...(result.outcome === "ok" ? {} : { is_error: true }),
  };
}

const ERROR_NAMES: Readonly<Partial<Record<FailureKind, string>>> = {
  auth: "authentication_failed",
  billing: "billing_error",
  context_overflow: "invalid_request",
  invalid_request: "invalid_request",
  not_found: "model_not_found",
  overloaded: "overloaded",
  rate_limit: "rate_limit",
  server: "server_error",
};
