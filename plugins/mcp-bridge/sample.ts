/** A server wants the model asked something: only when a person says yes, each time. */
import { type Message, type Models, type Questions, type ResultContent, text, textOf } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import type { RawContent } from "./connection.ts";
import { blocksOf } from "./content.ts";
import type { Asking } from "./elicit.ts";
import type { Keeping } from "./keeping.ts";

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
  const system = typeof params.systemPrompt === "string" ? params.systemPrompt : "";
  const said = messages.map(({ role, content }) => `${role}: ${textOf(content)}`).join("\n");
  const message = `May it have the model answer this, at your expense?\n${cut(system ? `system: ${system}\n${said}` : said)}`;
  const form = { kind: "consent", from: `The MCP server ${server}`, message, fields: [] } as const;
  const answer = await questions.ask(session, { form, call: { tool }, signal, ...(turn && { turn }) });
  if (answer?.decision !== "allow") throw new Error("The person does not want the model asked.");
  const asked = typeof params.maxTokens === "number" ? params.maxTokens : MOST_TOKENS;
  const reply = await models.complete(session, {
    system,
    messages,
    maxTokens: Math.max(1, Math.min(asked, MOST_TOKENS)),
    signal,
  });
  return {
    role: "assistant",
    model: reply.model,
    stopReason: reply.stop_reason === "max_tokens" ? "maxTokens" : "endTurn",
    content: { type: "text", text: textOf(reply.content) },
  };
}

function messagesOf(given: unknown, keeping: Keeping): readonly Message[] {
  const list = Array.isArray(given) ? (given as readonly { role?: unknown; content?: unknown }[]) : [];
  return list.map(({ role, content }) => {
    const blocks = blocksOf((Array.isArray(content) ? content : [content]) as readonly RawContent[], keeping);
    if (role !== "assistant") return { role: "user", content: blocks } as const;
    return assistantMessage(blocks);
  });
}

function assistantMessage(blocks: readonly ResultContent[]): Message {
  const usage = { input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  const content = [text(textOf(blocks))];
  return { role: "assistant", content, id: "", model: "", stop_reason: "end_turn", usage };
}

function cut(said: string): string {
  const shown = visible(said);
  return shown.length <= SHOWN ? shown : `${shown.slice(0, SHOWN)}… (${shown.length} characters in all)`;
}
