/**
 * Messages and their content blocks. The shape is that of the Messages API, the field's common tongue:
 * transcripts, stream-json and the wire hold the same objects, and fields a provider adds pass through unchanged.
 */
import type { Json } from "./json.ts";

/** Base64 content inside an image or document block. */
export interface Base64Source {
  readonly type: "base64";
  /** For example `image/png` or `application/pdf`. */
  readonly media_type: string;
  readonly data: string;
}

/** Text. {@link text} makes one. */
export interface TextBlock {
  readonly type: "text";
  readonly text: string;
}

/** A picture. */
export interface ImageBlock {
  readonly type: "image";
  readonly source: Base64Source;
}

/** A document, such as a PDF. */
export interface DocumentBlock {
  readonly type: "document";
  readonly source: Base64Source;
  readonly title?: string;
}

/** A model's reasoning. The signature belongs to the provider: kept and sent back unchanged. */
export interface ThinkingBlock {
  readonly type: "thinking";
  readonly thinking: string;
  readonly signature?: string;
}

/** Reasoning that the provider encrypted: kept and sent back unchanged. */
export interface RedactedThinkingBlock {
  readonly type: "redacted_thinking";
  readonly data: string;
}

/** A model's request to call a tool. */
export interface ToolUseBlock {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  /** As the model wrote it; checked against the tool's schema before anything runs. */
  readonly input: unknown;
}

/** What a tool gave back for the call with the same id. */
export interface ToolResultBlock {
  readonly type: "tool_result";
  readonly tool_use_id: string;
  readonly content: readonly ResultContent[];
  readonly is_error?: boolean;
}

/** A block that a tool result may hold. */
export type ResultContent = TextBlock | ImageBlock | DocumentBlock;

/** A block that a message to the model may hold. */
export type UserContent = TextBlock | ImageBlock | DocumentBlock | ToolResultBlock;
/** A block that an answer of the model may hold. */
export type AssistantContent = TextBlock | ThinkingBlock | RedactedThinkingBlock | ToolUseBlock;

/** What goes to the model: a prompt, results of tools, or both. */
export interface UserMessage {
  readonly role: "user";
  readonly content: readonly UserContent[];
}

/** Tokens of one model request. Cache figures are part of the input, counted apart. */
export interface Usage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
  /** How much of `cache_creation_input_tokens` was written for one hour, not five minutes. */
  readonly cache_creation_1h_input_tokens?: number;
}

/** Why a model stopped writing. */
export type StopReason = "end_turn" | "tool_use" | "max_tokens" | "stop_sequence" | "refusal" | "pause_turn";

/** A whole answer of the model. */
export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: readonly AssistantContent[];
  /** The provider's id of the answer. */
  readonly id: string;
  /** The model that answered, as the provider names it. */
  readonly model: string;
  readonly stop_reason: StopReason;
  readonly usage: Usage;
}

/** One message of a conversation. */
export type Message = UserMessage | AssistantMessage;

/** No tokens at all: the start of every sum. */
export const NO_USAGE: Usage = Object.freeze({
  input_tokens: 0,
  output_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
});

/** The sum of two usages. */
export function addUsage(a: Usage, b: Usage): Usage {
  const hour = (a.cache_creation_1h_input_tokens ?? 0) + (b.cache_creation_1h_input_tokens ?? 0);
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cache_read_input_tokens: a.cache_read_input_tokens + b.cache_read_input_tokens,
    cache_creation_input_tokens: a.cache_creation_input_tokens + b.cache_creation_input_tokens,
    ...(hour ? { cache_creation_1h_input_tokens: hour } : {}),
  };
}

/**
 * A text block.
 *
 * @example
 * const content = [text("12 °C in Oslo")];
 */
export function text(value: string): TextBlock {
  return { type: "text", text: value };
}

/**
 * All text of a list of blocks, joined.
 *
 * @example
 * const said = textOf(session.messages.at(-1)?.content ?? []);
 */
export function textOf(content: readonly { readonly type: string; readonly text?: Json | string }[]): string {
  let all = "";
  for (const block of content) if (block.type === "text") all += block.text as string;
  return all;
}
