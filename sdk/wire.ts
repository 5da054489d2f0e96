/**
 * What `--output-format json` and `stream-json` write: one object a line, field names as the field has them. Readers must
 * ignore types and fields they do not know.
 */
import type { AssistantMessage, Usage, UserMessage } from "./message.ts";

interface Wire {
  readonly session_id: string;
  readonly uuid: string;
}

/** The first line of a turn: what the session has. */
export interface WireInit extends Wire {
  readonly type: "system";
  readonly subtype: "init";
  readonly cwd: string;
  readonly tools: readonly string[];
  readonly mcp_servers: readonly { readonly name: string; readonly status: string }[];
  readonly model: string;
  readonly permissionMode: string;
  readonly slash_commands: readonly string[];
  readonly apiKeySource: string;
  readonly output_style: string;
  readonly agents: readonly string[];
  readonly skills: readonly string[];
  readonly plugins: readonly { readonly name: string; readonly path: string }[];
  readonly claude_code_version: string;
  readonly gantry_version: string;
}

/** A request failed in passing and is sent again. */
export interface WireRetry extends Wire {
  readonly type: "system";
  readonly subtype: "api_retry";
  readonly attempt: number;
  readonly max_retries: number;
  readonly retry_delay_ms: number;
  readonly error_status: number | null;
  readonly error: string;
}

/** The host is shortening the conversation; `null`: no longer. */
export interface WireStatus extends Wire {
  readonly type: "system";
  readonly subtype: "status";
  readonly status: "compacting" | null;
}

/** What was said before is replaced by something shorter. */
export interface WireCompacted extends Wire {
  readonly type: "system";
  readonly subtype: "compact_boundary";
  readonly compact_metadata: { readonly trigger: "manual" | "auto"; readonly pre_tokens: number };
}

/** Something a person may want to know of. */
export interface WireNotice extends Wire {
  readonly type: "system";
  readonly subtype: "informational";
  readonly content: string;
  readonly level: "info" | "warning" | "error";
}

/** A call was refused. */
export interface WireDenied extends Wire {
  readonly type: "system";
  readonly subtype: "permission_denied";
  readonly tool_name: string;
  readonly tool_use_id: string;
  readonly message: string;
}

/** A part of an answer: one content block a line, as the Messages API shapes a message. */
export interface WireAssistant extends Wire {
  readonly type: "assistant";
  readonly message: Omit<AssistantMessage, "stop_reason"> & {
    readonly type: "message";
    readonly stop_reason: null;
    readonly stop_sequence: null;
  };
  readonly parent_tool_use_id: string | null;
}

/** The results of tool calls, on their way to the model. */
export interface WireUser extends Wire {
  readonly type: "user";
  readonly message: UserMessage;
  readonly parent_tool_use_id: string | null;
  readonly tool_use_result?: unknown;
}

/** What one model has used in the session. */
export interface WireModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheCreationInputTokens: number;
  readonly webSearchRequests: number;
  readonly costUSD: number;
}

/** The last line of a turn. */
export interface WireResult extends Wire {
  readonly type: "result";
  readonly subtype: "success" | "error_max_turns" | "error_during_execution" | "error_max_budget_usd";
  readonly is_error: boolean;
  readonly duration_ms: number;
  readonly duration_api_ms: number;
  readonly num_turns: number;
  /** The final text; present on success. */
  readonly result?: string;
  /** What went wrong; present on errors. */
  readonly errors?: readonly string[];
  readonly stop_reason: string | null;
  readonly total_cost_usd: number;
  readonly usage: Usage;
  readonly modelUsage: Readonly<Record<string, WireModelUsage>>;
  readonly permission_denials: readonly {
    readonly tool_name: string;
    readonly tool_use_id: string;
    readonly tool_input: unknown;
  }[];
  /** Absent when no turn began, as when the session cannot be opened. */
  readonly terminal_reason?: string;
  readonly api_error_status?: number | null;
}

/** Any line. */
export type WireMessage =
  | WireInit
  | WireRetry
  | WireStatus
  | WireCompacted
  | WireNotice
  | WireDenied
  | WireAssistant
  | WireUser
  | WireResult;
