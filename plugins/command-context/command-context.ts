import { type Command, isGantryError, type Setup } from "gantry/sdk";
import { contextContents } from "gantry/sdk/kit/context-contents";
import type { commandContext } from "./index.ts";
import { contextText, figure } from "./show.ts";

const setup: Setup<typeof commandContext> = ({ use }) => ({
  commands: {
    compact,
    context: (args, session) => contextText(contextContents(session, use.tools.list(session)), args.trim() === "all"),
  },
});

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
