/** What the person might say next, for an application that has asked for it: a line behind the result of each turn. */
import { newId, type Session, type WireMessage } from "gantry/sdk";
import type { Kit } from "./kit.ts";

export function suggestPrompts({ wishes, use, stream, log }: Kit, session: Session): void {
  let asking: AbortController | undefined;
  session.watch((event) => {
    if (event.type === "turn_start") asking?.abort();
    const isAsked =
      event.type === "turn_end" &&
      event.end.reason === "completed" &&
      wishes.hasSuggestions &&
      !wishes.isSuggestingPaused;
    if (isAsked) void suggest().catch((cause: unknown) => log(`no suggestion: ${cause}`));
  });

  async function suggest(): Promise<void> {
    const own = new AbortController();
    asking = own;
    const signal = AbortSignal.any([own.signal, session.scope.signal]);
    const suggestion = await (await use.suggestions?.())?.suggest(session, signal);
    if (suggestion === undefined || signal.aborted) return;
    stream.write({
      type: "prompt_suggestion",
      suggestion,
      uuid: newId(),
      session_id: session.id,
    } satisfies WireMessage);
  }
}
