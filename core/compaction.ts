/** Keeps the conversation within what the model can take. */
import type { Message, ModelInfo, Provider } from "gantry/sdk";
import type { Turn } from "./turn.ts";

/** Share of the context window at which the conversation is shortened, and how much of it shall be left. */
const COMPACT_AT = 0.85;
const COMPACT_TO = 0.5;

export async function compactIfNeeded(turn: Turn, provider: Provider): Promise<void> {
  const { session } = turn;
  const info: ModelInfo | undefined = provider.info?.(session.model.id);
  if (!info?.contextWindow) return;
  const tokens = estimate(session.messages);
  if (tokens < info.contextWindow * COMPACT_AT) return;
  const target = Math.floor(info.contextWindow * COMPACT_TO);
  const request = { trigger: "auto", messages: [...session.messages], tokens, target } as const;
  const compaction = await turn.generation.hooks.compact.promise(request, turn);
  if (!compaction || compaction.messages === request.messages) return;
  const through = session.entries.at(-1)?.uuid ?? "";
  session.append({ type: "compaction", by: "compact", through, messages: compaction.messages as never });
  session.notify({ level: "info", text: compaction.summary });
}

/** The tokens of the conversation: what the last answer counted, and a quarter of a token a character since. */
function estimate(messages: readonly Message[]): number {
  const last = messages.findLastIndex((message) => message.role === "assistant");
  const answer = messages[last];
  const usage = answer?.role === "assistant" ? answer.usage : undefined;
  const counted = usage
    ? usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens + usage.output_tokens
    : 0;
  const since = messages.slice(last + 1).reduce((sum, message) => sum + JSON.stringify(message.content).length, 0);
  return counted + Math.ceil(since / 4);
}
