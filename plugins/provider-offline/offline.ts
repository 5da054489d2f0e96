import type { AssistantContent, AssistantMessage, ModelCall, ModelEvent, ModelRequest, Setup } from "gantry/sdk";
import { NO_USAGE, text } from "gantry/sdk";
import { pieces } from "gantry/sdk/kit/pieces";
import { readConversation } from "./conversation.ts";
import { decide } from "./decide.ts";
import type { providerOffline } from "./index.ts";

const setup: Setup<typeof providerOffline> = () => ({
  providers: { offline: { stream, models: async () => [MODEL], info: (id) => (id === MODEL.id ? MODEL : undefined) } },
});
export default setup;

const MODEL = { id: "offline", title: "Offline planner" };

const FOOTER =
  "(This is Gantry's offline planner, not a language model. For a real model set ANTHROPIC_API_KEY or OPENAI_API_KEY, or start Ollama, LM Studio or llama.cpp.)";

/** Decides on the next step from the conversation alone, and streams it as a model would. */
async function* stream(request: ModelRequest, { signal, turn }: ModelCall): AsyncGenerator<ModelEvent> {
  // Counted in the log, which never shrinks, so that no id comes twice.
  const position = turn?.session.entries.length ?? request.messages.length;
  const id = `offline_${position}`;
  const decision = decide(readConversation(request, turn?.session.cwd));
  const content: AssistantContent =
    "ask" in decision
      ? { type: "tool_use", id: `${id}_call`, name: decision.ask.tool, input: decision.ask.input }
      : text(`${decision.say}\n\n${FOOTER}`);

  yield { type: "start", id, model: MODEL.id };
  for (const event of deltas(content)) {
    if (signal.aborted) return yield ABORTED;
    yield event;
  }
  yield { type: "end", message: messageOf(id, content) };
}

function* deltas(content: AssistantContent): Generator<ModelEvent> {
  if (content.type === "text") for (const piece of pieces(content.text)) yield { type: "text", text: piece };
  if (content.type === "tool_use") {
    yield { type: "tool_input", id: content.id, name: content.name, json: JSON.stringify(content.input) };
  }
}

function messageOf(id: string, content: AssistantContent): AssistantMessage {
  return {
    role: "assistant",
    id,
    model: MODEL.id,
    content: [content],
    stop_reason: content.type === "tool_use" ? "tool_use" : "end_turn",
    usage: NO_USAGE,
  };
}

const ABORTED: ModelEvent = {
  type: "failure",
  failure: { kind: "aborted", message: "The request was aborted.", isRetryable: false },
};
