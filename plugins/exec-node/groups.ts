import { groupRuns } from "./processes.ts";

/** The process groups that are running, so that none outlives the host. */
export interface Groups {
  open(pid: number): Group;
  dispose(): Promise<void>;
}

/** One process group. Once it is known to be gone it is never signalled again: its number may be somebody else's. */
export interface Group {
  /** Whether anything of it still runs. */
  isRunning(): boolean;
  /** TERM, and KILL after `graceMs`. Resolves when it is gone. */
  end(graceMs: number): Promise<void>;
}

/** The host is going: who does not heed TERM within this time is killed. */
const DISPOSE_GRACE_MS = 1000;
/** A killed process ends as soon as the system lets it; after this long nobody waits for it any more. */
const KILL_MS = 1000;

export function createGroups(killStrays: () => void): Groups {
  const running = new Map<number, Group>();
  let hasStarted = false;
  const ending = new Set<Promise<void>>();
  const killAll = () => {
    for (const pid of running.keys()) signalGroup(pid, "SIGKILL");
    if (hasStarted) killStrays();
  };
  process.once("exit", killAll);

  return {
    open(pid) {
      hasStarted = true;
      const group = createGroup(pid, () => running.delete(pid));
      running.set(pid, group);
      return {
        isRunning: group.isRunning,
        end(graceMs) {
          const end = group.end(graceMs).finally(() => ending.delete(end));
          ending.add(end);
          return end;
        },
      };
    },
    async dispose() {
      await Promise.all([...running.values()].map((group) => group.end(DISPOSE_GRACE_MS)));
      await Promise.all(ending);
      if (hasStarted) killStrays();
      process.removeListener("exit", killAll);
    },
  };
}

function createGroup(pid: number, onGone: () => void): Group {
  let isGone = false;

  function isRunning(): boolean {
    if (!isGone && !groupRuns(pid)) {
      isGone = true;
      onGone();
    }
    return !isGone;
  }

  async function endsWithin(ms: number): Promise<boolean> {
    const end = performance.now() + ms;
    for (let pause = 2; isRunning(); pause = Math.min(pause * 2, 50)) {
      if (performance.now() >= end) return false;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return true;
  }

  return {
    isRunning,
    async end(graceMs) {
      if (!isRunning()) return;
      signalGroup(pid, "SIGTERM");
      if (await endsWithin(graceMs)) return;
      signalGroup(pid, "SIGKILL");
      await endsWithin(KILL_MS);
    },
  };
}

function signalGroup(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, name);
  } catch {
    // It has gone by itself.
  }
}
