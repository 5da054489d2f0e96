import { readFileSync, rmSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { perSession, type SessionView } from "gantry/sdk";
import { isWithin } from "gantry/sdk/kit/paths";

/** The folder that a session's commands run in. */
export interface WorkingFolder {
  /** Where the next command runs, and a notice when that is not where the last one ended. */
  current(): { readonly path: string; readonly notice?: string };
  /** The same, and nothing is taken note of. */
  readonly here: string;
  /** Takes over where a command has ended; gives a notice when it may not stay there. */
  moveTo(path: string | undefined): string | undefined;
}

export const createWorkingFolders = () => perSession(createWorkingFolder);

function createWorkingFolder(session: SessionView): WorkingFolder {
  let path = session.cwd;
  const reset = () => {
    path = session.cwd;
    return `Shell cwd was reset to ${path}`;
  };
  const isStanding = () => path === session.cwd || (isAllowed(path, session) && isFolder(path));
  return {
    get here() {
      return isStanding() ? path : session.cwd;
    },
    current() {
      if (isStanding()) return { path };
      const notice = reset();
      return { path, notice };
    },
    moveTo(next) {
      if (next === undefined || next === path) return undefined;
      if (!isAllowed(next, session)) return reset();
      path = next;
      return undefined;
    },
  };
}

/** Takes what a command has left in its folder file; nothing after `exec`, a signal, or a second look. */
export function takeFolder(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, "utf8");
    rmSync(file);
    const path = text.replace(/\n$/, "");
    return isAbsolute(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function isAllowed(path: string, { cwd, folders }: SessionView): boolean {
  return isWithin(path, [cwd, ...folders]);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
