import {
  allow,
  PERMISSION_MODES,
  type PermissionMode,
  type Permissions,
  PluginError,
  perSession,
  type SessionView,
  type Setup,
} from "gantry/sdk";
import { createAuto } from "./auto.ts";
import { editedPlaces, gate } from "./gate.ts";
import type { permitModes } from "./index.ts";
import { modeAtStart } from "./start.ts";

const PLUGIN = "permit-modes";

/** Sessions outlive their plugins, which may be set up anew in the midst of one: what was chosen for it holds on. */
const chosen = perSession((): { mode?: PermissionMode | undefined; before?: PermissionMode } => ({}));

const setup: Setup<typeof permitModes> = ({ use, host }) => {
  const auto = createAuto(use.settings, use.classifier);
  const start = modeAtStart(use.settings, host, undefined, auto.check);
  const current = perSession((session) => {
    const state = chosen(session);
    state.mode = allowedStill(state.mode) ?? firstMode(session);
    return state;
  });

  /** An agent begins without one of its own. */
  function firstMode(session: SessionView): PermissionMode | undefined {
    if (session.parent) return undefined;
    return start.isAsked ? start.mode : restored(session);
  }

  /** An agent has the mode of the session that it works for, or one of its own, as far as that one lets it. */
  function modeOf(session: SessionView): PermissionMode {
    const { mode } = current(session);
    return session.parent ? modeBelow(modeOf(session.parent), mode) : (mode ?? start.mode);
  }

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
    session.record(PLUGIN, "mode", { mode: modeOf(session) });
  }

  function change(session: SessionView, mode: PermissionMode): void {
    const state = current(session);
    if (state.mode === mode) return;
    state.before = modeOf(session);
    state.mode = mode;
    record(session);
  }

  /** Whoever keeps plans says which files they are. */
  const keepers = new Set<Readonly<Parameters<NonNullable<Permissions["keepPlans"]>>>>();

  async function isPlan(session: SessionView, places: readonly string[] | undefined): Promise<boolean> {
    if (modeOf(session) !== "plan" || !places?.length) return false;
    for (const [isKept] of keepers) if (await isKept(session, places)) return true;
    return false;
  }

  return {
    services: {
      permissions: {
        mode: modeOf,
        before: (session) => current(session).before,
        keepPlans(...keeper) {
          keepers.add(keeper);
          return () => void keepers.delete(keeper);
        },
        async plan(session) {
          const [, planOf] = [...keepers].findLast((keeper) => keeper[1]) ?? [];
          return planOf?.(session);
        },
        isPlan,
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
        if (session.parent) return;
        const mode = modeOf(session);
        if (mode !== (recorded(session) ?? "default")) record(session);
        for (const notice of start.notices) session.notify({ level: "warning", plugin: PLUGIN, text: notice });
      },
      toolGate: async (verdict, call, turn) => {
        const mode = modeOf(turn.session);
        if (await isPlan(turn.session, editedPlaces(call)))
          return verdict.decision === "none" ? allow("it is the plan") : undefined;
        const vote = gate(mode, verdict, call, turn.session);
        return vote ?? (mode === "auto" ? auto.vote(verdict, call) : undefined);
      },
      event: (event, session) => {
        // The mode is the person's and not the conversation's: a copy of the branch must not bring an earlier one back.
        if (event.type === "rewound" && modeOf(session) !== (recorded(session) ?? "default")) record(session);
      },
      ask: (question, turn) =>
        modeOf(turn.session) === "auto" && !question.form ? auto.answer(question, turn) : undefined,
    },
  };
};

export default setup;

/** Whoever plans or asks nobody has agents that do; and nobody's agents bypass permissions who does not. */
function modeBelow(above: PermissionMode, own: PermissionMode | undefined): PermissionMode {
  if (own === undefined || above === "plan") return above;
  if (above === "dontAsk") return own === "plan" ? own : above;
  return own === "bypassPermissions" ? above : own;
}

/** The mode that the log says the session is in. */
function recorded(session: SessionView): PermissionMode | undefined {
  const entry = session.entries.findLast(
    (entry) => entry.type === "plugin" && entry.plugin === PLUGIN && entry.kind === "mode",
  );
  const mode = entry?.type === "plugin" ? (entry.data as { mode?: unknown } | null)?.mode : undefined;
  return PERMISSION_MODES.find((known) => known === mode);
}
