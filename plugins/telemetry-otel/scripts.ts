/** Hook scripts: each from its start to its end. */
import type { Span } from "@opentelemetry/api";
import type { HookActivity, SessionView } from "gantry/sdk";
import type { Content } from "./content.ts";
import type { Emit } from "./emit.ts";
import { stateOf } from "./state.ts";

export function createScripts(emit: Emit, content: Content) {
  const atWork = new Map<string, { readonly span: Span; readonly startMs: number }>();

  return (activity: HookActivity, session: SessionView): void => {
    const { id, event, name, ended } = activity;
    const { turn } = stateOf(session);
    const what = { hook_event: event, "gantry.prompt.id": turn?.id, ...content.detail("hook_name", name) };
    if (!ended) {
      const startMs = emit.now();
      const span = emit.begin(session, `hook_script ${event}`, { parent: turn?.span, startMs });
      atWork.set(id, { span, startMs });
      emit.event(session, "hook_execution_start", what, span);
      return;
    }
    const begun = atWork.get(id);
    atWork.delete(id);
    if (!begun) return;
    const { span, startMs } = begun;
    const endMs = emit.now();
    const isError = ended.outcome === "error";
    const result = { outcome: ended.outcome, exit_code: ended.exitCode };
    const attributes = { "gantry.hook": event, ...result, ...(isError && { "error.type": "failed" }) };
    emit.end(span, { endMs, attributes, isError });
    const figures = { ...result, duration_ms: Math.round(endMs - startMs) };
    emit.event(session, "hook_execution_complete", { ...what, ...figures }, span);
  };
}
