/** What the person might say next: asked for when a turn has ended, shown grey until the next one begins. */
import type { PromptSuggestions, Session, SessionEvent } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Store } from "./store.ts";

export interface SuggestingParts {
  readonly store: Pick<Store, "set" | "get">;
  /** Looked up when it is asked for, so that no start waits for its plugin. */
  suggestions(): Promise<PromptSuggestions | undefined>;
  /** Nothing is typed, and no turn has begun. */
  isFree(): boolean;
}

export interface Suggesting {
  /** After each event of the session. */
  onEvent(event: SessionEvent, session: Session): void;
  /** After each key: whoever types wants none any more. */
  onKey(): void;
  /** Calls off what is asked, and takes away what is shown. */
  stop(): void;
}

const LONGEST = 300;

export function createSuggesting({ store, suggestions, isFree }: SuggestingParts): Suggesting {
  let asking: AbortController | undefined;

  async function ask(session: Session): Promise<void> {
    const own = new AbortController();
    asking = own;
    const signal = AbortSignal.any([own.signal, session.scope.signal]);
    try {
      const text = await (await suggestions())?.suggest(session, signal);
      if (text && !signal.aborted && isFree()) store.set({ suggestion: visibleLine(text, LONGEST) });
    } catch {
      // A prompt that cannot be guessed is none.
    } finally {
      if (asking === own) asking = undefined;
    }
  }

  function stop(): void {
    asking?.abort();
    if (store.get().suggestion !== undefined) store.set({ suggestion: undefined });
  }

  return {
    stop,
    onEvent(event, session) {
      if (event.type === "turn_start") stop();
      else if (event.type === "turn_end" && event.end.reason === "completed") {
        stop();
        if (isFree()) void ask(session);
      }
    },
    onKey() {
      if (asking && !isFree()) asking.abort();
    },
  };
}
