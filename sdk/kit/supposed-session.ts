import { newId, type Scope, type SessionView } from "gantry/sdk";

/** Where a supposed session works, and whether somebody is there. */
export interface SupposedSession {
  readonly cwd: string;
  readonly home: string;
  /** Further folders that it works in. */
  readonly folders?: readonly string[];
  readonly isInteractive: boolean;
  readonly scope: Scope;
}

/**
 * A session that does nothing, to ask what would be in a real one.
 *
 * @example
 * const wouldConfine = (sandbox: Sandbox, { cwd, home }: HostInfo, scope: Scope) =>
 *   sandbox.confines(supposedSession({ cwd, home, isInteractive: true, scope }), "npm test");
 */
export function supposedSession({ cwd, home, folders = [], isInteractive, scope }: SupposedSession): SessionView {
  return {
    id: newId(),
    cwd,
    home,
    folders: [cwd, ...folders],
    model: { provider: "", id: "" },
    isInteractive,
    entries: [],
    allEntries: [],
    messages: [],
    scope,
    enqueue: () => undefined,
    record: () => undefined,
    notify: () => undefined,
    announce: () => undefined,
  };
}
