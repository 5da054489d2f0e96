import type { SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { type EntryOf, type Session, type ToolInfo, text } from "gantry/sdk";
import { resultContent, shown } from "./content.ts";
import type { Link } from "./link.ts";
import { planAfter, planIn } from "./plan.ts";
import { changeIn, toolView } from "./tool-view.ts";

/** The conversation so far, as it would have been told while it went on. */
export function historyOf(session: Session, link: Link): SessionUpdate[] {
  const tools = new Map(link.services?.tools.list(session).map((tool) => [tool.name, tool]));
  const inputs = new Map<string, unknown>();
  return session.entries.flatMap((entry) => {
    if (entry.type === "user") return entry.isMeta ? [] : saidBy(entry);
    if (entry.type === "assistant") return answered(entry, session, tools, inputs);
    return entry.type === "tool_result" ? ended(entry, session, tools, inputs) : [];
  });
}

type ToolsByName = ReadonlyMap<string, ToolInfo>;

function saidBy({ uuid, typed, message }: EntryOf<"user">): SessionUpdate[] {
  const said = typed === undefined ? message.content : [text(typed)];
  return said.flatMap((block) => {
    const content = shown(block);
    return content ? [{ sessionUpdate: "user_message_chunk", messageId: uuid, content } as const] : [];
  });
}

function answered(
  { uuid, message }: EntryOf<"assistant">,
  session: Session,
  tools: ToolsByName,
  inputs: Map<string, unknown>,
): SessionUpdate[] {
  return message.content.flatMap((block): SessionUpdate[] => {
    if (block.type === "text") {
      const content = { type: "text", text: block.text } as const;
      return [{ sessionUpdate: "agent_message_chunk", messageId: uuid, content }];
    }
    if (block.type === "thinking") {
      const content = { type: "text", text: block.thinking } as const;
      return [{ sessionUpdate: "agent_thought_chunk", messageId: uuid, content }];
    }
    if (block.type !== "tool_use") return [];
    inputs.set(block.id, block.input);
    const { title, kind, locations, diff } = toolView(tools.get(block.name) ?? block, block.input, session);
    const entries = planIn(block.input);
    return [
      {
        sessionUpdate: "tool_call",
        toolCallId: block.id,
        title,
        name: block.name,
        kind,
        status: "pending",
        locations,
        content: diff,
        rawInput: block.input,
      },
      ...(entries ? [{ sessionUpdate: "plan", entries } as const] : []),
    ];
  });
}

function ended(
  { toolUseId, tool, outcome, content, data }: EntryOf<"tool_result">,
  session: Session,
  tools: ToolsByName,
  inputs: ReadonlyMap<string, unknown>,
): SessionUpdate[] {
  const isOk = outcome === "ok";
  const { path, diff } = toolView(tools.get(tool) ?? { name: tool }, inputs.get(toolUseId), session);
  const change = path !== undefined && isOk ? changeIn(data, path) : undefined;
  const isEdited = isOk && diff.length > 0;
  const entries = isOk ? planAfter(inputs.get(toolUseId), data) : undefined;
  const update: SessionUpdate = {
    sessionUpdate: "tool_call_update",
    toolCallId: toolUseId,
    status: isOk ? "completed" : "failed",
    content: change?.content ?? (isEdited ? diff : resultContent(content)),
    ...(change && { locations: change.locations }),
  };
  return entries ? [update, { sessionUpdate: "plan", entries }] : [update];
}
