import type {
  AssistantMessage,
  Json,
  JsonObject,
  Message,
  ModelRequest,
  ResultContent,
  ToolResultBlock,
  UserContent,
  UserMessage,
} from "gantry/sdk";
import { textOf } from "gantry/sdk";
import type { Endpoint } from "./endpoint.ts";

/** The body of a chat completions request. */
export function chatBody(request: ModelRequest, endpoint: Endpoint): string {
  const model = request.model.id;
  return JSON.stringify({
    model,
    stream: true,
    stream_options: { include_usage: true },
    ...(request.maxTokens !== undefined && {
      [endpoint.isOpenAi ? "max_completion_tokens" : "max_tokens"]: request.maxTokens,
    }),
    ...effortOf(request),
    messages: [...systemMessage(request), ...request.messages.flatMap((message) => chatMessages(message, endpoint))],
    ...(request.tools.length && { tools: request.tools.map(chatTool) }),
  });
}

function systemMessage({ system }: ModelRequest): JsonObject[] {
  const content = system.map((section) => section.text).join("\n\n");
  return content ? [{ role: "system", content }] : [];
}

function chatTool({ name, description, input_schema }: ModelRequest["tools"][number]): JsonObject {
  return { type: "function", function: { name, description, parameters: input_schema } };
}

function chatMessages(message: Message, endpoint: Endpoint): JsonObject[] {
  return message.role === "assistant" ? assistantMessages(message) : userMessages(message, endpoint);
}

/** Reasoning stays with the model it came from. */
function assistantMessages({ content }: AssistantMessage): JsonObject[] {
  const said = textOf(content);
  const calls = content.flatMap((block) =>
    block.type === "tool_use"
      ? [{ id: block.id, type: "function", function: { name: block.name, arguments: argumentsOf(block.input) } }]
      : [],
  );
  if (!said && !calls.length) return [];
  return [{ role: "assistant", content: said || null, ...(calls.length && { tool_calls: calls }) }];
}

function argumentsOf(input: unknown): string {
  return JSON.stringify(input ?? {});
}

/** Results come first, right behind the calls; what they hold besides text follows as a message of the user. */
function userMessages({ content }: UserMessage, endpoint: Endpoint): JsonObject[] {
  const results = content.filter((block) => block.type === "tool_result");
  const said = content.filter((block) => block.type !== "tool_result");
  const shown = results.flatMap(({ tool_use_id, content }) => {
    const attached = content.filter((block) => block.type !== "text");
    if (!attached.length) return [];
    return [
      { type: "text", text: `Attached to the result of ${tool_use_id}:` },
      ...attached.map((b) => part(b, endpoint)),
    ];
  });
  const parts = [...shown, ...said.map((block) => part(block, endpoint))];
  return [...results.map(toolMessage), ...(parts.length ? [{ role: "user", content: plainIfText(parts) }] : [])];
}

function toolMessage({ tool_use_id, content, is_error }: ToolResultBlock): JsonObject {
  const said = content.filter((block) => block.type === "text").map((block) => block.text);
  const words = said.join("\n") || (content.length ? "(see the attachment)" : "(no output)");
  return { role: "tool", tool_call_id: tool_use_id, content: is_error ? `Error: ${words}` : words };
}

type Part = { readonly type: string; readonly [key: string]: Json };

function part(block: Exclude<UserContent, ToolResultBlock> | ResultContent, endpoint: Endpoint): Part {
  if (block.type === "text") return { type: "text", text: block.text };
  const { media_type, data } = block.source;
  const url = `data:${media_type};base64,${data}`;
  if (block.type === "image") return { type: "image_url", image_url: { url } };
  const name = block.title ?? "document";
  if (media_type.startsWith("text/")) {
    return { type: "text", text: `${name}:\n${Buffer.from(data, "base64").toString("utf8")}` };
  }
  if (endpoint.isOpenAi) return { type: "file", file: { filename: name, file_data: url } };
  return { type: "text", text: `(${name}, ${media_type}: this endpoint takes no documents)` };
}

/** Many servers' templates take nothing but a string. */
function plainIfText(parts: readonly Part[]): Json {
  const isText = parts.every(({ type }) => type === "text");
  return isText ? parts.map(({ text }) => text).join("\n\n") : parts;
}

function isReasoner(model: string): boolean {
  return /^(o\d|gpt-5|gpt-oss)/.test(model);
}

function effortOf({ model, effort, thinking }: ModelRequest): { readonly reasoning_effort?: string } {
  if (!isReasoner(model.id)) return {};
  if (effort) return { reasoning_effort: effort === "low" || effort === "medium" ? effort : "high" };
  return thinking ? { reasoning_effort: levelFor(thinking.budgetTokens) } : {};
}

function levelFor(budgetTokens: number): string {
  if (budgetTokens <= 4096) return "low";
  return budgetTokens <= 16_384 ? "medium" : "high";
}
