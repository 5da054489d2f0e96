import type { SessionView, Span } from "gantry/sdk";
import type { Run } from "./tap-run.ts";

/** How many spans are kept. */
const KEPT = 4_096;

/** What is being waited for. */
export interface Pending {
  readonly plugin: string;
  readonly hook: string;
  readonly sinceMs: number;
}

type Listener = (span: Span, session: SessionView) => void;

/** Keeps the newest spans of taps. */
export class Trace {
  /** Written over in place: a span costs no memory once the ring is full. */
  readonly #ring: { -readonly [K in keyof Span]: Span[K] }[] = [];
  readonly #listeners = new Set<Listener>();
  #next = 0;

  record({ plugin, hook, call, session }: Run, effect: Span["effect"], ms: number): void {
    const callId = call?.id;
    const span = this.#ring[this.#next];
    if (span) {
      span.plugin = plugin;
      span.hook = hook;
      span.callId = callId;
      span.effect = effect;
      span.ms = ms;
    } else this.#ring.push({ plugin, hook, callId, effect, ms });
    this.#next = (this.#next + 1) % KEPT;
    for (const listener of this.#listeners) listener({ plugin, hook, callId, effect, ms }, session);
  }

  readonly watch = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** The spans of one call, oldest first. */
  readonly of = (callId: string): readonly Span[] => {
    const ordered = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return ordered.filter((span) => span.callId === callId).map((span) => ({ ...span }));
  };
}
