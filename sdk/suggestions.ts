import { createService } from "./service.ts";
import type { SessionView } from "./session.ts";

/**
 * What the person might say next, for whoever shows it greyed where they type.
 *
 * **Contract**: asked once a turn has ended and the person has typed nothing. `undefined`: nothing is likely, nobody wants it, or the
 * signal fired; never rejects. What comes back is one line without controls that no frontend takes for a command.
 *
 * @example
 * const offer = async (suggestions: PromptSuggestions, session: SessionView, show: (text: string) => void) => {
 *   const text = await suggestions.suggest(session, session.scope.signal);
 *   if (text !== undefined) show(text);
 * };
 */
export interface PromptSuggestions {
  suggest(session: SessionView, signal: AbortSignal): Promise<string | undefined>;
}
export const PromptSuggestions = createService<PromptSuggestions>("prompt-suggestions");
