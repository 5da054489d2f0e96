import type { MessageCreateParamsBase } from "@anthropic-ai/sdk/resources/messages/messages";
import type { AssistantContent, Message, ModelRequest, PromptSection, UserContent } from "gantry/sdk";
import { claudeModel, effortOf, isFast, withoutDate } from "./models.ts";

/** How long the provider keeps the prompt. */
export type CacheTime = "5m" | "1h" | "off";

export interface BodyOptions {
  readonly cache: CacheTime;
  readonly maxTokens: number | undefined;
  readonly display: "summarized" | "omitted";
  /** Tokens of a whole task. */
  readonly taskBudget: number | undefined;
}

/** The bytes of a request, in pieces: most are messages, which are not copied for every request they are part of. */
export type Body = readonly Uint8Array[];

/** The output limit of a request that names none, unless the model's own is lower. */
const USUAL_MAX_TOKENS = 32_000;

/**
 * Writes request bodies. Each final message is written once and its bytes kept, so that a long conversation costs only its
 * growth and what comes before the newest messages stays the same, breakpoints of the cache aside.
 */
export function createBodyWriter(options: BodyOptions) {
  const own = new WeakMap<Message, Buffer>();
  const foreign = new WeakMap<Message, Buffer>();
  const refused = new WeakSet<Message>();
  const marker = markerFor(options.cache);

  function create(request: ModelRequest): Body {
    const maxTokens = maxTokensFor(request, options.maxTokens);
    const head: Partial<MessageCreateParamsBase> = {
      model: request.model.id,
      max_tokens: maxTokens,
      stream: true,
      ...thinkingFor(request, maxTokens, request.thinkingDisplay ?? options.display),
      ...outputFor(request, options.taskBudget),
      ...(isFast(request) && { speed: "fast" }),
    };
    return write(head, request);
  }

  function count(request: ModelRequest): Body {
    return write(
      {
        model: request.model.id,
        ...thinkingFor(request, Number.POSITIVE_INFINITY, request.thinkingDisplay ?? options.display),
      },
      request,
    );
  }

  function write(head: Partial<MessageCreateParamsBase>, request: ModelRequest): Body {
    const system = request.system.filter((section) => section.text !== "");
    const tools = request.tools.map((tool) => JSON.stringify(tool));
    const fields = [
      JSON.stringify(head).slice(1, -1),
      listOf("tools", system.length ? tools : markLast(tools, marker)),
      listOf("system", markSections(system, marker)),
    ];
    // The messages begin with a comma each; the first one's is passed over.
    const [first = EMPTY, ...rest] = writeMessages(request);
    const start = `{${fields.filter(Boolean).join()},"messages":[`;
    return [Buffer.from(wellFormed(start)), first.subarray(1), ...rest, END];
  }

  function writeMessages(request: ModelRequest): Buffer[] {
    const written: Buffer[] = [];
    const users: number[] = [];
    for (const message of request.messages) {
      const json = bytesOf(message, request.model.id);
      if (json.length === 0) continue;
      if (message.role === "user") users.push(written.length);
      written.push(json);
    }
    // The one before the last is where the request before this one ended: there the cache is found again.
    for (const index of users.slice(-2)) written[index] = markMessage(written[index] as Buffer, marker);
    return written;
  }

  function bytesOf(message: Message, model: string): Buffer {
    const keepsThinking = !refused.has(message) && !isByAnother(message, model);
    const memory = keepsThinking ? own : foreign;
    const known = memory.get(message);
    if (known) return known;
    const json = writeMessage(message, keepsThinking);
    const bytes = json ? Buffer.from(`,${wellFormed(json)}`) : EMPTY;
    memory.set(message, bytes);
    return bytes;
  }

  /** From now on leaves out the thinking of these messages; says whether there was any. */
  function dropThinking(messages: readonly Message[]): boolean {
    const thoughtful = messages.filter((message) => !refused.has(message) && message.content.some(isThinking));
    for (const message of thoughtful) refused.add(message);
    return thoughtful.length > 0;
  }

  return { create, count, dropThinking };
}

const EMPTY = Buffer.alloc(0);
const END = Buffer.from("]}");
const MESSAGE_END = Buffer.from("}]}");

/** Half a surrogate pair is no Unicode and would be refused; `JSON.stringify` writes it as an escape. */
function wellFormed(json: string): string {
  if (!json.includes("\\ud")) return json;
  return json.replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, "$1\\ufffd");
}

function listOf(name: string, items: readonly string[]): string {
  return items.length ? `"${name}":[${items.join()}]` : "";
}

// ---------------------------------------------------------------- messages

/** A message as the API takes it, or nothing when nothing of it can be sent. */
function writeMessage(message: Message, keepsThinking: boolean): string {
  const content = (message.content as readonly (UserContent | AssistantContent)[])
    .map(sendable)
    .filter((block) => block && (keepsThinking || !isThinking(block)));
  return content.length ? JSON.stringify({ role: message.role, content }) : "";
}

/** The block as the API takes it: empty texts are refused, and so is thinking that nobody signed. */
function sendable(block: UserContent | AssistantContent): UserContent | AssistantContent | undefined {
  if (block.type === "text") return block.text === "" ? undefined : block;
  if (block.type === "thinking") return block.signature ? block : undefined;
  if (block.type !== "tool_result") return block;
  const content = block.content.filter((part) => part.type !== "text" || part.text !== "");
  if (content.length === block.content.length && content.length) return block;
  return { ...block, content: content.length ? content : [{ type: "text", text: "(no output)" }] };
}

function isThinking(block: UserContent | AssistantContent): boolean {
  return block.type === "thinking" || block.type === "redacted_thinking";
}

/** Thinking is bound to the model that wrote it: another Claude model refuses it. */
function isByAnother(message: Message, model: string): boolean {
  if (message.role !== "assistant" || !message.model?.startsWith("claude-")) return false;
  return model.startsWith("claude-") && withoutDate(message.model) !== withoutDate(model);
}

// ---------------------------------------------------------------- cache

/** What makes a block a breakpoint of the cache, to be put before its closing brace. */
function markerFor(cache: CacheTime): string {
  if (cache === "off") return "";
  return `,"cache_control":{"type":"ephemeral"${cache === "1h" ? ',"ttl":"1h"' : ""}}`;
}

function markLast(blocks: readonly string[], marker: string): readonly string[] {
  return blocks.map((json, index) => (index === blocks.length - 1 ? `${json.slice(0, -1)}${marker}}` : json));
}

/** Breakpoints after the last stable section and after the last of the session. */
function markSections(sections: readonly PromptSection[], marker: string): readonly string[] {
  const ends = (["stable", "session"] as const).map((time) => sections.findLastIndex(({ cache }) => cache === time));
  return sections.map(({ text }, index) => {
    const json = JSON.stringify({ type: "text", text });
    return ends.includes(index) ? `${json.slice(0, -1)}${marker}}` : json;
  });
}

/** A message ends in its last block: `{"role":…,"content":[…{…}]}`. */
function markMessage(json: Buffer, marker: string): Buffer {
  return Buffer.concat([json.subarray(0, -MESSAGE_END.length), Buffer.from(marker), MESSAGE_END]);
}

// ---------------------------------------------------------------- limits

function maxTokensFor(request: ModelRequest, configured: number | undefined): number {
  const most = claudeModel(request.model.id)?.maxOutputTokens;
  const wanted = request.maxTokens ?? configured ?? Math.min(USUAL_MAX_TOKENS, most ?? USUAL_MAX_TOKENS);
  return most === undefined ? wanted : Math.min(wanted, most);
}

/** Models that think by their own measure take no budget; asked for a summary, they are not silent meanwhile. */
function thinkingFor(
  request: ModelRequest,
  maxTokens: number,
  display: BodyOptions["display"],
): Pick<MessageCreateParamsBase, "thinking"> {
  const style = claudeModel(request.model.id)?.thinking ?? "budget";
  if (style === "always" || (style === "adaptive" && request.thinking)) {
    return { thinking: { type: "adaptive", display } };
  }
  if (!request.thinking || maxTokens <= 1024) return {};
  const budget = Math.min(Math.max(request.thinking.budgetTokens, 1024), maxTokens - 1);
  return { thinking: { type: "enabled", budget_tokens: budget } };
}

/** Models of the classic kind take neither. */
function outputFor(request: ModelRequest, total: number | undefined): { readonly output_config?: object } {
  const model = claudeModel(request.model.id);
  if (!model || model.thinking === "budget") return {};
  const effort = request.effort && effortOf(request.effort, model);
  const budget = total === undefined ? {} : { task_budget: { type: "tokens", total } };
  return effort || total !== undefined ? { output_config: { ...(effort && { effort }), ...budget } } : {};
}
