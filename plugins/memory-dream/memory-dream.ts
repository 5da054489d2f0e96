import { type MemoryDream, messageOf, perSession, type SessionEvent, type SessionView, type Setup } from "gantry/sdk";
import type { memoryDream } from "./index.ts";

const PLUGIN = "memory-dream";

/** Little more than waiting for the first turn to end: what dreams is loaded then. */
const setup: Setup<typeof memoryDream> = ({ config, use, host, log }) => {
  const states = perSession((session) => {
    const state = { hasLooked: false, running: undefined as Promise<void> | undefined };
    session.scope.own(() => state.running);
    return state;
  });

  const dreams = async () => {
    const { createDreams } = await import("./dream.ts");
    const [memory, files] = await Promise.all([use.memory(), use.files()]);
    return createDreams({ config, host, memory, files, models: use.models, sessions: await use.sessions?.() });
  };

  function watch({ type }: SessionEvent, session: SessionView): void {
    if (type !== "turn_end" || config.when === "never" || !session.isInteractive || session.parent || !host.isTrusted)
      return;
    const state = states(session);
    if (state.hasLooked || session.scope.signal.aborted) return;
    state.hasLooked = true;
    state.running = dreamBeside(session);
  }

  /** Never rejects. */
  async function dreamBeside(session: SessionView): Promise<void> {
    try {
      // Behind whatever happens now, so that no turn waits.
      await null;
      if (!(await use.memory()).isOn(session)) return;
      const { dream, isTime } = await dreams();
      if (session.scope.signal.aborted || !(await isTime(session))) return;
      const { changes, problem } = await dream({ session });
      if (session.scope.signal.aborted) return;
      if (problem !== undefined) log(problem);
      if (changes.length) session.notify({ level: "info", plugin: PLUGIN, text: tidied(changes.length) });
    } catch (thrown) {
      log(`memory was not tidied: ${messageOf(thrown)}`);
    }
  }

  const dream: MemoryDream = {
    dream: async (options) => (await dreams()).dream(options),
    undo: async (options) => (await dreams()).undo(options),
  };
  return { services: { dream }, taps: { event: watch } };
};

export default setup;

function tidied(count: number): string {
  const texts = count === 1 ? "one text" : `${count} texts`;
  return `Memory was tidied: ${texts} changed. /memory undo takes it back, /memory undo --dry-run shows it.`;
}
