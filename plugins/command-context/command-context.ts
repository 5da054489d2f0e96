import { type Block, type Command, isGantryError, type SessionView, type Setup } from "gantry/sdk";
import { completions } from "gantry/sdk/kit/completions";
import { contextContents } from "gantry/sdk/kit/context-contents";
import { pagePanel } from "gantry/sdk/kit/panels";
import { cacheBlocks, itemBlocks, windowBlocks } from "./blocks.ts";
import type { commandContext } from "./index.ts";
import { contextText, figure } from "./show.ts";

const setup: Setup<typeof commandContext> = ({ use }) => {
  const contentsOf = (session: SessionView) => contextContents(session, use.tools.list(session));

  const context: Command = {
    run: async (args, session) => {
      const isAll = args.trim() === "all";
      const now = () => contentsOf(session);
      const whole = async () => windowBlocks(now(), (await use.models.info(session))?.contextWindow);
      const part = (name: "sections" | "tools" | "messages" | "outputs") => (): readonly Block[] =>
        itemBlocks(now()[name], isAll);
      const panel = await pagePanel({
        title: "Context",
        parts: [
          { title: "Window", load: whole },
          { title: "Prompt", load: part("sections") },
          { title: "Tools", load: part("tools") },
          { title: "Messages", load: part("messages") },
          { title: "Outputs by tool", load: part("outputs") },
          { title: "Cache", load: () => cacheBlocks(session, now().breaks) },
        ],
      });
      return { panel: { ...panel, text: contextText(now(), isAll) } };
    },
    complete: (args) => completions(args, ["all"]),
  };

  const cache: Command = async (_, session) => ({
    panel: await pagePanel({
      title: "Cache",
      parts: [{ title: "Cache", load: () => cacheBlocks(session, contentsOf(session).breaks) }],
    }),
  });

  return { commands: { compact, context, cache } };
};

export default setup;

const compact: Command = async (args, session) => {
  const focus = args.trim();
  try {
    const { isDone, summary, tokensBefore, tokensAfter } = await session.compact(focus ? { focus } : {});
    if (!isDone) return summary;
    return `Shortened from about ${figure(tokensBefore)} to ${figure(tokensAfter)} tokens. ${summary}`;
  } catch (thrown) {
    if (isGantryError(thrown)) return [thrown.message, thrown.remedy].filter(Boolean).join(" ");
    throw thrown;
  }
};
