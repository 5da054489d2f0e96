import { type HookOutcome, perSession } from "gantry/sdk";

/** What is remembered of a session from one moment to the next. */
export interface State {
  /** What PreToolUse hooks said to a call, until it is judged; `undefined` while they are at it. */
  readonly judged: Map<string, HookOutcome | undefined>;
  /** For the model, as soon as somebody speaks to it. */
  readonly untold: string[];
  /** Where the shell was after the last call. */
  shellFolder: string;
  isTurnRunning: boolean;
  turnId: string | undefined;
  /** What was typed, before a command made something else of it. */
  typed: string | undefined;
  /** A hook wants this turn to end, and why. */
  stop: string | undefined;
  /** How often Stop hooks have made this turn go on. */
  continuations: number;
  /** The first call of the batch that PostToolBatch hooks have seen. */
  lastBatch: string | undefined;
  /** Calls off the notice that nobody answers. */
  stopWaiting: () => void;
}

export const createStates = () =>
  perSession((session): State => {
    const state: State = {
      judged: new Map(),
      untold: [],
      shellFolder: session.cwd,
      isTurnRunning: false,
      turnId: undefined,
      typed: undefined,
      stop: undefined,
      continuations: 0,
      lastBatch: undefined,
      stopWaiting: () => undefined,
    };
    session.scope.own(() => state.stopWaiting());
    return state;
  });

export type States = ReturnType<typeof createStates>;
