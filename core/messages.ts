/** The conversation, derived from the log. */
import type { Entry as LogEntry, Message, ResultContent, ToolResultBlock, UserContent } from "gantry/sdk";

/** The messages of a branch, up to the record before `end`: the newest compaction, and what it left as it was. */
export function messagesOf(entries: readonly LogEntry[], end = entries.length): Message[] {
  const newest = entries.findLast((entry) => entry.type === "compaction");
  const start = newest ? entries.findIndex(({ uuid }) => uuid === newest.through) + 1 : 0;
  const messages: Message[] = newest ? [...(newest.messages as readonly Message[])] : [];
  for (const entry of entries.slice(start, end)) if (entry.type !== "compaction") say(messages, entry);
  return messages;
}

/** The messages that records make by themselves. */
export function messagesIn(entries: readonly LogEntry[]): Message[] {
  return messagesOf(entries.filter(({ type }) => type !== "compaction"));
}

/** Brings the messages up to the newest record. Messages that are final keep their identity, so that caches hold. */
export function derive(messages: Message[], entries: readonly LogEntry[], entry: LogEntry): void {
  if (entry.type === "compaction") messages.splice(0, messages.length, ...messagesOf(entries));
  else say(messages, entry);
}

function say(messages: Message[], entry: LogEntry): void {
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
