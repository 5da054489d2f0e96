import type { Input, SessionEvent } from "gantry/sdk";

/** What one `send` listens on: events it has not taken yet, until the turn that took its input in has ended. */
export class Channel {
  readonly input: Input;
  readonly #events: SessionEvent[];
  #isClosed = false;
  #wake: (() => void) | undefined;

  constructor(input: Input, early: SessionEvent[]) {
    this.input = input;
    this.#events = early;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  push(event: SessionEvent): void {
    this.#events.push(event);
    this.#wake?.();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake?.();
  }

  /** Everything, in order, as it comes. */
  async *events(): AsyncGenerator<SessionEvent> {
    while (true) {
      for (const event of this.#events.splice(0)) yield event;
      if (this.#events.length) continue;
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
