/** What agents do, on the wire: their calls, and how far they are. */
import {
  type AssistantMessage,
  NO_USAGE,
  newId,
  type SessionEvent,
  type SessionView,
  textOf,
  type WireMessage,
  type WireTaskUsage,
} from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import { linesOf } from "./lines.ts";

const LONGEST = 200;

interface Progress {
  readonly startedMs: number;
  readonly about: string;
  tokens: number;
  calls: number;
}

/** The lines of an agent's events; `tellsText`: what it says is told, too. */
export function createAgentLines(sessionId: string, tellsText: () => boolean) {
  const open = new Map<string, Progress>();

  return ({ session, event }: Extract<SessionEvent, { type: "agent" }>): readonly WireMessage[] => {
    const { agent, id } = session;
    const progress = open.get(id);
    const about = agent?.callId === undefined ? {} : { tool_use_id: agent.callId };
    const common = () => ({ task_id: id, ...about, session_id: sessionId, uuid: newId() });
    switch (event.type) {
      case "turn_start": {
        const said = visibleLine(textOf(event.input.content), LONGEST);
        const description = `${agent?.type ?? "agent"}: ${agent?.name ?? said}`;
        open.set(id, { startedMs: performance.now(), about: description, tokens: 0, calls: 0 });
        const kind = { task_type: "local_agent", is_backgrounded: false, spawn_depth: depthOf(session) } as const;
        return [{ type: "system", subtype: "task_started", description, ...kind, ...common() }];
      }
      case "assistant": {
        if (progress) progress.tokens = tokensOf(event.message);
        const content = event.message.content.filter(({ type }) => tellsText() || type === "tool_use");
        return linesOf({ ...event, message: { ...event.message, content } }, sessionId, agent?.callId ?? null);
      }
      case "tool_start": {
        if (!progress) return [];
        progress.calls++;
        const last_tool_name = event.call.tool.name;
        const { about: description } = progress;
        const usage = usageOf(progress);
        return [{ type: "system", subtype: "task_progress", description, last_tool_name, usage, ...common() }];
      }
      case "tool_end":
        return linesOf(event, sessionId, agent?.callId ?? null);
      case "denied":
        return linesOf(event, sessionId).map((line) => ({ ...line, agent_id: id }) as WireMessage);
      case "turn_end": {
        open.delete(id);
        const { reason, error } = event.end;
        const status = reason === "completed" ? "completed" : reason === "aborted" ? "stopped" : "failed";
        const summary = `${progress?.about ?? "The agent"} ${status}${error === undefined ? "" : `: ${error}`}`;
        const output_file = session.transcriptPath ?? "";
        const usage = progress && { usage: usageOf(progress) };
        return [{ type: "system", subtype: "task_notification", status, output_file, summary, ...usage, ...common() }];
      }
      default:
        return [];
    }
  };
}

function usageOf({ startedMs, tokens, calls }: Progress): WireTaskUsage {
  return { total_tokens: tokens, tool_uses: calls, duration_ms: Math.round(performance.now() - startedMs) };
}

function tokensOf({ usage = NO_USAGE }: AssistantMessage): number {
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
  return input_tokens + output_tokens + cache_read_input_tokens + cache_creation_input_tokens;
}

function depthOf({ parent }: SessionView): number {
  return parent ? depthOf(parent) + 1 : 0;
}
