import { messageOf, perSession, type SessionEvent, type SessionView, type Setup, textOf } from "gantry/sdk";
import type { memoryExtract } from "./index.ts";

const PLUGIN = "memory-extract";
/** Prompts that are kept for a look. */
const MOST_TYPED = 100;

/** What a session has to be watched for. */
interface State {
  /** What the person typed, as it was typed: commands and what plugins make of a prompt are not among it. */
  readonly typed: string[];
  turns: number;
  running: Promise<void> | undefined;
  hasTold: boolean;
}

/** Little more than counting: what extracts is loaded when there is something to extract. */
const setup: Setup<typeof memoryExtract> = ({ config, use, host, log }) => {
  const states = perSession((session): State => {
    const state: State = { typed: [], turns: 0, running: undefined, hasTold: false };
    session.scope.own(() => state.running);
    return state;
  });

  function watch(event: SessionEvent, session: SessionView): void {
    // Of a folder that is not trusted nothing is kept.
    if (!host.isTrusted || session.parent) return;
    if (event.type === "turn_start" && event.input.origin === "person" && !event.input.isMeta) {
      const said = textOf(event.input.content).trim();
      if (said !== "" && !/^[/!]/.test(said)) states(session).typed.push(said);
      states(session).typed.splice(0, states(session).typed.length - MOST_TYPED);
    }
    if (event.type !== "turn_end" || !session.isInteractive) return;
    const state = states(session);
    state.turns++;
    if (state.turns < config.everyTurns || state.running || session.scope.signal.aborted) return;
    state.turns = 0;
    state.running = look(session, state, true).finally(() => {
      state.running = undefined;
    });
  }

  async function atEnd(session: SessionView): Promise<void> {
    if (!host.isTrusted || !config.atEnd || session.parent) return;
    const state = states(session);
    await state.running;
    if (state.typed.length) await look(session, state, false);
  }

  /** Never rejects. */
  async function look(session: SessionView, state: State, mayAsk: boolean): Promise<void> {
    try {
      // Behind whatever happens now, so that no turn waits.
      await null;
      const memory = await use.memory();
      if (!memory.isOn(session)) return;
      const { extract } = await import("./extract.ts");
      const { typed } = state;
      const made = await extract({ session, typed, memory, models: mayAsk ? use.models : undefined, config });
      if (made.problem !== undefined && !state.hasTold) {
        state.hasTold = true;
        session.notify({ level: "warning", plugin: PLUGIN, text: `Memory is kept without a model: ${made.problem}.` });
      }
      if (made.written.length) session.notify({ level: "info", plugin: PLUGIN, text: remembered(made.written) });
    } catch (thrown) {
      log(`nothing was extracted: ${messageOf(thrown)}`);
    }
  }

  return { taps: { event: watch, sessionEnd: atEnd } };
};

export default setup;

function remembered(titles: readonly string[]): string {
  return `Remembered: ${titles.join("; ")}. /memory shows it and forgets it.`;
}
