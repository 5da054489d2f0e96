/** Agents while a prompt is typed: `@agent-NAME`. */
import type { MentionSource } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";
import type { Shelf } from "./shelf.ts";

const PREFIX = "agent-";
const LEAST_QUERY = 2;

export function agentMentions(shelf: Shelf): MentionSource {
  return {
    description: "agents",
    // It brings nothing: what it means is told to the model by the prompt's way in.
    bring: async () => undefined,
    async suggest(query, session) {
      const wanted = query.toLowerCase();
      if (wanted.length < LEAST_QUERY) return [];
      return (await shelf.all(session)).flatMap(({ name, description }) => {
        const mention = `${PREFIX}${name}`;
        const isMeant = [mention, name].some((one) => one.toLowerCase().startsWith(wanted));
        return isMeant ? [{ mention, kind: "agent", detail: visibleLine(description, 80), score: 0.8 } as const] : [];
      });
    },
  };
}
