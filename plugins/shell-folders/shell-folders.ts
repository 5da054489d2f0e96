import { statSync } from "node:fs";
import { messageOf, perSession, type SessionView, type Setup, type ShellFolders } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";
import type { shellFolders } from "./index.ts";

type Listener = Parameters<ShellFolders["watch"]>[0];

const setup: Setup<typeof shellFolders> = ({ log }) => {
  const last = perSession((session) => ({ path: session.cwd }));
  const listeners = new Set<Listener>();

  function move(session: SessionView, to: string): void {
    const state = last(session);
    const from = state.path;
    if (from === to) return;
    state.path = to;
    for (const listener of [...listeners]) {
      try {
        listener(session, { from, to });
      } catch (error) {
        log(`A listener of folders failed: ${messageOf(error)}`);
      }
    }
  }

  const isStanding = (session: SessionView) => {
    const { path } = last(session);
    return path === session.cwd || (isWithin(path, session.folders) && isFolder(path));
  };

  function reset(session: SessionView): string {
    move(session, session.cwd);
    return `Shell cwd was reset to ${session.cwd}`;
  }

  return {
    services: {
      folders: {
        current: (session) => (isStanding(session) ? last(session).path : session.cwd),
        enter(session) {
          if (isStanding(session)) return { path: last(session).path };
          const notice = reset(session);
          return { path: session.cwd, notice };
        },
        leave(session, path) {
          if (path === undefined || path === last(session).path) return undefined;
          if (!isWithin(path, session.folders)) return reset(session);
          move(session, path);
          return undefined;
        },
        watch(listener) {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
      },
    },
  };
};

export default setup;

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
