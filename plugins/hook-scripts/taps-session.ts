/** The moments of a session: it begins, something happens in it, it ends. */
import type { SessionEvent, SessionView } from "gantry/sdk";
import { textOf } from "gantry/sdk";
import { timeoutOf } from "./handlers.ts";
import type { Handlers, Kit } from "./kit.ts";
import { aboutCall, subjectOf } from "./taps-tools.ts";
import { lastWords } from "./taps-turns.ts";

/** How long nobody may answer until Notification hooks hear of it. */
const IDLE_MS = 60_000;
/** All SessionEnd hooks together, unless one of them says otherwise. */
const END_MS = 1_500;
const MOST_END_MS = 60_000;

export function sessionTaps(kit: Kit): Handlers<"sessionStart" | "sessionEnd" | "event"> {
  const { firing, stateOf, book } = kit;
  /** A command has asked for a session that begins anew. */
  let isClearing = false;

  return {
    sessionStart: async (session) => {
      stateOf(session);
      if (session.agent) return agentStarts(session, session.agent.type);
      for (const problem of book.problems) kit.notify(session, problem);
      const { unapproved } = leftOut(kit);
      if (unapproved) kit.notify(session, unapproved);
      if (!firing.has("SessionStart")) return;
      const source = isClearing && session.isInteractive ? "clear" : sourceOf(session);
      if (session.isInteractive) isClearing = false;
      const { provider, id } = session.model;
      const input = { source, model: `${provider}/${id}` };
      const outcome = await firing.fire(session, { event: "SessionStart", subject: source, input });
      if (outcome.decision === "deny" && outcome.reason) kit.notify(session, outcome.reason);
      kit.tellModel(session, outcome.context);
    },
    sessionEnd: async (session, why) => {
      stateOf(session).stopWaiting();
      if (session.parent || !firing.has("SessionEnd")) return;
      const reason = reasonOf(why);
      const moment = { event: "SessionEnd", subject: reason, input: { reason }, mostMs: endBudget(kit) } as const;
      // The session's own signal has fired by now.
      await firing.fire(session, { ...moment, signal: new AbortController().signal });
    },
    event: (event, session) => happened(event, session),
  };

  function happened(event: SessionEvent, session: SessionView): void {
    switch (event.type) {
      case "open": {
        const { resume, continueLatest } = event.options;
        isClearing = resume === undefined && !continueLatest;
        return;
      }
      case "turn_start": {
        const state = stateOf(session);
        state.stopWaiting();
        state.isTurnRunning = true;
        state.turnId = event.turnId;
        state.typed = event.input.origin === "person" ? textOf(event.input.content) : undefined;
        state.stop = undefined;
        state.continuations = 0;
        return;
      }
      case "turn_end":
        stateOf(session).isTurnRunning = false;
        if (session.parent) return;
        if (event.end.reason === "model_error") failedTurn(event, session);
        if (session.isInteractive && firing.has("Notification")) waitForPerson(session);
        return;
      case "denied":
        if (firing.has("PermissionDenied") && kit.permits.permissions?.mode(session) === "auto")
          refusedCall(event, session);
        return;
      case "compacted":
        if (firing.has("PostCompact") || firing.has("SessionStart")) shortened(session, event.trigger);
    }
  }

  async function agentStarts(session: SessionView, type: string): Promise<void> {
    if (!firing.has("SubagentStart")) return;
    const outcome = await firing.fire(session, { event: "SubagentStart", subject: type, input: {} });
    if (outcome.decision === "deny" && outcome.reason) kit.notify(session, outcome.reason);
    kit.tellModel(session, outcome.context);
  }

  function failedTurn({ end }: Extract<SessionEvent, { type: "turn_end" }>, session: SessionView): void {
    if (!firing.has("StopFailure")) return;
    const error = errorOf(end.status);
    const details = end.error === undefined ? {} : { error_details: end.error };
    const input = { error, ...details, last_assistant_message: lastWords(session) };
    kit.inBackground(session, { event: "StopFailure", subject: error, input });
  }

  function refusedCall({ call, verdict }: Extract<SessionEvent, { type: "denied" }>, session: SessionView): void {
    const input = { ...aboutCall(call, session), tool_use_id: call.id, reason: verdict.reason ?? "" };
    const moment = { event: "PermissionDenied", ...subjectOf(call), input } as const;
    void firing.fire(session, moment).then(({ fields, context }) => {
      const retry = fields.retry === true ? [`You may try the call of ${call.tool.name} again.`] : [];
      kit.tellModel(session, [...context, ...retry]);
    });
  }

  /** The kernel tells of a compaction right after it has written it down. Scripts know two reasons for one. */
  function shortened(session: SessionView, reason: "auto" | "manual" | "overflow"): void {
    const last = session.entries.at(-1);
    if (last?.type !== "compaction") return;
    const trigger = reason === "manual" ? "manual" : "auto";
    const summary = textOf(last.messages[0]?.content ?? []);
    const input = { trigger, compact_summary: summary.slice(0, 10_000) };
    kit.inBackground(session, { event: "PostCompact", subject: trigger, input });
    kit.inBackground(session, { event: "SessionStart", subject: "compact", input: { source: "compact" } });
  }

  function waitForPerson(session: SessionView): void {
    const state = stateOf(session);
    state.stopWaiting();
    state.stopWaiting = kit.clock.after(IDLE_MS, () => {
      kit.announce(session, "idle_prompt", "Gantry is waiting for your input");
    });
  }
}

/** Hooks of the folder that nobody has approved, in one sentence. */
function leftOut({ book }: Kit): { readonly unapproved?: string } {
  const waiting = book.all.filter((hook) => book.whyOff(hook) === "nobody has approved it");
  const files = [...new Set(waiting.map(({ source }) => source))];
  if (!waiting.length) return {};
  return {
    unapproved: `hooks that nobody has approved do not run: ${files.join(", ")}. \`gantry hooks list\` shows them.`,
  };
}

function sourceOf(session: SessionView): string {
  const [first] = session.entries;
  if (first?.type === "session" && first.forkedFrom) return "fork";
  // Plugins may have written something down by now.
  return session.entries.some(({ type }) => type === "user") ? "resume" : "startup";
}

const REASONS = new Set(["clear", "resume", "logout", "prompt_input_exit"]);

function reasonOf(why: string): string {
  if (REASONS.has(why)) return why;
  return why === "exit" ? "prompt_input_exit" : "other";
}

function endBudget({ host, book }: Kit): number {
  const asked = Number(host.env.CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS);
  if (asked > 0) return asked;
  const named = book.of("SessionEnd").filter(({ handler }) => handler.timeout !== undefined);
  const longest = Math.max(0, ...named.map(({ handler }) => timeoutOf("SessionEnd", handler) * 1_000));
  return Math.min(MOST_END_MS, Math.max(END_MS, longest));
}

const ERRORS: Readonly<Record<number, string>> = {
  400: "invalid_request",
  401: "authentication_failed",
  402: "billing_error",
  403: "authentication_failed",
  404: "model_not_found",
  413: "invalid_request",
  429: "rate_limit",
  503: "overloaded",
  529: "overloaded",
};

function errorOf(status = 0): string {
  return ERRORS[status] ?? (status >= 500 ? "server_error" : "unknown");
}
