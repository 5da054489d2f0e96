/** How long sessions are kept, for whoever removes old ones. */
import { PluginError, type SessionStore, type SessionSummary, type Settings, z } from "gantry/sdk";

/** Days that a session is kept where the setting `cleanupPeriodDays` says nothing. */
export const KEPT_DAYS = 30;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The days that a session is kept: the setting `cleanupPeriodDays`, or {@link KEPT_DAYS}.
 *
 * **Contract**: throws `GANTRY_SESSIONS_DAYS` where the setting is no number of days above 0: what is not understood removes nothing.
 */
export function keptDays(settings: Settings | undefined): number {
  const value = settings?.get("cleanupPeriodDays", z.unknown());
  return value === undefined ? KEPT_DAYS : checkedDays(value, "The setting cleanupPeriodDays");
}

/**
 * A number of days above 0. Throws `GANTRY_SESSIONS_DAYS`.
 *
 * @example
 * const days = checkedDays(14, "--days");
 */
export function checkedDays(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new PluginError(
    "GANTRY_SESSIONS_DAYS",
    `${what} is ${JSON.stringify(value)}, which is no number of days above 0; no session was removed.`,
    "Give a number, such as 30.",
  );
}

/**
 * Those of the sessions that were last written more than `days` ago; never one that is open.
 *
 * @example
 * const old = async (store: SessionStore) => oldSessions(await store.list({}), 30, Date.now());
 */
export function oldSessions(sessions: readonly SessionSummary[], days: number, now: number): readonly SessionSummary[] {
  return sessions.filter(({ updatedMs, isLive }) => !isLive && now - updatedMs > days * DAY_MS);
}

/**
 * Removes sessions and gives those that are gone. One that somebody has opened meanwhile stays.
 *
 * @example
 * const prune = async (store: SessionStore, signal: AbortSignal) =>
 *   removeSessions(store, oldSessions(await store.list({}), 30, Date.now()), signal);
 */
export async function removeSessions(
  store: SessionStore,
  sessions: readonly SessionSummary[],
  signal: AbortSignal,
): Promise<readonly SessionSummary[]> {
  const gone: SessionSummary[] = [];
  for (const session of sessions) {
    if (signal.aborted) break;
    const isGone = await store.remove(session.id, { cwd: session.cwd }).then(
      () => true,
      () => false,
    );
    if (isGone) gone.push(session);
  }
  return gone;
}
