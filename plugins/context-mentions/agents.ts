/** Agents while a prompt is typed: `@agent-NAME`. What it means is said by whoever knows agents. */
import type { Agents, LaterService, MentionSource } from "gantry/sdk";
import { visibleLine } from "gantry/sdk/kit/visible";

const PREFIX = "agent-";
const LEAST_QUERY = 2;

export function agentMentions(agents: LaterService<Agents> | undefined): MentionSource {
  return {
    description: "agents",
    bring: async () => undefined,
    async suggest(query, session) {
      const wanted = query.toLowerCase();
      if (wanted.length < LEAST_QUERY) return [];
      const all = (await (await agents?.())?.list(session)) ?? [];
      return all.flatMap(({ name, description }) => {
        const mention = `${PREFIX}${name}`;
        const isMeant = mention.toLowerCase().startsWith(wanted) || name.toLowerCase().startsWith(wanted);
        return isMeant ? [{ mention, kind: "agent", detail: visibleLine(description, 80), score: 0.8 } as const] : [];
      });
    },
  };
}
