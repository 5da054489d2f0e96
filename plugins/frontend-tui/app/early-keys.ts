/** Keys that are pressed before the editor is there: they are for it, and wait. */

export interface EarlyKeys {
  take(bytes: Buffer): void;
  /** Gives what has waited. */
  replay(): void;
  /** Nobody wants what has waited. */
  forget(): void;
}

/** Ctrl-C, as terminals send it: whoever wants to leave does not wait. */
const INTERRUPTS: ReadonlySet<string> = new Set(["\u0003", "\u001b[99;5u"]);

export function createEarlyKeys(feed: (bytes: Buffer) => void, isAwaited: () => boolean): EarlyKeys {
  let kept: Buffer[] = [];
  function replay(): void {
    const bytes = Buffer.concat(kept);
    kept = [];
    if (bytes.length) feed(bytes);
  }
  return {
    replay,
    forget() {
      kept = [];
    },
    take(bytes) {
      if (INTERRUPTS.has(bytes.toString("latin1"))) return feed(bytes);
      kept.push(bytes);
      if (isAwaited()) replay();
    },
  };
}
