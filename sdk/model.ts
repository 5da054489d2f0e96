import type { JsonObject } from "./json.ts";
import type { AssistantMessage, Message, StopReason, Usage } from "./message.ts";
import type { PromptSection } from "./prompt.ts";
import type { TurnView } from "./session.ts";

/** Which model of which provider. Written `provider/id`. */
export interface ModelRef {
  /** The provider's name in the `providers` slot. */
  readonly provider: string;
  /** The model's id as that provider spells it. */
  readonly id: string;
}

/** What is known of a model. */
export interface ModelInfo {
  readonly id: string;
  readonly title?: string;
  /** Tokens that fit into one request, input and output together. */
  readonly contextWindow?: number;
  /** Most tokens of one answer. */
  readonly maxOutputTokens?: number;
  /** What the provider said last of the person's plan, by the length of the window, such as `five_hour` and `seven_day`. */
  readonly rateLimits?: Readonly<Record<string, RateLimitWindow>>;
}

/** One of the windows that a plan is counted in. */
export interface RateLimitWindow {
  /** 0 to 100, and above where a provider lets more through. */
  readonly usedPercentage: number;
  /** When it begins anew: seconds since 1970. */
  readonly resetsAt?: number;
}

/** A tool as a model sees it. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly input_schema: JsonObject;
}

/** How hard a model should think. */
export interface Thinking {
  /** Most tokens it may spend on reasoning. */
  readonly budgetTokens: number;
}

/** How much a model should put into its answers, from the least; a model that knows fewer levels takes the nearest below. */
export const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof EFFORTS)[number];

/** One request to a model. Everything in it is final: a provider sends it and adds nothing of its own. */
export interface ModelRequest {
  readonly model: ModelRef;
  /** The system prompt, in order, each section with its cache class. */
  readonly system: readonly PromptSection[];
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
  /** Most tokens of the answer; the provider's own default where absent. */
  readonly maxTokens?: number;
  readonly thinking?: Thinking;
  /** What is shown of the thinking, where a model lets that be chosen. Absent: as the provider is configured. */
  readonly thinkingDisplay?: "summarized" | "omitted";
  /** Absent: as the model does. A provider leaves it out for a model that has no such measure. */
  readonly effort?: Effort;
  /** The answer is wanted sooner, whatever it costs. A provider leaves it out for a model that has no such mode. */
  readonly isFast?: boolean;
}

/** What accompanies a request. */
export interface ModelCall {
  /** Ends the request. The provider answers with a failure of kind `aborted`. */
  readonly signal: AbortSignal;
  /** The turn that asks; absent when no turn does, as in a plugin's own request. */
  readonly turn?: TurnView;
}

/** Why a request brought no answer. */
export type FailureKind =
  | "aborted"
  | "auth"
  | "billing"
  | "context_overflow"
  | "invalid_request"
  | "limit"
  | "network"
  | "not_found"
  | "overloaded"
  | "protocol"
  | "rate_limit"
  | "server"
  | "timeout";

/** A failed request, as data. `limit` is the host's own refusal (turns, money): `code` names the limit. */
export interface ModelFailure {
  readonly kind: FailureKind;
  /** One sentence for the person. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** HTTP status, where there was one. */
  readonly status?: number;
  /** What kind of failure exactly, as the provider or the host's limit names it, such as `max_turns`. */
  readonly code?: string;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean;
}

/**
 * What a provider streams. Order: one `start` an attempt, any number of deltas, then exactly one of `end` and `failure`.
 * Deltas are for eyes only: the content that counts is in `end`, whole and checked.
 */
export type ModelEvent =
  | { readonly type: "start"; readonly id: string; readonly model: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  /** A piece of a tool call's input while it is written, not yet JSON. */
  | { readonly type: "tool_input"; readonly id: string; readonly name: string; readonly json: string }
  /** An earlier attempt failed: what was streamed since `start` is withdrawn, another attempt follows. */
  | {
      readonly type: "retry";
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly delayMs: number;
      readonly failure: ModelFailure;
    }
  | { readonly type: "end"; readonly message: AssistantMessage; readonly badInputs?: BadInputs }
  | { readonly type: "failure"; readonly failure: ModelFailure; readonly usage?: Usage };

/**
 * Calls whose input was not whole, valid JSON, by call id, with what to tell the model, in whole sentences. Such a call stays
 * in the message with an empty input, never runs, and the model is told the reason as its result.
 */
export type BadInputs = Readonly<Record<string, string>>;

/**
 * Sends one request and streams the answer.
 *
 * **Contract**: never throws and never rejects for a failed request: it ends with a `failure` event. Ends soon after
 * `call.signal` fires, with a failure of kind `aborted`. Deltas that arrive together are joined into one event. Does not try
 * again: that is for whoever wraps it.
 *
 * @example
 * async function* stream(request: ModelRequest): AsyncGenerator<ModelEvent> {
 *   const id = "msg_1";
 *   yield { type: "start", id, model: request.model.id };
 *   yield { type: "text", text: "Hello." };
 *   const content = [text("Hello.")];
 *   const message: AssistantMessage = { role: "assistant", id, model: request.model.id, content, stop_reason: "end_turn", usage: NO_USAGE };
 *   yield { type: "end", message };
 * }
 */
export type StreamFunction = (request: ModelRequest, call: ModelCall) => AsyncIterable<ModelEvent>;

/** A model provider, as its plugin's manifest describes it. */
export interface ProviderManifest {
  /** For people, such as `Anthropic`. */
  readonly title: string;
  /**
   * How the host learns whether the provider can be used: any of these environment variables is set, `probe` (asked only
   * when no provider is usable by environment), `always`, or only when somebody names it (`named`). The first usable
   * provider in plugin order is the default; an `always` provider comes after all others.
   */
  readonly usable: { readonly env: readonly string[]; readonly probe?: boolean } | "always" | "named";
  /** The model used when nobody names one. */
  readonly defaultModel?: string;
  /** Short names for models, such as `{ sonnet: "claude-sonnet-4-5" }`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Model ids this provider claims, with `*` as wildcard, such as `claude-*`. */
  readonly models?: readonly string[];
  /** What to do to make the provider usable, in one sentence. */
  readonly setup?: string;
  /**
   * The key that a person can keep as a secret in place of setting an environment variable: the variable, one of those in `usable`, and
   * where such keys come from. The provider has to look for it with `keptKey` of `gantry/sdk/kit/kept-keys`.
   */
  readonly key?: { readonly variable: string; readonly from: string };
}

/**
 * What a provider plugin's setup returns for a provider.
 *
 * **Contract**: `models` and `probe` heed their signal and may reject, which counts as none; `info` and `defaultModel` ask
 * nobody and answer at once.
 */
export interface Provider {
  readonly stream: StreamFunction;
  /**
   * Looks for a server without being told where, such as on loopback ports; called only when `usable` says `probe`.
   * **Contract**: answers within 500 ms; `undefined` when there is none. Returns the model to use.
   */
  readonly probe?: (signal: AbortSignal) => Promise<{ readonly model: string; readonly note: string } | undefined>;
  /** The model used when nobody names one, where it depends on the environment; before the manifest's. */
  readonly defaultModel?: () => string | undefined;
  /** The models on offer; used to check a name and to suggest the nearest. May be remote; `[]` when unknown. */
  readonly models?: (signal: AbortSignal) => Promise<readonly ModelInfo[]>;
  /** What is known of one model without asking anybody. */
  readonly info?: (id: string) => ModelInfo | undefined;
  /** Counts the input tokens of a request, exactly, by asking the provider. `undefined` when it cannot tell. */
  readonly countTokens?: (request: ModelRequest, call: ModelCall) => Promise<number | undefined>;
}

/** A provider as things are now. */
export interface ProviderModels {
  readonly name: string;
  readonly manifest: ProviderManifest;
  /** A key is there, a server was found, or it needs neither. */
  readonly isUsable: boolean;
  /** What it offers, the usual one first; empty where it cannot be used or cannot tell. */
  readonly models: readonly ModelInfo[];
}

/** Whether an answer asks for tools. */
export function wantsTools(stopReason: StopReason): boolean {
  return stopReason === "tool_use";
}
