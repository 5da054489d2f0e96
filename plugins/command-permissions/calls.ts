/** Calls of a session that were made and refused, as its log has them. */
import type { Call, SessionView, Tools } from "gantry/sdk";

export interface PastCall {
  readonly call: Call;
  readonly outcome: string;
  /** What was said of it: on a refusal, why. */
  readonly said: string;
}

/** The calls of the log that have come to an end, oldest first; those of tools that are gone are left out. */
export function pastCalls(session: SessionView, tools: Tools): readonly PastCall[] {
  const known = new Map(tools.list(session).map((tool) => [tool.name, tool]));
  const inputs = new Map<string, unknown>();
  const past: PastCall[] = [];
  for (const entry of session.entries) {
    if (entry.type === "assistant") {
      for (const block of entry.message.content) if (block.type === "tool_use") inputs.set(block.id, block.input);
    }
    if (entry.type === "tool_start" && entry.input !== undefined) inputs.set(entry.toolUseId, entry.input);
    if (entry.type !== "tool_result") continue;
    const tool = known.get(entry.tool);
    if (!tool || !inputs.has(entry.toolUseId)) continue;
    const call = { id: entry.toolUseId, tool, input: inputs.get(entry.toolUseId), origin: "model" } as const;
    const said = entry.content.map((block) => (block.type === "text" ? block.text : "")).join(" ");
    past.push({ call, outcome: entry.outcome, said });
  }
  return past;
}

/** What a call is about, on one line. */
export function subjectOf({ tool, input }: Call): string {
  const { permission } = tool;
  const fields = (input ?? {}) as Readonly<Record<string, unknown>>;
  const key = permission && Object.entries(permission).find(([name]) => name !== "family")?.[1];
  const value = typeof key === "string" ? fields[key] : undefined;
  return `${tool.name} ${typeof value === "string" ? value : JSON.stringify(input ?? {})}`;
}
