/** The conversation, derived from the log. */
import type { Entry as LogEntry, Message, ResultContent, ToolResultBlock, UserContent } from "gantry/sdk";

/** Brings the messages up to the newest record. Messages that are final keep their identity, so that caches hold. */
export function derive(messages: Message[], entries: readonly LogEntry[], entry: LogEntry): void {
  switch (entry.type) {
    case "assistant":
      messages.push(entry.message);
      break;
    case "user":
      pushUser(messages, entry.message.content);
      break;
    case "tool_result":
      pushUser(messages, [resultBlock(entry.toolUseId, entry.content, entry.outcome !== "ok")]);
      break;
    case "compaction": {
      const at = entries.findIndex(({ uuid }) => uuid === entry.through);
      const kept: Message[] = [...(entry.messages as readonly Message[])];
      for (const later of entries.slice(at + 1, -1)) derive(kept, entries, later);
      messages.splice(0, messages.length, ...kept);
      break;
    }
  }
}

function pushUser(messages: Message[], content: readonly UserContent[]): void {
  const last = messages.at(-1);
  if (last?.role === "user") messages[messages.length - 1] = { role: "user", content: [...last.content, ...content] };
  else messages.push({ role: "user", content });
}

function resultBlock(id: string, content: readonly ResultContent[], isError: boolean): ToolResultBlock {
  return { type: "tool_result", tool_use_id: id, content, ...(isError && { is_error: true }) };
}
