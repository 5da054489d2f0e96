import { perSession, type SessionView, type Setup, z } from "gantry/sdk";
import { type Clock, realClock } from "gantry/sdk/kit/clock";
import type { contextGit } from "./index.ts";
import { look } from "./look.ts";

const KEY = "git";
/** How long the first prompt waits for git; what comes later goes with the next one. */
const PATIENCE_MS = 5;

interface State {
  /** Empty: nothing is known, or not yet. */
  text: string;
  isGiven: boolean;
  done: Promise<void>;
}

/** The setup with another clock: for tests. */
export function contextGitWith(clock: Clock): Setup<typeof contextGit> {
  return ({ host, use, log }) => {
    const looks = perSession((session) => {
      const means = { files: use.files, exec: use.exec, mayRun: host.isTrusted, log };
      const state: State = { text: "", isGiven: false, done: Promise.resolve() };
      state.done = look(session, means).then((text) => {
        state.text = text;
      });
      return state;
    });

    const isWanted = () => use.settings?.get("includeGitInstructions", z.boolean()) !== false;

    /** Until git has answered, but not for long. */
    async function waitFor({ done }: State): Promise<void> {
      const over = new AbortController();
      await Promise.race([done, clock.sleep(PATIENCE_MS, over.signal)]).finally(() => over.abort());
    }

    return {
      taps: {
        // Nobody waits for it: git is at work while the rest of the session is set up.
        sessionStart: (session) => {
          if (!toldOf(session).isBuilt && isWanted() && !session.agent?.isLean) looks(session);
        },
        promptBuild: async (draft, { session }) => {
          const { text, isBuilt } = toldOf(session);
          if (text !== undefined) return draft.with({ key: KEY, cache: "session", text });
          if (!isWanted() || session.agent?.isLean) return undefined;
          const state = looks(session);
          if (!isBuilt) await waitFor(state);
          if (!state.text || state.isGiven) return undefined;
          state.isGiven = true;
          // The prefix of a conversation that is under way stays as it is.
          return draft.with({ key: KEY, cache: isBuilt ? "turn" : "session", text: state.text });
        },
      },
    };
  };
}

export default contextGitWith(realClock);

/** What the prompt of this conversation says already: it stays the same, in a session that goes on, too. */
function toldOf({ entries }: SessionView): {
  readonly text?: string;
  /** A model has answered, and so has read the beginning. */
  readonly isBuilt: boolean;
} {
  const prompt = entries.findLast((entry) => entry.type === "prompt");
  const text = prompt?.sections.find(({ key, cache }) => key === KEY && cache === "session")?.text;
  const isBuilt = entries.some(({ type }) => type === "assistant");
  return { isBuilt, ...(text !== undefined && { text }) };
}
