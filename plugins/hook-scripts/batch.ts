import { type Message, type ToolResultBlock, type ToolUseBlock, textOf } from "gantry/sdk";

/** The calls of the last answer, all with a result. */
export interface Batch {
  readonly id: string;
  readonly calls: readonly ToolUseBlock[];
  readonly results: ReadonlyMap<string, ToolResultBlock>;
}

/** `undefined` when the last answer made no calls, or not all of them have ended. */
export function batchOf(messages: readonly Message[]): Batch | undefined {
  const at = messages.findLastIndex(({ role }) => role === "assistant");
  const calls = (messages[at]?.content ?? []).filter((block) => block.type === "tool_use");
  const [first] = calls;
  if (!first) return undefined;
  const blocks = messages
    .slice(at + 1)
    .flatMap(({ content }) => content.filter((block) => block.type === "tool_result"));
  const results = new Map(blocks.map((block) => [block.tool_use_id, block]));
  return calls.every(({ id }) => results.has(id)) ? { id: first.id, calls, results } : undefined;
}

export function aboutBatch({ calls, results }: Batch) {
  return {
    tool_calls: calls.map(({ id, name, input }) => ({
      tool_name: name,
      tool_input: input,
      tool_use_id: id,
      tool_response: textOf(results.get(id)?.content ?? []),
    })),
  };
}
