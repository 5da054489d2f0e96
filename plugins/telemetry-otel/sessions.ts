/** Sessions and turns: what happens in them, told as it happens. */
import type { Span } from "@opentelemetry/api";
import {
  type Inspector,
  type Permissions,
  type SessionEvent,
  type SessionView,
  type Span as TapSpan,
  textOf,
} from "gantry/sdk";
import { createAnnounced } from "./announced.ts";
import type { Content } from "./content.ts";
import type { Emit } from "./emit.ts";
import { stateOf } from "./state.ts";
import { createToolCalls } from "./tool-calls.ts";

export interface SessionParts {
  readonly emit: Emit;
  readonly content: Content;
  readonly permissions: Permissions | undefined;
  readonly inspector: Inspector;
  /** The span of whoever has started the program. */
  readonly outer: Span | undefined;
}

/** A tap that had no opinion and took less is not told of: there are dozens in a turn. */
const WORTH_TELLING_MS = 1;

export function createSessions({ emit, content, permissions, inspector, outer }: SessionParts) {
  const tools = createToolCalls(emit, content);
  const announced = createAnnounced(emit, content);

  return {
    begin(session: SessionView): void {
      if (session.parent) return;
      const isResumed = session.entries.some(({ type }) => type === "user");
      emit.count(session, "gantry.session.count", 1, { start_type: isResumed ? "resume" : "fresh" });
      stateOf(session).mode = permissions?.mode(session);
      for (const { name, state, manifest, from } of inspector.report().plugins) {
        // What comes with the program follows from its version.
        if (from === "built-in") continue;
        emit.event(session, "plugin_loaded", { "plugin.name": name, "plugin.version": manifest.version, state });
      }
    },

    saw(event: SessionEvent, session: SessionView): void {
      const state = stateOf(session);
      switch (event.type) {
        case "turn_start":
          turnStarted(session, event);
          break;
        case "turn_end":
          turnEnded(session, event);
          break;
        case "assistant":
          answered(session, event);
          break;
        case "tool_start":
          noteMode(session);
          tools.started(session, event);
          break;
        case "denied":
          tools.denied(session, event);
          break;
        case "tool_end":
          tools.ended(session, event);
          break;
        case "compacting":
          state.compactingMs = emit.now();
          break;
        case "compacted":
          compacted(session, event);
          break;
        case "mcpServerChanged":
        case "mentionResolved":
        case "hookRegistered":
          announced(session, event);
          break;
        case "fault": {
          const { plugin, where, isTimeout, isQuarantined } = event.fault;
          const what = { "plugin.name": plugin, where, is_timeout: isTimeout, is_quarantined: isQuarantined };
          emit.event(session, "plugin_fault", what, state.turn?.span);
        }
      }
    },

    /** A tap of some plugin has come to an end. */
    tapped({ plugin, hook, callId, effect, ms }: TapSpan, session: SessionView): void {
      const state = stateOf(session);
      const { turn, calls, deciders } = state;
      if (hook === "ask") {
        if (turn) turn.askMs += ms;
        if (callId !== undefined && effect === "changed") deciders.set(callId, plugin);
      } else if (callId !== undefined && hook === "toolGate" && effect === "voted") deciders.set(callId, plugin);

      if (effect === "passed" && ms < WORTH_TELLING_MS) return;
      const parent = (callId === undefined ? undefined : calls.get(callId)?.span) ?? turn?.span;
      const endMs = emit.now();
      const what = { "gantry.hook": hook, "plugin.name": plugin, "gantry.hook.effect": effect };
      const span = emit.begin(session, `hook ${hook}`, { parent, startMs: endMs - ms });
      emit.end(span, {
        endMs,
        attributes: { ...what, "gen_ai.tool.call.id": callId, ...(effect === "failed" && { "error.type": "failed" }) },
        isError: effect === "failed",
      });
      const more = { "gen_ai.tool.call.id": callId, "gantry.prompt.id": turn?.id, duration_ms: Math.round(ms) };
      emit.event(session, "tap_complete", { ...what, ...more }, span);
    },
  };

  function turnStarted(session: SessionView, { turnId, input }: Extract<SessionEvent, { type: "turn_start" }>): void {
    const state = stateOf(session);
    const span = emit.begin(session, `invoke_agent ${agentOf(session)}`, {
      parent: startedBy(session) ?? outer,
      startMs: emit.now(),
    });
    state.turn = { id: turnId, span, askMs: 0 };
    noteMode(session);
    if (input.origin !== "person") return;
    const text = textOf(input.content);
    const what = { "gantry.prompt.id": turnId, prompt_length: text.length, ...content.prompt(text) };
    emit.event(session, "user_prompt", what, state.turn.span);
  }

  function turnEnded(session: SessionView, { end, ms }: Extract<SessionEvent, { type: "turn_end" }>): void {
    noteMode(session);
    const state = stateOf(session);
    const { turn } = state;
    state.turn = undefined;
    state.calls.clear();
    state.deciders.clear();
    if (!turn) return;
    emit.count(session, "gantry.active_time.total", Math.max(0, ms - turn.askMs) / 1_000, { type: "cli" });
    const isFine = end.reason === "completed" || end.reason === "handled";
    emit.end(turn.span, {
      endMs: emit.now(),
      attributes: {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": agentOf(session),
        "gen_ai.provider.name": session.model.provider,
        "gen_ai.request.model": session.model.id,
        "gantry.prompt.id": turn.id,
        "gantry.turn.reason": end.reason,
        ...(!isFine && { "error.type": end.reason }),
      },
      isError: !isFine && end.reason !== "aborted" && end.reason !== "refused",
    });
  }

  function answered(session: SessionView, { message, model }: Extract<SessionEvent, { type: "assistant" }>): void {
    const { turn } = stateOf(session);
    const text = textOf(message.content);
    const what = {
      "gantry.prompt.id": turn?.id,
      "gen_ai.response.id": message.id,
      "gen_ai.response.model": message.model,
      model,
    };
    emit.event(
      session,
      "assistant_response",
      { ...what, response_length: text.length, ...content.response(text) },
      turn?.span,
    );
  }

  function compacted(session: SessionView, event: Extract<SessionEvent, { type: "compacted" }>): void {
    const state = stateOf(session);
    const since = state.compactingMs;
    state.compactingMs = undefined;
    const what = {
      trigger: event.trigger,
      tokens_before: event.tokensBefore,
      tokens_after: event.tokensAfter,
      duration_ms: since && Math.round(emit.now() - since),
    };
    emit.event(session, "compaction", what, state.turn?.span);
  }

  /** Nobody tells of a change of mode, so it is looked for where it matters. */
  function noteMode(session: SessionView): void {
    const state = stateOf(session);
    const mode = permissions?.mode(session);
    if (mode === state.mode) return;
    if (state.mode !== undefined) {
      const what = { from_mode: state.mode, to_mode: mode, "gantry.prompt.id": state.turn?.id };
      emit.event(session, "permission_mode_changed", what, state.turn?.span);
    }
    state.mode = mode;
  }
}

function agentOf({ agent }: SessionView): string {
  return agent?.type ?? "gantry";
}

/** The call that an agent was started by, or else the turn in which that was. */
function startedBy({ parent, agent }: SessionView): Span | undefined {
  if (!parent) return undefined;
  const { calls, turn } = stateOf(parent);
  return calls.get(agent?.callId ?? "")?.span ?? turn?.span;
}
