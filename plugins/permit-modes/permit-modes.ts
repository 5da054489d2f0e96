import {
  PERMISSION_MODES,
  type PermissionMode,
  PluginError,
  perSession,
  type SessionView,
  type Setup,
} from "gantry/sdk";
import { createAuto } from "./auto.ts";
import { gate } from "./gate.ts";
import type { permitModes } from "./index.ts";
import { modeAtStart } from "./start.ts";

const PLUGIN = "permit-modes";

/** Sessions outlive their plugins, which may be set up anew in the midst of one: what was chosen for it holds on. */
const chosen = perSession((): { mode?: PermissionMode } => ({}));

const setup: Setup<typeof permitModes> = ({ use, host }) => {
  const auto = createAuto(use.settings, use.classifier);
  const start = modeAtStart(use.settings, host, undefined, auto.check);
  const current = perSession((session) => {
    const state = chosen(session);
    const mode = allowedStill(state.mode) ?? (start.isAsked ? start.mode : restored(session));
    return Object.assign(state, { mode });
  });

  /** Settings that have come since may forbid it. */
  function allowedStill(mode: PermissionMode | undefined): PermissionMode | undefined {
    try {
      if (mode !== undefined) start.check(mode);
      return mode;
    } catch (error) {
      if (!(error instanceof PluginError)) throw error;
      return undefined;
    }
  }

  /** The mode that the session was left in, where it may be had. Planning and bypassing end with the run that they were chosen for. */
  function restored(session: SessionView): PermissionMode {
    const mode = recorded(session);
    if (mode === undefined || mode === "plan" || mode === "bypassPermissions") return start.mode;
    try {
      start.check(mode);
      return mode;
    } catch (error) {
      if (!(error instanceof PluginError)) throw error;
      const text = `The session was left in the mode ${mode}, which cannot be had now: ${error.message}`;
      session.notify({ level: "warning", plugin: PLUGIN, text });
      return start.mode;
    }
  }

  function record(session: SessionView): void {
    session.record(PLUGIN, "mode", { mode: current(session).mode });
  }

  function change(session: SessionView, mode: PermissionMode): void {
    const state = current(session);
    if (state.mode === mode) return;
    state.mode = mode;
    record(session);
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
        if (mode !== (recorded(session) ?? "default")) record(session);
        for (const notice of start.notices) session.notify({ level: "warning", plugin: PLUGIN, text: notice });
      },
      toolGate: (verdict, call, turn) => {
        const { mode } = current(turn.session);
        const vote = gate(mode, verdict, call, turn.session);
        return vote ?? (mode === "auto" ? auto.vote(verdict, call) : undefined);
      },
      event: (event, session) => {
        // The mode is the person's and not the conversation's: a copy of the branch must not bring an earlier one back.
        if (event.type === "rewound" && current(session).mode !== (recorded(session) ?? "default")) record(session);
      },
      ask: (question, turn) =>
        current(turn.session).mode === "auto" && !question.form ? auto.answer(question, turn) : undefined,
    },
  };
};

export default setup;

/** The mode that the log says the session is in. */
function recorded(session: SessionView): PermissionMode | undefined {
  const entry = session.entries.findLast(
    (entry) => entry.type === "plugin" && entry.plugin === PLUGIN && entry.kind === "mode",
  );
  const mode = entry?.type === "plugin" ? (entry.data as { mode?: unknown } | null)?.mode : undefined;
  return PERMISSION_MODES.find((known) => known === mode);
}
