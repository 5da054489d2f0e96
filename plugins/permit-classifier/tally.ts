import { type Call, perSession, type SessionView } from "gantry/sdk";

const MOST_IN_A_ROW = 3;
const MOST_IN_ALL = 20;

/** How often the classifier has refused: whoever refuses that much may be wrong, and then a person should look. */
export interface Tally {
  isExhausted(session: SessionView): boolean;
  /** Counts a judgement. What to tell the person, where it was one refusal too many. */
  count(session: SessionView, decision: "allow" | "deny"): string | undefined;
  /** The person is asked about this call. */
  handedOver(session: SessionView, call: Call): void;
  /** A call was let go or refused; where the person has done so, the row of refusals ends. */
  settled(session: SessionView, call: Call): void;
}

export function createTally(plugin: string): Tally {
  const state = perSession((session) => ({ row: 0, total: refusalsIn(session, plugin), asked: new Set<string>() }));
  return {
    isExhausted(session) {
      const { row, total } = state(session);
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
      if (session.isInteractive) state(session).asked.add(call.id);
    },
    settled(session, call) {
      const tally = state(session);
      if (tally.asked.delete(call.id)) tally.row = 0;
    },
  };
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
