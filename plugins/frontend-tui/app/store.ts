/** What the live part shows, in one place; whoever draws it is told of every change. */
import type { Job, Panel } from "gantry/sdk";

/** A call at work. */
export interface RunningCall {
  readonly id: string;
  /** Painted: its tool's name and what it is about. */
  readonly head: string;
  readonly progress?: string;
  readonly startedAt: number;
}

export interface LiveState {
  /** What the agent is doing, while it is. */
  readonly activity: { readonly label: string; readonly startedAt: number } | undefined;
  readonly thinking: string | undefined;
  /** What is good to know meanwhile. */
  readonly tip: string | undefined;
  readonly running: readonly RunningCall[];
  readonly queued: readonly string[];
  readonly jobs: readonly Job[];
  readonly areJobsShown: boolean;
  readonly areShortcutsShown: boolean;
  readonly panel: Panel | undefined;
  /** The next prompt, as it was guessed. */
  readonly suggestion: string | undefined;
  /** That it records, or writes down what was said. */
  readonly voice: string | undefined;
  readonly hint: string | undefined;
  readonly status: { readonly left: string; readonly right: string; readonly lines: readonly string[] };
  readonly isReady: boolean;
  readonly size: { readonly columns: number; readonly rows: number };
}

export interface Store {
  get(): LiveState;
  set(change: Partial<LiveState>): void;
  subscribe(listener: () => void): () => void;
}

export function createStore(size: LiveState["size"]): Store {
  const listeners = new Set<() => void>();
  let state: LiveState = {
    activity: undefined,
    thinking: undefined,
    tip: undefined,
    running: [],
    queued: [],
    jobs: [],
    areJobsShown: false,
    areShortcutsShown: false,
    panel: undefined,
    suggestion: undefined,
    voice: undefined,
    hint: undefined,
    status: { left: "", right: "", lines: [] },
    isReady: false,
    size,
  };
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
