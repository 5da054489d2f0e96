import { type HookOutcome, perSession, rootOf, type SessionView, type Setup } from "gantry/sdk";
import { type Clock, realClock } from "gantry/sdk/kit/clock";
import { createBook } from "./book.ts";
import { createClaims } from "./claims.ts";
import { createCommand } from "./command.ts";
import { createFiring, notify, type OwnMoment, reminder } from "./fire.ts";
import type { hookScripts } from "./index.ts";
import type { Kit } from "./kit.ts";
import { listOf } from "./list.ts";
import { createRegister } from "./registered.ts";
import { createSources } from "./sources.ts";
import { createStates } from "./state.ts";
import { createSubcommand } from "./subcommand.ts";
import { sessionTaps } from "./taps-session.ts";
import { toolTaps } from "./taps-tools.ts";
import { turnTaps } from "./taps-turns.ts";
import { watchSettings } from "./watch.ts";

/** The setup on another clock: for tests of what waits. */
export function setupWith(clock: Clock): Setup<typeof hookScripts> {
  return ({ host, use, scope }) => {
    const { permissions, rules, remembered, jobs, shellFolders, ...services } = use;
    const sources = createSources(() => {
      book.forget();
      for (const session of open) register(session);
    }, notify);
    const book = createBook({ settings: use.settings, trust: use.trust, host, further: () => sources.all });
    const stateOf = createStates();
    const register = createRegister(book);
    const open = new Set<SessionView>();
    const opened = perSession((session) => {
      open.add(session);
      session.scope.own(() => void open.delete(session));
    });

    const tellModel = (session: SessionView, texts: readonly string[]) => {
      if (!texts.length) return;
      const state = stateOf(session);
      if (state.isTurnRunning) session.enqueue(reminder(texts));
      else state.untold.push(...texts);
    };
    const commonInput = (session: SessionView) => {
      const root = rootOf(session);
      const { turnId } = stateOf(root);
      return {
        session_id: root.id,
        ...(turnId !== undefined && { prompt_id: turnId }),
        transcript_path: root.transcriptPath ?? "",
        cwd: session.cwd,
        ...(session.agent && { agent_id: session.id, agent_type: session.agent.type }),
        ...(permissions && { permission_mode: permissions.mode(session) }),
      };
    };
    const firing = createFiring({ means: { ...services, host, clock }, book, commonInput, tellModel });
    const inBackground = (session: SessionView, moment: OwnMoment) => {
      if (!firing.has(moment.event)) return;
      void firing.fire(session, moment).then(({ context }) => tellModel(session, context));
    };
    const claims = createClaims(host, use.files);
    const kit: Kit = {
      host,
      book,
      claims,
      firing,
      stateOf,
      permits: { permissions, rules, remembered },
      jobs,
      shellFolders,
      clock,
      tellModel,
      notify,
      stopFor: (session, { stop }: HookOutcome) => {
        if (stop !== undefined) stateOf(session).stop ??= stop;
      },
      inBackground,
      announce: (session, kind, message) =>
        inBackground(session, {
          event: "Notification",
          subject: kind,
          input: { message, notification_type: kind },
        }),
    };
    scope.own(sources.close);
    scope.own(watchSettings(kit, use.settings, open, register));
    const ofSession = sessionTaps(kit);
    return {
      services: { hookEvents: firing, hookSources: { ...sources, list: () => listOf(book) } },
      claims: { hooks: claims },
      commands: { hooks: createCommand(kit) },
      subcommands: { hooks: createSubcommand(kit) },
      taps: {
        ...ofSession,
        sessionStart: (session) => {
          if (!session.parent) {
            opened(session);
            register(session);
          }
          return ofSession.sessionStart(session);
        },
        ...turnTaps(kit),
        ...toolTaps(kit),
      },
    };
  };
}

export default setupWith(realClock);
