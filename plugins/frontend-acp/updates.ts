import type { ToolCallContent, ToolCallUpdate } from "@agentclientprotocol/sdk/unstable";
import { type Fault, type Notice, newId, type Session, type SessionEvent } from "gantry/sdk";
import { visible } from "gantry/sdk/kit/visible";
import { resultContent } from "./content.ts";
import type { Link } from "./link.ts";
import { planAfter, planIn } from "./plan.ts";
import { changeIn, type ToolView, toolView } from "./tool-view.ts";

type EventOf<T extends SessionEvent["type"]> = Extract<SessionEvent, { type: T }>;

/** Tells the client what happens in a session. */
export function createUpdates(session: Session, link: Link) {
  const { tell, capabilities } = link;
  /** The calls that the client knows of, and that have not ended. */
  const open = new Set<string>();
  let messageId = newId();
  let compaction: string | undefined;

  const tellers: { readonly [T in SessionEvent["type"]]?: (happened: EventOf<T>) => void } = {
    request: () => {
      messageId = newId();
    },
    text: ({ text }) => say("agent_message_chunk", text),
    thinking: ({ text }) => say("agent_thought_chunk", text),
    tool_input: ({ id, name }) => open.has(id) || announce(id, { title: name, kind: "other" }),
    assistant: callsOf,
    retry: withdraw,
    tool_start: started,
    tool_progress: ({ id, text }) => {
      if (!link.terminals.has(id)) update(id, { content: resultContent([{ type: "text", text }]) });
    },
    tool_end: ended,
    compacting,
    compacted,
    notice: (happened) => notice(happened.notice),
    fault: ({ fault }) => notice(asNotice(fault)),
    open: () => say("agent_message_chunk", "The editor opens sessions itself: choose that one in its list."),
    turn_end: turnEnded,
  };

  function event(happened: SessionEvent): void {
    (tellers[happened.type] as ((happened: SessionEvent) => void) | undefined)?.(happened);
  }

  function say(sessionUpdate: "agent_message_chunk" | "agent_thought_chunk", text: string): void {
    if (text) tell({ sessionUpdate, messageId, content: { type: "text", text } });
  }

  // ------------------------------------------------------------ calls

  function announce(id: string, { title, kind, ...more }: Pick<ToolView, "title" | "kind"> & Partial<ToolCallUpdate>) {
    if (open.has(id)) {
      update(id, { title, kind, ...more });
      return;
    }
    open.add(id);
    tell({ sessionUpdate: "tool_call", toolCallId: id, title, kind, status: "pending", ...(more as object) });
  }

  function update(toolCallId: string, more: Partial<ToolCallUpdate>): void {
    tell({ sessionUpdate: "tool_call_update", toolCallId, ...more });
  }

  function callsOf({ message }: EventOf<"assistant">): void {
    for (const block of message.content) {
      if (block.type !== "tool_use") continue;
      announce(block.id, { ...partsOf(viewOf(block.name, block.input)), name: block.name, rawInput: block.input });
    }
  }

  function started({ call: { id, tool, input } }: EventOf<"tool_start">): void {
    announce(id, {
      ...partsOf(toolView(tool, input, session)),
      name: tool.name,
      status: "in_progress",
      rawInput: input,
    });
    tellPlan(input);
  }

  function ended({ id, tool, input, result }: EventOf<"tool_end">): void {
    const view = viewOf(tool, input);
    const change = view.path !== undefined && result.outcome === "ok" ? changeIn(result.data, view.path) : undefined;
    const isEdited = result.outcome === "ok" && view.diff.length > 0;
    const terminalId = link.terminals.get(id);
    const content: ToolCallContent[] =
      terminalId !== undefined
        ? [{ type: "terminal", terminalId }]
        : (change?.content ?? (isEdited ? view.diff : resultContent(result.content)));
    const status = result.outcome === "ok" ? "completed" : "failed";
    if (!open.has(id)) announce(id, { ...partsOf(view), name: tool, rawInput: input });
    update(id, { status, content, ...(change && { locations: change.locations }) });
    open.delete(id);
    const entries = result.outcome === "ok" ? planAfter(input, result.data) : undefined;
    if (entries) tell({ sessionUpdate: "plan", entries });
  }

  /** What was streamed of an answer does not count: another attempt follows. */
  function withdraw(): void {
    for (const id of open) update(id, { status: "failed" });
    open.clear();
    messageId = newId();
  }

  function viewOf(name: string, input: unknown): ToolView {
    const known = link.services?.tools.list(session).find((tool) => tool.name === name || tool.aliases?.includes(name));
    return toolView(known ?? { name }, input, session);
  }

  function tellPlan(input: unknown): void {
    const entries = planIn(input);
    if (entries) tell({ sessionUpdate: "plan", entries });
  }

  // ------------------------------------------------------------ besides

  function compacting(): void {
    compaction = newId();
    if (!capabilities.session?.compaction) return;
    tell({ sessionUpdate: "compaction_update", compactionId: compaction, status: "in_progress" });
  }

  function compacted({ summary }: EventOf<"compacted">): void {
    if (!capabilities.session?.compaction || !compaction) return;
    const said = [{ type: "text", text: summary } as const];
    tell({ sessionUpdate: "compaction_update", compactionId: compaction, status: "completed", summary: said });
    compaction = undefined;
  }

  /** A client that does not take notices has them in its log. */
  function notice(...notices: readonly Notice[]): void {
    for (const { level, text } of notices) {
      if (capabilities.session?.notices) tell({ sessionUpdate: "notice", severity: level, title: visible(text) });
      else if (level !== "info") link.log(visible(text));
    }
  }

  function turnEnded({ end }: EventOf<"turn_end">): void {
    if (end.reason === "handled" || end.reason === "refused") say("agent_message_chunk", end.text);
    const title = session.entries.findLast((entry) => entry.type === "title");
    const updatedAt = new Date().toISOString();
    tell({ sessionUpdate: "session_info_update", updatedAt, ...(title && { title: title.title }) });
  }

  return { event, notice };
}

function partsOf({ title, kind, locations, diff }: ToolView) {
  return { title, kind, locations, ...(diff.length && { content: diff }) };
}

function asNotice({ plugin, where, message }: Fault): Notice {
  return { level: "warning", text: `${plugin} failed in ${where}: ${message}`, plugin };
}
