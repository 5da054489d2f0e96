/** Where the editor's menus come from: the commands of the session, and what can be named in it. */
import type { MentionSuggestion, Session } from "gantry/sdk";
import type { SuggestionSource } from "../input/composer.tsx";
import { filesOfCommand } from "./file-command.ts";
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
      const { mentions, exec, settings } = services();
      if (!at || !mentions) return;
      const files = await filesOfCommand(query, at, { exec, settings }, signal).catch(() => undefined);
      if (!files) yield* mentions.suggest(query, at, signal);
      else yield* inPlaceOfFiles(files, mentions.suggest(query, at, signal));
    },
  };
}

async function* inPlaceOfFiles(
  files: readonly MentionSuggestion[],
  lists: AsyncIterable<readonly MentionSuggestion[]>,
): AsyncGenerator<readonly MentionSuggestion[]> {
  for await (const list of lists) {
    yield [...files, ...list.filter(({ kind }) => kind !== "file" && kind !== "folder")];
  }
}
