/** The conversation, derived from the log. */
import type { EntryOf, Entry as LogEntry, Message, ResultContent, ToolResultBlock, UserContent } from "gantry/sdk";

/** The messages of a whole branch. */
export function messagesOf(entries: readonly LogEntry[]): Message[] {
  const at = entries.findLastIndex(({ type }) => type === "compaction");
  const messages: Message[] = [];
  const rest = at < 0 ? entries : afterCompaction(entries, at, messages);
  for (const entry of rest) if (entry.type !== "compaction") say(messages, entry);
  return messages;
}

/** Brings the messages up to the newest record. Messages that are final keep their identity, so that caches hold. */
export function derive(messages: Message[], entries: readonly LogEntry[], entry: LogEntry): void {
  if (entry.type === "compaction") messages.splice(0, messages.length, ...messagesOf(entries));
  else say(messages, entry);
}

/** What a compaction says, and the records that it left as they are: those behind `through`, before and after it. */
function afterCompaction(entries: readonly LogEntry[], at: number, messages: Message[]): readonly LogEntry[] {
  const compaction = entries[at] as EntryOf<"compaction">;
  messages.push(...(compaction.messages as readonly Message[]));
  const through = entries.findIndex(({ uuid }) => uuid === compaction.through);
  return [...entries.slice(through + 1, at), ...entries.slice(at + 1)];
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
