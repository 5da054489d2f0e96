/** What devices show of a conversation: data, with every text made visible. */
import type { Block, Entry, Line, Notice, ResultContent, Session, SessionEvent, ToolResult } from "gantry/sdk";
import { typedText } from "gantry/sdk/kit/typed";
import { visible, visibleLine } from "gantry/sdk/kit/visible";

export type Item =
  | { readonly id: string; readonly kind: "person" | "thinking" | "reply"; readonly text: string }
  | { readonly id: string; readonly kind: "answer"; readonly text: string }
  | { readonly id: string; readonly kind: "notice"; readonly level: Notice["level"]; readonly text: string }
  | ToolItem;

export interface ToolItem {
  readonly id: string;
  readonly kind: "tool";
  readonly tool: string;
  readonly title: Line;
  readonly state: "running" | ToolResult["outcome"];
  readonly summary?: Line;
  /** Always shown. */
  readonly body: readonly Block[];
  /** Shown when it is opened. */
  readonly details: readonly Block[];
}

const LONGEST = 8_000;

export function clipped(text: string): string {
  return visible(
    text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… (${text.length - LONGEST} more characters)` : text,
  );
}

/** What a call is about, where nobody says it better. */
export function plainTitle(input: unknown): string {
  const values = typeof input === "object" && input !== null ? Object.values(input) : [];
  const first = values.find((value) => typeof value === "string");
  return first === undefined ? "" : visibleLine(first, 120);
}

export function plainDetails(input: unknown, result: ToolResult | undefined): readonly Block[] {
  const given: Block = { type: "code", language: "json", text: clipped(JSON.stringify(input, null, 2) ?? "") };
  return result ? [given, { type: "code", text: resultText(result.content) }] : [given];
}

function resultText(content: readonly ResultContent[]): string {
  const parts = content.map((block) => (block.type === "text" ? block.text : `(${block.type})`));
  return clipped(parts.join("\n"));
}

/** A call of the past: shown as one that has just ended. */
export interface PastCall {
  readonly call: { readonly id: string; readonly name: string; readonly input: unknown };
  readonly result?: ToolResult;
}

/** What stands in the log of a session that has gone on for a while; calls are told apart, since they are shown by others. */
export function pastItems(entries: Session["entries"]): readonly (Item | PastCall)[] {
  const results = new Map(entries.flatMap((entry) => (entry.type === "tool_result" ? [[entry.toolUseId, entry]] : [])));
  return entries.flatMap((entry): readonly (Item | PastCall)[] => {
    if (entry.type === "user") return personItem(entry);
    if (entry.type !== "assistant") return [];
    return entry.message.content.flatMap((block, at): readonly (Item | PastCall)[] => {
      if (block.type === "text" && block.text.trim()) {
        return [{ id: `${entry.uuid}.${at}`, kind: "answer" as const, text: visible(block.text) }];
      }
      if (block.type !== "tool_use") return [];
      const { id, name, input } = block;
      const end = results.get(id);
      const result = end && { outcome: end.outcome, content: end.content, data: end.data, ms: end.ms };
      return [{ call: { id, name, input }, ...(result && { result: result as ToolResult }) }];
    });
  });
}

/** What a person said; what plugins put there for the model alone is left out. */
export function personItem(entry: Extract<Entry, { type: "user" }>): readonly Item[] {
  const text = entry.isMeta ? "" : typedText(entry);
  return text.trim() ? [{ id: entry.uuid, kind: "person", text: visible(text) }] : [];
}

/** What a happening is to a reader, where it is a line of its own. */
export function noticeOf(event: SessionEvent): { level: Notice["level"]; text: string } | undefined {
  switch (event.type) {
    case "notice":
      return { level: event.notice.level, text: visible(event.notice.text) };
    case "fault":
      return {
        level: "warning",
        text: visible(`${event.fault.plugin} failed in ${event.fault.where}: ${event.fault.message}`),
      };
    case "compacted":
      return { level: "info", text: visible(event.summary) };
    case "turn_end": {
      const { reason, error } = event.end;
      if (reason === "aborted") return { level: "info", text: "Interrupted." };
      return error === undefined ? undefined : { level: "error", text: visible(error) };
    }
    default:
      return undefined;
  }
}
