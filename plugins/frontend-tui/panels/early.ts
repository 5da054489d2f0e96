import { useRef } from "react";

/** How long nobody may have pressed a key before one counts, in milliseconds. */
const QUIET_MS = 200;

/**
 * Whether a key came so soon after a question appeared, or after another such key, that it cannot be meant for it: it was typed for what
 * stood there before. Ask once for each key.
 */
export function useTooEarly(now: () => number = () => performance.now()): () => boolean {
  const early = useRef<() => boolean>(undefined);
  if (!early.current) {
    let quietSince: number | undefined = now();
    early.current = () => {
      if (quietSince === undefined) return false;
      const at = now();
      const isEarly = at - quietSince < QUIET_MS;
      quietSince = isEarly ? at : undefined;
      return isEarly;
    };
  }
  return early.current;
}
