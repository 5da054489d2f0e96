import { requestOf, type Sender, type Signal } from "./otlp.ts";
import type { Source } from "./pump.ts";

/** More than this are not kept: what comes then is lost, and never the memory of the host. */
const MOST_KEPT = 2_048;
const MOST_AT_ONCE = 512;

export interface Batch<T> extends Source {
  add(item: T): void;
}

/** Keeps what has happened until it is sent. */
export function createBatch<T extends object>(signal: Signal, sender: Sender): Batch<T> {
  const items: T[] = [];
  return {
    add(item) {
      if (items.length < MOST_KEPT) items.push(item);
    },
    take() {
      if (!items.length) return undefined;
      const taken = items.splice(0, MOST_AT_ONCE);
      return {
        request: requestOf(signal, taken, sender),
        isMore: items.length > 0,
        settle({ kind }) {
          if (kind === "later") items.unshift(...taken.slice(0, MOST_KEPT - items.length));
        },
      };
    },
  };
}
