/**
 * What `--output-format json` and `stream-json` write, and `--input-format stream-json` reads: one object a line, field names as the
 * field has them. Readers must ignore types and fields they do not know.
 */
import type { Entry } from "./log.ts";
import type { AssistantMessage, Usage, UserContent, UserMessage } from "./message.ts";

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
  readonly capabilities: readonly string[];
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

/** The host is shortening the conversation; `null`: no longer. Also, when it has changed, the permission mode. */
export interface WireStatus extends Wire {
  readonly type: "system";
  readonly subtype: "status";
  readonly status: "compacting" | null;
  readonly permissionMode?: string;
}

/** Whether a turn runs, for readers that ask for it. */
export interface WireState extends Wire {
  readonly type: "system";
  readonly subtype: "session_state_changed";
  readonly state: "running" | "idle" | "requires_action";
}

/** A hook begins. With `--include-hook-events`. */
export interface WireHookStarted extends Wire {
  readonly type: "system";
  readonly subtype: "hook_started";
  readonly hook_id: string;
  readonly hook_name: string;
  readonly hook_event: string;
}

/** A hook has ended. */
export interface WireHookResponse extends Wire {
  readonly type: "system";
  readonly subtype: "hook_response";
  readonly hook_id: string;
  readonly hook_name: string;
  readonly hook_event: string;
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exit_code?: number;
  readonly outcome: "success" | "error" | "cancelled";
}

/** A background task has begun. */
export interface WireTaskStarted extends Wire {
  readonly type: "system";
  readonly subtype: "task_started";
  readonly task_id: string;
  readonly tool_use_id?: string;
  readonly description: string;
  readonly task_type: "local_bash" | "mcp_call" | "local_agent";
  readonly is_backgrounded: boolean;
  /** Of an agent: 1 for one that the session itself has started. */
  readonly spawn_depth?: number;
}

/** An agent has taken a step. */
export interface WireTaskProgress extends Wire {
  readonly type: "system";
  readonly subtype: "task_progress";
  readonly task_id: string;
  readonly tool_use_id?: string;
  readonly description: string;
  readonly last_tool_name?: string;
  readonly usage: WireTaskUsage;
}

/** What an agent has used so far. */
export interface WireTaskUsage {
  readonly total_tokens: number;
  readonly tool_uses: number;
  readonly duration_ms: number;
}

/** What has changed of a background task. */
export interface WireTaskUpdated extends Wire {
  readonly type: "system";
  readonly subtype: "task_updated";
  readonly task_id: string;
  readonly patch: {
    readonly status?: "completed" | "failed" | "killed";
    readonly is_backgrounded?: true;
    /** Milliseconds since 1970. */
    readonly end_time?: number;
  };
}

/** All background tasks that run, whenever one begins or ends. */
export interface WireTasks extends Wire {
  readonly type: "system";
  readonly subtype: "background_tasks_changed";
  readonly tasks: readonly {
    readonly task_id: string;
    readonly task_type: "local_bash" | "mcp_call" | "local_agent";
    readonly description: string;
  }[];
}

/** Records of the session as its transcript has them, for whoever keeps a copy. With `--session-mirror`. */
export interface WireMirror {
  readonly type: "transcript_mirror";
  /** Where agent SDKs would look for the transcript. */
  readonly filePath: string;
  readonly entries: readonly Entry[];
}

/** The conversation goes on in another session. What comes behind it belongs to that one. */
export interface WireReset extends Wire {
  readonly type: "conversation_reset";
  /** The session that it goes on in; `session_id` is the one that it leaves. */
  readonly new_conversation_id: string;
  /** Where a new session has begun. Absent where an earlier one, or a copy, goes on. */
  readonly trigger?: "clear";
  /** The prompt that asked for it, as its sender knows it. */
  readonly user_message_uuid?: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
}

/** A tool is still at work. */
export interface WireToolProgress extends Wire {
  readonly type: "tool_progress";
  readonly tool_use_id: string;
  readonly tool_name: string;
  readonly parent_tool_use_id: null;
  readonly elapsed_time_seconds: number;
  readonly heartbeat: true;
}

/** What a slash command has answered, without a model. */
export interface WireCommandOutput extends Wire {
  readonly type: "system";
  readonly subtype: "local_command_output";
  readonly content: string;
}

/** All slash commands, after some have come or gone. */
export interface WireCommands extends Wire {
  readonly type: "system";
  readonly subtype: "commands_changed";
  readonly commands: readonly { readonly name: string; readonly description: string; readonly argumentHint: string }[];
}

/** The model has refused to answer. */
export interface WireRefusal extends Wire {
  readonly type: "system";
  readonly subtype: "model_refusal_no_fallback";
  readonly original_model: string;
  readonly request_id: null;
  readonly content: string;
}

/** A background task has ended. */
export interface WireTaskNotification extends Wire {
  readonly type: "system";
  readonly subtype: "task_notification";
  readonly task_id: string;
  readonly tool_use_id?: string;
  readonly status: "completed" | "failed" | "stopped";
  readonly output_file: string;
  readonly summary: string;
  readonly usage?: WireTaskUsage;
}

/** A piece of an answer, as the Messages API streams it. With `--include-partial-messages`. */
export interface WireStreamEvent extends Wire {
  readonly type: "stream_event";
  readonly event: { readonly type: string } & Readonly<Record<string, unknown>>;
  readonly parent_tool_use_id: string | null;
}

/** What was said before is replaced by something shorter. */
export interface WireCompacted extends Wire {
  readonly type: "system";
  readonly subtype: "compact_boundary";
  readonly compact_metadata: {
    readonly trigger: "manual" | "auto";
    readonly pre_tokens: number;
    readonly post_tokens: number;
  };
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
  readonly decision_reason_type: "rule" | "other";
  readonly decision_reason?: string;
  readonly message: string;
  /** The agent that was refused it. */
  readonly agent_id?: string;
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

/** The results of tool calls, on their way to the model; or a prompt, repeated with `--replay-user-messages`. */
export interface WireUser extends Wire {
  readonly type: "user";
  readonly message: UserMessage;
  readonly parent_tool_use_id: string | null;
  readonly tool_use_result?: unknown;
  readonly isReplay?: true;
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
  readonly subtype:
    | "success"
    | "error_max_turns"
    | "error_during_execution"
    | "error_max_budget_usd"
    | "error_max_structured_output_retries";
  readonly is_error: boolean;
  readonly duration_ms: number;
  readonly duration_api_ms: number;
  readonly num_turns: number;
  /** The final text; present on success. */
  readonly result?: string;
  /** The answer that fits the schema which was asked for. */
  readonly structured_output?: unknown;
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

/** What the person might say next; behind the result of a turn, for an application that has asked for it. */
export interface WirePromptSuggestion extends Wire {
  readonly type: "prompt_suggestion";
  readonly suggestion: string;
}

/** Any line about a session. */
export type WireMessage =
  | WireInit
  | WireRetry
  | WireStatus
  | WireState
  | WireHookStarted
  | WireHookResponse
  | WireTaskStarted
  | WireTaskProgress
  | WireTaskUpdated
  | WireTasks
  | WireTaskNotification
  | WireReset
  | WireToolProgress
  | WireCommandOutput
  | WireCommands
  | WireRefusal
  | WireStreamEvent
  | WireCompacted
  | WireNotice
  | WireDenied
  | WireAssistant
  | WireUser
  | WireResult
  | WirePromptSuggestion;

/** A prompt, as a line that comes in. */
export interface WirePrompt {
  readonly type: "user";
  readonly message: { readonly role: "user"; readonly content: string | readonly UserContent[] };
  readonly parent_tool_use_id?: string | null;
  /** How its sender knows it, in receipts and when it is rewound to. */
  readonly uuid?: string;
  /** `now` interrupts what runs. */
  readonly priority?: "now" | "next" | "later";
  /** `false`: it is said with the next prompt, and no prompt by itself. */
  readonly shouldQuery?: boolean;
}

/** A request of either side; exactly one answer with its id comes back. */
export interface WireControlRequest {
  readonly type: "control_request";
  readonly request_id: string;
  readonly request: { readonly subtype: string } & Readonly<Record<string, unknown>>;
}

/** The answer to a request. */
export interface WireControlResponse {
  readonly type: "control_response";
  readonly response:
    | { readonly subtype: "success"; readonly request_id: string; readonly response?: unknown }
    | { readonly subtype: "error"; readonly request_id: string; readonly error: string };
}

/** Whoever asked wants no answer any more. */
export interface WireControlCancel {
  readonly type: "control_cancel_request";
  readonly request_id: string;
}

/** Any line that may come in. */
export type WireInput =
  | WirePrompt
  | WireControlRequest
  | WireControlResponse
  | WireControlCancel
  | { readonly type: "keep_alive" };
