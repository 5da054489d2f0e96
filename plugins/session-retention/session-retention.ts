import fs from "node:fs";
import { join } from "node:path";
import { isGantryError, type SessionView, type Setup } from "gantry/sdk";
import { type Clock, realClock } from "gantry/sdk/kit/clock";
import { keptDays, oldSessions, removeSessions } from "gantry/sdk/kit/old-sessions";
import type { sessionRetention } from "./index.ts";

const PLUGIN = "session-retention";
const DAY_MS = 24 * 60 * 60 * 1000;
/** A session has begun and its first request is on its way before anything is looked at. */
const DELAY_MS = 2_000;

const setup: Setup<typeof sessionRetention> = (context) => createRetention(context, realClock);

export default setup;

type Context = Pick<Parameters<Setup<typeof sessionRetention>>[0], "use" | "host" | "scope" | "log">;

/** Looks once a day, in the background of a session, for sessions that are older than they are kept. */
export function createRetention({ use, host, scope, log }: Context, clock: Clock): ReturnType<typeof setup> {
  const stamp = join(host.stateFolder, "sessions-pruned");
  let hasBegun = false;

  async function prune(session: SessionView): Promise<void> {
    if (!isDue(stamp, clock.now())) return;
    try {
      const old = oldSessions(await use.store.list({}), keptDays(use.settings), clock.now());
      const gone = await removeSessions(
        use.store,
        old.filter(({ id }) => id !== session.id),
        session.scope.signal,
      );
      // A session that ends before all is done leaves the rest to the next one.
      if (!session.scope.signal.aborted) writeStamp(stamp);
      if (gone.length) log(`${gone.length} old sessions removed`);
    } catch (error) {
      if (!isGantryError(error)) throw error;
      session.notify({ level: "warning", plugin: PLUGIN, text: `${error.message} ${error.remedy ?? ""}`.trimEnd() });
    }
  }

  return {
    taps: {
      sessionStart: (session) => {
        if (hasBegun) return;
        hasBegun = true;
        let pruning: Promise<void> | undefined;
        const cancel = clock.after(DELAY_MS, () => {
          pruning = prune(session).catch((error) => log(String(error)));
        });
        scope.own(cancel);
        session.scope.own(async () => {
          cancel();
          await pruning;
        });
      },
    },
  };
}

function isDue(stamp: string, now: number): boolean {
  const stat = fs.statSync(stamp, { throwIfNoEntry: false });
  // A clock that was set back would else stop it for long.
  return stat === undefined || Math.abs(now - stat.mtimeMs) > DAY_MS;
}

function writeStamp(stamp: string): void {
  fs.writeFileSync(stamp, `${new Date().toISOString()}\n`, { mode: 0o600 });
}
