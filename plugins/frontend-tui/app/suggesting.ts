/** What the person might say next: asked for when a turn has ended, and shown grey until something else happens. */
import type { Session } from "gantry/sdk";
import type { Services } from "./services.ts";
import type { Store } from "./store.ts";

export interface Suggesting {
  begin(session: Session): void;
  stop(): void;
}

export function createSuggesting(
  store: Pick<Store, "set" | "get">,
  services: () => Pick<Services, "suggestions">,
  isWanted: () => boolean,
): Suggesting {
  let asking: AbortController | undefined;

  function stop(): void {
    asking?.abort();
    asking = undefined;
    if (store.get().suggestion !== undefined) store.set({ suggestion: undefined });
  }

  return {
    stop,
    begin(session) {
      stop();
      const { suggestions } = services();
      if (!suggestions || !isWanted()) return;
      const own = new AbortController();
      asking = own;
      const signal = AbortSignal.any([own.signal, session.scope.signal]);
      void suggestions.suggest(session, signal).then(
        (suggestion) => {
          if (!signal.aborted && suggestion) store.set({ suggestion });
        },
        () => {},
      );
    },
  };
}
