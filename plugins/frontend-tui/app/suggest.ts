/** Where the editor's menus come from: the commands of the session, and what can be named in it. */
import type { MentionSuggestion, Session } from "gantry/sdk";
import type { SuggestionSource } from "../input/composer.tsx";
import type { Services } from "./services.ts";

export function createSuggest(session: () => Session | undefined, services: () => Services): SuggestionSource {
  return {
    commands() {
      const at = session();
      return (at && services().commands?.list(at)) ?? [];
    },
    async complete(name, args) {
      const at = session();
      return (at && (await services().commands?.complete(at, name, args))) ?? [];
    },
    async *mentions(query, signal): AsyncGenerator<readonly MentionSuggestion[]> {
      const at = session();
      const { mentions } = services();
      if (at && mentions) yield* mentions.suggest(query, at, signal);
    },
  };
}
