import type { Span } from "gantry/sdk";

/** How many spans are kept. */
const KEPT = 4_096;

/** What is being waited for. */
export interface Pending {
  readonly plugin: string;
  readonly hook: string;
  readonly sinceMs: number;
}

/** Keeps the newest spans of taps and handlers, and who is being waited for. */
export class Trace {
  readonly #ring: Span[] = [];
  #next = 0;
  readonly pending = new Set<Pending>();

  record(span: Span): void {
    this.#ring[this.#next] = span;
    this.#next = (this.#next + 1) % KEPT;
  }

  /** The spans of one call, oldest first. */
  of(callId: string): readonly Span[] {
    const ordered = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return ordered.filter((span) => span.callId === callId);
  }
}
