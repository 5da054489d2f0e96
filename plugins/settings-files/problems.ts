import { type Notice, perSession, type SessionView } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

/** What is wrong with the settings, each thing once. */
export interface Problems {
  readonly all: readonly Notice[];
  readonly report: (text: string) => void;
  /** The settings have changed: what is still wrong is reported again, and told only if it is new. */
  readonly renew: () => void;
  /** The session hears what is known, and what is found while it lasts. */
  readonly tell: (session: SessionView) => void;
}

export function problemList(): Problems {
  let all: Notice[] = [];
  let told = new Set<string>();
  const open = new Set<SessionView>();
  const listen = perSession((session) => {
    open.add(session);
    session.scope.own(() => void open.delete(session));
  });
  return {
    get all() {
      return all;
    },
    report(text) {
      const notice: Notice = { level: "warning", text: visibleLine(text), plugin: "settings-files" };
      if (all.some((known) => known.text === notice.text)) return;
      all.push(notice);
      if (told.has(notice.text)) return;
      for (const session of open) session.notify(notice);
    },
    renew() {
      told = new Set(all.map(({ text }) => text));
      all = [];
    },
    tell(session) {
      for (const notice of all) session.notify(notice);
      listen(session);
    },
  };
}
