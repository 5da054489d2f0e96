import type { CompactRequest } from "./hooks.ts";
import type { OpenOptions } from "./host.ts";
import type { McpScope } from "./mcp.ts";
import type { AssistantMessage } from "./message.ts";
import type { ModelFailure } from "./model.ts";
import type { Panel } from "./panel.ts";
import type { Input, Notice, SessionView, TurnEnd } from "./session.ts";
import type { SettingsLayer } from "./settings.ts";
import type { Call, ToolResult } from "./tool.ts";
import type { Verdict } from "./verdict.ts";

/**
 * What happens in a session, in order. Observers get it through the `event` hook, embedders from `session.send`.
 * Nothing can be changed by it.
 */
export type SessionEvent =
  | { readonly type: "turn_start"; readonly turnId: string; readonly input: Input }
  /** A model request is about to be sent. */
  | { readonly type: "request"; readonly turnId: string; readonly number: number; readonly bytes?: number }
  /** The model has begun to answer; `id` and `model` as the provider names them. After a `retry`, once more. */
  | { readonly type: "answer_start"; readonly id: string; readonly model: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  | { readonly type: "tool_input"; readonly id: string; readonly name: string; readonly json: string }
  /** What was streamed of this answer is withdrawn; another attempt follows after `delayMs`. */
  | {
      readonly type: "retry";
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly delayMs: number;
      readonly failure: ModelFailure;
    }
  /** A whole answer; `ms` from request to last byte. */
  | {
      readonly type: "assistant";
      readonly uuid: string;
      readonly message: AssistantMessage;
      /** `provider/id` that was asked. */
      readonly model: string;
      readonly ms: number;
    }
  /** A call has passed its gates and starts. */
  | { readonly type: "tool_start"; readonly call: Call }
  | { readonly type: "tool_progress"; readonly id: string; readonly text: string }
  /** A call was refused; `tool_end` follows with outcome `denied`. */
  | { readonly type: "denied"; readonly call: Call; readonly verdict: Verdict }
  | {
      readonly type: "tool_end";
      readonly uuid: string;
      readonly id: string;
      readonly tool: string;
      readonly input: unknown;
      readonly result: ToolResult;
    }
  /** The conversation is being shortened; `compacted` follows unless nobody could. */
  | { readonly type: "compacting"; readonly trigger: CompactRequest["trigger"] }
  | {
      readonly type: "compacted";
      readonly trigger: CompactRequest["trigger"];
      /** Tokens, estimated. */
      readonly tokensBefore: number;
      readonly tokensAfter: number;
      readonly summary: string;
    }
  /** The conversation goes on from another record of the log; `null`: from its beginning. */
  | { readonly type: "rewound"; readonly to: string | null }
  /** A command asks the frontend to go on in another session, once the turn has ended. */
  | { readonly type: "open"; readonly options: OpenOptions }
  /** A command shows a panel. Who cannot show it says nothing of it: the turn ends with its text. */
  | { readonly type: "panel"; readonly panel: Panel }
  /**
   * There is a new generation: tools, commands and whatever else plugins bring may have changed. A session adopts it between turns; what
   * lists of tools and commands say counts at once.
   */
  | { readonly type: "generation"; readonly number: number }
  /** Something happened in the session of an agent that works for this one, or for an agent of it. */
  | { readonly type: "agent"; readonly session: SessionView; readonly event: SessionEvent }
  | { readonly type: "notice"; readonly notice: Notice }
  /** A plugin failed; its hook or handler was skipped. */
  | { readonly type: "fault"; readonly fault: Fault }
  | AnnouncedEvent
  | { readonly type: "turn_end"; readonly turnId: string; readonly end: TurnEnd; readonly ms: number };

/** What plugins tell observers themselves, by {@link SessionView.announce}. */
export type AnnouncedEvent = McpServerChanged | MentionResolved | HookRegistered;

/** An MCP server was connected, could not be, or is connected no more. */
export interface McpServerChanged {
  readonly type: "mcpServerChanged";
  readonly server: string;
  readonly status: "connected" | "failed" | "disconnected";
  readonly transport: "stdio" | "http" | "sse" | "ws" | "sdk";
  readonly scope: McpScope;
  /** Milliseconds: how long it took to connect, or to fail; of a lost connection, how long it stood. */
  readonly durationMs: number;
  /** What went wrong, as a code: of Gantry (`GANTRY_EXEC_ABSENT`), the system (`ECONNREFUSED`) or HTTP (`HTTP_401`). */
  readonly errorCode?: string;
}

/** Something that a prompt names was brought, or could not be. */
export interface MentionResolved {
  readonly type: "mentionResolved";
  /** As it is written, without its `@`. */
  readonly mention: string;
  /** `resource`: of a {@link MentionSource}, such as an MCP server. */
  readonly kind: "file" | "folder" | "resource";
  readonly isBrought: boolean;
}

/** A hook of the settings, or of a program that drives the host, is there: at the beginning of a session, or since its file has changed. */
export interface HookRegistered {
  readonly type: "hookRegistered";
  /** As in settings, such as `PreToolUse`. */
  readonly event: string;
  readonly matcher?: string;
  /** How it is run, such as `command`, `http` or `function`. */
  readonly kind: string;
  readonly layer: SettingsLayer;
  /** Whether it runs: someone may have turned hooks off, or not approved this one. */
  readonly isActive: boolean;
}

/** A plugin's failure, caught. */
export interface Fault {
  readonly plugin: string;
  /** The hook or handler that failed, such as `preTool` or `tool Weather`. */
  readonly where: string;
  readonly message: string;
  readonly stack?: string;
  /** It took longer than it may. */
  readonly isTimeout: boolean;
  /** It was the third failure in a row: the plugin's taps are off for the session. */
  readonly isQuarantined: boolean;
}
