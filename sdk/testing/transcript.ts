import type { Entry, SessionEvent, UserContent } from "gantry/sdk";

/** What {@link transcript} shows in words of its own. */
export interface TranscriptOptions {
  /** A folder that differs from run to run: shown as `<cwd>` wherever it stands. */
  readonly cwd?: string;
}

/**
 * A session's log, or a turn's events, as short text for assertions and snapshots: who said what, which tools were called
 * and how that ended. The same run gives the same text: there are no ids and no times in it, and a
 * log reads like the events that it was made from.
 *
 * @example
 * const kernel = await createTestKernel({ plugins: [weather] });
 * await kernel.call("Weather", { city: "Oslo" });
 * expect(transcript(kernel.session.entries)).toBe(`user: Call Weather.
 * call Weather {"city":"Oslo"}
 * result ok: 12 °C in Oslo
 * assistant: Done.
 * end completed`);
 * await kernel.close();
 */
export function transcript(
  happened: readonly Entry[] | readonly SessionEvent[],
  { cwd }: TranscriptOptions = {},
): string {
  // What goes on below its first line is indented, so that no text can pass for a line of its own.
  const lines = happened
    .flatMap((one) => (isEntry(one) ? linesOfEntry(one) : linesOfEvent(one)))
    .map((line) => line.trimEnd().replaceAll("\n", "\n  "))
    .join("\n");
  return cwd ? lines.replaceAll(cwd, "<cwd>") : lines;
}

function isEntry(one: Entry | SessionEvent): one is Entry {
  return "parentUuid" in one;
}

function linesOfEntry(entry: Entry): readonly string[] {
  switch (entry.type) {
    case "user":
      return [said(entry.isMeta ? "reminder" : "user", entry.message.content)];
    case "assistant":
      return entry.message.content.map(lineOfBlock);
    case "tool_result":
      return [resultOf(entry.outcome, entry.content)];
    case "model":
      return [`model ${entry.model}`];
    case "compaction":
      return [`compaction by ${entry.by}`, ...entry.messages.map(({ role, content }) => said(role, content))];
    case "turn_end":
      return [`end ${entry.reason}`];
    case "plugin":
      return [`record ${entry.plugin} ${entry.kind} ${JSON.stringify(entry.data)}`];
    default:
      return [];
  }
}

function linesOfEvent(event: SessionEvent): readonly string[] {
  switch (event.type) {
    case "turn_start":
      return [said(event.input.isMeta ? "reminder" : "user", event.input.content)];
    case "assistant":
      return event.message.content.map(lineOfBlock);
    case "tool_end":
      return [resultOf(event.result.outcome, event.result.content)];
    case "retry":
      return [`retry ${event.attempt} of ${event.maxAttempts}: ${event.failure.message}`];
    case "notice":
      return [`notice ${event.notice.level}: ${event.notice.text}`];
    case "fault":
      return [`fault ${event.fault.plugin} in ${event.fault.where}: ${event.fault.message}`];
    case "turn_end":
      return [`end ${event.end.reason}${event.end.error ? `: ${event.end.error}` : ""}`];
    default:
      return [];
  }
}

type Block = UserContent | Extract<Entry, { type: "assistant" }>["message"]["content"][number];

function said(who: string, content: readonly Block[]): string {
  return `${who}: ${contentOf(content)}`;
}

function resultOf(outcome: string, content: readonly Block[]): string {
  return `result ${outcome}: ${contentOf(content)}`;
}

function contentOf(content: readonly Block[]): string {
  return content.map((block) => (block.type === "text" ? block.text : lineOfBlock(block))).join("\n");
}

function lineOfBlock(block: Block): string {
  switch (block.type) {
    case "text":
      return `assistant: ${block.text}`;
    case "thinking":
      return `thinking: ${block.thinking}`;
    case "tool_use":
      return `call ${block.name} ${JSON.stringify(block.input)}`;
    case "tool_result":
      return resultOf(block.is_error ? "error" : "ok", block.content);
    case "image":
    case "document":
      return `[${block.type} ${block.source.media_type}]`;
    default:
      return `[${block.type}]`;
  }
}
