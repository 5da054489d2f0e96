import { type Call, type Entry, perSession, type SessionView } from "gantry/sdk";

const MOST_IN_A_ROW = 3;
const MOST_IN_ALL = 20;

/** How often the classifier has refused: whoever refuses that much may be wrong, and then a person should look. */
export interface Tally {
  isExhausted(session: SessionView): boolean;
  /** Counts a judgement. What to tell the person, where it was one refusal too many. */
  count(session: SessionView, decision: "allow" | "deny"): string | undefined;
  /** The person is asked about this call: once it has been let go or refused, the row of refusals ends. */
  handedOver(session: SessionView, call: Call): void;
}

export function createTally(plugin: string): Tally {
  const state = perSession((session) => ({
    row: 0,
    total: refusalsIn(session, plugin),
    asked: new Set<string>(),
    /** How long the log was when the first of those was handed over. */
    since: 0,
  }));
  return {
    isExhausted(session) {
      const tally = state(session);
      if (tally.asked.size && isAnswered(session.entries.slice(tally.since), tally.asked)) {
        tally.row = 0;
        tally.asked.clear();
      }
      const { row, total } = tally;
      return row >= MOST_IN_A_ROW || total >= MOST_IN_ALL;
    },
    count(session, decision) {
      const tally = state(session);
      tally.row = decision === "allow" ? 0 : tally.row + 1;
      if (decision === "allow") return undefined;
      tally.total++;
      if (tally.total === MOST_IN_ALL) {
        return `The classifier has refused ${MOST_IN_ALL} calls: for the rest of the session the person is asked.`;
      }
      if (tally.row === MOST_IN_A_ROW) {
        return `The classifier has refused ${MOST_IN_A_ROW} calls in a row: the next one is for the person to answer.`;
      }
      return undefined;
    },
    handedOver(session, call) {
      if (!session.isInteractive) return;
      const tally = state(session);
      if (!tally.asked.size) tally.since = session.entries.length;
      tally.asked.add(call.id);
    },
  };
}

/** Whether the log tells what has become of one of the calls. An interrupted one was not answered. */
function isAnswered(entries: readonly Entry[], asked: ReadonlySet<string>): boolean {
  return entries.some((entry) => {
    if (entry.type === "tool_start") return asked.has(entry.toolUseId);
    if (entry.type === "tool_result") return asked.has(entry.toolUseId) && entry.outcome !== "aborted";
    if (entry.type !== "plugin" || entry.plugin !== "gantry" || entry.kind !== "call") return false;
    const { id, outcome } = entry.data as { readonly id?: string; readonly outcome?: string };
    return asked.has(id ?? "") && outcome !== "aborted";
  });
}

/** What the log of a session that goes on says. */
function refusalsIn(session: SessionView, plugin: string): number {
  return session.entries.filter(
    (entry) =>
      entry.type === "plugin" &&
      entry.plugin === plugin &&
      entry.kind === "judgement" &&
      (entry.data as { readonly decision?: unknown } | null)?.decision === "deny",
  ).length;
}
