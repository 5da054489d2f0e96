/** A server wants the model asked something, perhaps with tools of its own: only when a person says yes, each time. */
import { type AssistantMessage, type Models, type Questions, type ToolSpec, textOf } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import type { Asking } from "./elicit.ts";
import type { Keeping } from "./keeping.ts";
import { messagesOf, toolsOf } from "./sample-messages.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface SampleParts {
  readonly questions: Questions;
  readonly models: Models;
  readonly keeping: Keeping;
}

const MOST_TOKENS = 8_192;
const SHOWN = 2_000;

export async function sample(params: Fields, asking: Asking, { questions, models, keeping }: SampleParts) {
  const { server, session, turn, tool, signal } = asking;
  const messages = messagesOf(params.messages, keeping);
  const choice = choiceOf(params.toolChoice);
  const tools = toolsOf(params.tools);
  const system = [params.systemPrompt, tools.length ? WORDS[choice] : undefined]
    .filter((part) => typeof part === "string" && part !== "")
    .join("\n\n");
  const said = messages.map(({ role, content }) => `${role}: ${shownOf(content)}`).join("\n");
  const all = [system && `system: ${system}`, tools.length && `tools: ${namesOf(tools)}`, said]
    .filter(Boolean)
    .join("\n");
  const message = `May it have the model answer this, at your expense?\n${cut(all)}`;
  const form = { kind: "consent", from: `The MCP server ${server}`, message, fields: [] } as const;
  const answer = await questions.ask(session, { form, call: { tool }, signal, ...(turn && { turn }) });
  if (answer?.decision !== "allow") throw new Error("The person does not want the model asked.");
  const asked = typeof params.maxTokens === "number" ? params.maxTokens : MOST_TOKENS;
  const reply = await models.complete(session, {
    system,
    messages,
    ...(tools.length > 0 && { tools }),
    maxTokens: Math.max(1, Math.min(asked, MOST_TOKENS)),
    signal,
  });
  return resultOf(reply, tools, choice);
}

type Choice = "auto" | "required" | "none";

/** Not every provider can be made to call, or to keep from it: the model is told, and what it does is checked. */
const WORDS: Readonly<Record<Choice, string | undefined>> = {
  auto: undefined,
  required: "Call at least one of the tools.",
  none: "Answer without calling a tool.",
};

function choiceOf(given: unknown): Choice {
  const mode = (given as { mode?: unknown } | undefined)?.mode;
  return mode === "required" || mode === "none" ? mode : "auto";
}

function resultOf({ content, model, stop_reason }: AssistantMessage, tools: readonly ToolSpec[], choice: Choice) {
  const text = textOf(content);
  const names = new Set(tools.map(({ name }) => name));
  const calls = content.flatMap((block) => (block.type === "tool_use" && names.has(block.name) ? [block] : []));
  const stopReason = stop_reason === "max_tokens" ? "maxTokens" : "endTurn";
  if (choice === "required" && calls.length === 0) throw new Error("The model called none of the tools.");
  if (calls.length === 0 || choice === "none") {
    return { role: "assistant", model, stopReason, content: { type: "text", text } };
  }
  const called = calls.map(({ id, name, input }) => ({ type: "tool_use", id, name, input: recordOf(input) }));
  const words = text === "" ? [] : [{ type: "text", text }];
  return { role: "assistant", model, stopReason: "toolUse", content: [...words, ...called] };
}

function recordOf(input: unknown): Fields {
  return typeof input === "object" && input !== null && !Array.isArray(input) ? (input as Fields) : {};
}

function namesOf(tools: readonly ToolSpec[]): string {
  return tools.map(({ name }) => name).join(", ");
}

/** What is sent, in words: calls and results too. */
function shownOf(content: ReturnType<typeof messagesOf>[number]["content"]): string {
  return content
    .map((block) => {
      if (block.type === "text") return block.text;
      if (block.type === "tool_use") return `[calls ${block.name} ${JSON.stringify(block.input)}]`;
      if (block.type === "tool_result") return `[result ${textOf(block.content)}]`;
      return `[${block.type}]`;
    })
    .join("\n");
}

function cut(said: string): string {
  const shown = visible(said);
  return shown.length <= SHOWN ? shown : `${shown.slice(0, SHOWN)}… (${shown.length} characters in all)`;
}
