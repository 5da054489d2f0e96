import type { EntryOf, Session, Usage } from "gantry/sdk";
import { estimateTokens } from "gantry/sdk/kit/tokens";
import type { Link } from "./link.ts";

/** How full the model's window is, and what the session has cost: told where it has changed, and the window is known. */
export function createUsage(session: Session, link: Link) {
  let told: string | undefined;

  async function current() {
    const { models, meter } = link.services ?? {};
    const size = (await models?.info(session))?.contextWindow;
    if (!size) return undefined;
    const costUsd = (await meter?.())?.of(session).costUsd;
    const cost = costUsd === undefined ? {} : { cost: { amount: costUsd, currency: "USD" } };
    return { used: tokensIn(session), size, ...cost };
  }

  return {
    async tell(): Promise<void> {
      const now = await current();
      const text = JSON.stringify(now);
      if (!now || text === told) return;
      told = text;
      link.tell({ sessionUpdate: "usage_update", ...now });
    },
  };
}

/** As the provider has counted them with the last answer; estimated where the conversation is another one since. */
function tokensIn({ entries, messages }: Session): number {
  const last = entries.findLast(({ type }) => type === "assistant" || type === "compaction");
  const usage = last?.type === "assistant" ? (last as EntryOf<"assistant">).message.usage : undefined;
  const counted = usage ? sumOf(usage) : 0;
  return counted || estimateTokens(messages);
}

function sumOf(usage: Usage): number {
  const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = usage;
  return input_tokens + output_tokens + cache_read_input_tokens + cache_creation_input_tokens;
}
