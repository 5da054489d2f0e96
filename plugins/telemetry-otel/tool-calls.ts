/** Calls of tools: what was decided, what ran, what it changed. */
import { type Call, type SessionEvent, type SessionView, textOf } from "gantry/sdk";
import { changedLines } from "gantry/sdk/kit/changed-lines";
import type { Content } from "./content.ts";
import type { Emit } from "./emit.ts";
import { stateOf } from "./state.ts";

type Of<T extends SessionEvent["type"]> = Extract<SessionEvent, { readonly type: T }>;

const COMMIT = /(?:^|[;&|(\n])\s*(?:\w+=\S*\s+)*git(?:\s+-[cC]\s+\S+)*\s+commit\b/;
const PULL_REQUEST = /(?:^|[;&|(\n])\s*(?:\w+=\S*\s+)*(?:gh\s+pr|glab\s+mr)\s+create\b/;

export function createToolCalls(emit: Emit, content: Content) {
  return {
    started(session: SessionView, { call }: Of<"tool_start">): void {
      const { turn, calls, deciders } = stateOf(session);
      const startMs = emit.now();
      const span = emit.begin(session, `execute_tool ${call.tool.name}`, { parent: turn?.span, startMs });
      calls.set(call.id, { call, span, startMs });
      decided(session, call, "accept", deciders.get(call.id));
    },

    denied(session: SessionView, { call, verdict }: Of<"denied">): void {
      decided(session, call, "reject", stateOf(session).deciders.get(call.id) ?? verdict.by);
    },

    ended(session: SessionView, { id, tool, input, result }: Of<"tool_end">): void {
      const { calls, deciders, turn } = stateOf(session);
      const open = calls.get(id);
      calls.delete(id);
      deciders.delete(id);
      const { outcome, ms } = result;
      const text = textOf(result.content);
      if (open) {
        const { call, span, startMs } = open;
        const attributes = {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": tool,
          "gen_ai.tool.call.id": id,
          "gen_ai.tool.type": "function",
          "gantry.tool.owner": call.tool.owner,
          "gantry.tool.outcome": outcome,
          ...(outcome !== "ok" && { "error.type": outcome }),
        };
        const endMs = Math.min(startMs + ms, emit.now());
        emit.end(span, { endMs, attributes, isError: outcome === "error" });
        if (outcome === "ok") countWork(session, call, result.data);
      }
      emit.event(
        session,
        "tool_result",
        {
          "gen_ai.tool.name": tool,
          "gen_ai.tool.call.id": id,
          "gantry.prompt.id": turn?.id,
          success: outcome === "ok",
          outcome,
          duration_ms: Math.round(ms),
          result_size_bytes: Buffer.byteLength(text),
          ...content.toolInput(input),
          ...content.toolOutput(text),
        },
        open?.span ?? turn?.span,
      );
    },
  };

  function decided(session: SessionView, { id, tool }: Call, decision: string, source = "default"): void {
    const { turn } = stateOf(session);
    const attributes = { "gen_ai.tool.name": tool.name, decision, source };
    emit.event(
      session,
      "tool_decision",
      { ...attributes, "gen_ai.tool.call.id": id, "gantry.prompt.id": turn?.id },
      turn?.span,
    );
    const isEditing = tool.permission !== undefined && "path" in tool.permission && !tool.traits?.readOnly;
    if (isEditing) emit.count(session, "gantry.code_edit_tool.decision", 1, attributes);
  }

  function countWork(session: SessionView, { tool, input }: Call, data: unknown): void {
    const command = commandOf(tool, input);
    if (COMMIT.test(command)) emit.count(session, "gantry.commit.count", 1);
    if (PULL_REQUEST.test(command)) emit.count(session, "gantry.pull_request.count", 1);
    const changed = changedLines(data);
    if (!changed) return;
    const { added, removed } = changed;
    emit.count(session, "gantry.lines_of_code.count", added, { type: "added" });
    emit.count(session, "gantry.lines_of_code.count", removed, { type: "removed" });
  }
}

function commandOf({ permission }: Call["tool"], input: unknown): string {
  const field = permission && "command" in permission ? permission.command : undefined;
  return field === undefined ? "" : String((input as Readonly<Record<string, unknown>>)[field] ?? "");
}
