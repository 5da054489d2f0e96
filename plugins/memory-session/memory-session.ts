import {
  type EntryOf,
  messageOf,
  perSession,
  type SessionEvent,
  type SessionSummaryText,
  type SessionView,
  type Setup,
} from "gantry/sdk";
import type { memorySession } from "./index.ts";

const PLUGIN = "memory-session";

/** Little more than counting: what writes the summary is loaded when there is one to write. */
const setup: Setup<typeof memorySession> = ({ config, use, log }) => {
  const states = perSession((session) => {
    const state = { since: messagesSince(session), running: undefined as Promise<void> | undefined, hasTold: false };
    session.scope.own(() => state.running);
    return state;
  });
  const isWanted = ({ isInteractive, parent }: SessionView) =>
    !parent && (config.when === "always" || (config.when === "interactive" && isInteractive));

  function watch({ type }: SessionEvent, session: SessionView): void {
    if ((type !== "assistant" && type !== "turn_end") || !isWanted(session)) return;
    const state = states(session);
    // A prompt and its last answer: the answers before it have counted themselves.
    state.since += 1;
    if (state.running || state.since < config.everyMessages || session.scope.signal.aborted) return;
    state.since = 0;
    state.running = renew(session, state).finally(() => {
      state.running = undefined;
    });
  }

  /** Never rejects: a summary that cannot be written is told of once. */
  async function renew(session: SessionView, state: { hasTold: boolean }): Promise<void> {
    try {
      // Behind whatever happens now, so that no turn waits.
      await null;
      const { summarise } = await import("./summarise.ts");
      const made = await summarise(session, current(session), use.models, config);
      const isStillThere = made && session.entries.some(({ uuid }) => uuid === made.summary.through);
      if (!isStillThere || session.scope.signal.aborted) return;
      session.record(PLUGIN, "summary", made.summary);
      session.record(PLUGIN, "memory-run", made.run);
      if (made.problem !== undefined) tell(session, state, made.problem);
    } catch (thrown) {
      log(`the summary was not written: ${messageOf(thrown)}`);
    }
  }

  function tell(session: SessionView, state: { hasTold: boolean }, problem: string): void {
    if (state.hasTold) return;
    state.hasTold = true;
    const text = `The conversation was summed up without a model: ${problem}.`;
    session.notify({ level: "warning", plugin: PLUGIN, text });
  }

  return { services: { sessionMemory: { current } }, taps: { event: watch } };
};

export default setup;

/** The newest summary of this branch whose last record is still on it. */
function current({ entries }: SessionView): SessionSummaryText | undefined {
  const known = new Set<string>();
  let summary: SessionSummaryText | undefined;
  for (const entry of entries) {
    known.add(entry.uuid);
    if (isSummary(entry) && known.has(entry.data.through)) summary = entry.data;
  }
  return summary && { text: summary.text, through: summary.through };
}

type SummaryEntry = EntryOf<"plugin"> & { readonly data: SessionSummaryText };

function isSummary(entry: SessionView["entries"][number]): entry is SummaryEntry {
  if (entry.type !== "plugin" || entry.plugin !== PLUGIN || entry.kind !== "summary") return false;
  const { text, through } = (entry.data ?? {}) as Partial<SessionSummaryText>;
  return typeof text === "string" && typeof through === "string";
}

/** Messages that no summary covers, when a session goes on. */
function messagesSince(session: SessionView): number {
  const through = current(session)?.through;
  const at = session.entries.findIndex(({ uuid }) => uuid === through);
  return session.entries.slice(at + 1, -1).filter(({ type }) => type === "assistant" || type === "turn_end").length;
}
