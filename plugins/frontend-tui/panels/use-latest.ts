import { messageOf } from "gantry/sdk";
import { useEffect, useRef } from "react";

export type Loaded<T> =
  | { readonly kind: "waiting" }
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "failed"; readonly message: string };

export const WAITING = { kind: "waiting" } as const;

export interface Latest {
  /** Runs the work; what is at work already is told to stop, and its end is not heard. */
  run<T>(work: (signal: AbortSignal) => T | Promise<T>, onEnd: (loaded: Loaded<T>) => void): void;
  stop(): void;
}

/** One piece of work at a time: the latest that was asked for. Ends with the component. */
export function useLatest(): Latest {
  const latest = useRef<Latest>(undefined);
  latest.current ??= createLatest();
  const own = latest.current;
  useEffect(() => () => own.stop(), [own]);
  return own;
}

/** See {@link useLatest}. */
export function createLatest(): Latest {
  let abort: AbortController | undefined;
  return {
    run(work, onEnd) {
      abort?.abort();
      const own = new AbortController();
      abort = own;
      void settled(() => work(own.signal)).then((loaded) => {
        if (!own.signal.aborted) onEnd(loaded);
      });
    },
    stop: () => abort?.abort(),
  };
}

async function settled<T>(work: () => T | Promise<T>): Promise<Loaded<T>> {
  try {
    return { kind: "done", value: await work() };
  } catch (cause) {
    return { kind: "failed", message: messageOf(cause) };
  }
}
