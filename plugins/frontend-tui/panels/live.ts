import { useReducer, useRef } from "react";

export interface Live<T> {
  /** As it is now, even between two keys that come at once. */
  get(): T;
  update(change: Partial<T>): void;
  /** Puts another state there, and draws nothing by itself. */
  reset(state: T): void;
}

/** What a component remembers: keys that come in one piece each see what the one before has changed. */
export function useLive<T extends object>(initial: () => T): Live<T> {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const live = useRef<Live<T>>(undefined);
  if (!live.current) {
    let state = initial();
    live.current = {
      get: () => state,
      update(change) {
        state = { ...state, ...change };
        redraw();
      },
      reset(next) {
        state = next;
      },
    };
  }
  return live.current;
}
