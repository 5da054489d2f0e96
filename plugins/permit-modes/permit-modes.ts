import { type PermissionMode, perSession, type SessionView, type Setup } from "gantry/sdk";
import { createAuto } from "./auto.ts";
import { gate } from "./gate.ts";
import type { permitModes } from "./index.ts";
import { modeAtStart } from "./start.ts";

const PLUGIN = "permit-modes";

const setup: Setup<typeof permitModes> = ({ use, host }) => {
  const auto = createAuto(use.settings, use.classifier);
  const start = modeAtStart(use.settings, host, undefined, auto.check);
  const current = perSession((session) => ({ mode: start.isAsked ? start.mode : (remembered(session) ?? start.mode) }));

  function change(session: SessionView, mode: PermissionMode): void {
    const state = current(session);
    if (state.mode === mode) return;
    state.mode = mode;
    session.record(PLUGIN, "mode", { mode });
  }

  return {
    services: {
      permissions: {
        mode: (session) => current(session).mode,
        setMode: async (session, mode) => {
          start.check(mode);
          change(session, mode);
        },
        suppose: (session, mode) => {
          current(session).mode = mode;
        },
      },
    },
    taps: {
      sessionStart: (session) => {
        const { mode } = current(session);
        if (mode !== (remembered(session) ?? "default")) session.record(PLUGIN, "mode", { mode });
        for (const notice of start.notices) session.notify({ level: "warning", plugin: PLUGIN, text: notice });
      },
      toolGate: (verdict, call, turn) => {
        const { mode } = current(turn.session);
        const vote = gate(mode, verdict, call, turn.session);
        return vote ?? (mode === "auto" ? auto.vote(verdict, call) : undefined);
      },
      ask: (question, turn) =>
        current(turn.session).mode === "auto" && !question.form ? auto.answer(question, turn) : undefined,
    },
  };
};

export default setup;

/** The mode that the log says the session was left in. Planning and bypassing end with the run that they were chosen for. */
function remembered(session: SessionView): PermissionMode | undefined {
  const entry = session.entries.findLast(
    (entry) => entry.type === "plugin" && entry.plugin === PLUGIN && entry.kind === "mode",
  );
  const mode = entry?.type === "plugin" ? (entry.data as { mode?: unknown } | null)?.mode : undefined;
  return mode === "acceptEdits" || mode === "dontAsk" || mode === "default" ? mode : undefined;
}
