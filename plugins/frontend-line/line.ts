import { rootOf, type Setup } from "gantry/sdk";
import { type Conversation, createConversation } from "./conversation.ts";
import type { frontendLine } from "./index.ts";

/** By session: when a folder is trusted, all plugins are set up anew in the midst of the conversation, and it is they who ask. */
const conversations = new Map<string, Conversation>();

const setup: Setup<typeof frontendLine> = ({ use }) => {
  let own: Conversation | undefined;
  return {
    frontends: {
      async line(host) {
        const conversation = createConversation(host, use, (id) => void conversations.set(id, conversation));
        own = conversation;
        try {
          return await conversation.run();
        } finally {
          own = undefined;
          for (const [id, one] of conversations) if (one === conversation) conversations.delete(id);
        }
      },
    },
    taps: {
      ask: (question, turn) => (conversations.get(rootOf(turn.session).id) ?? own)?.ask(question, turn, use),
    },
  };
};

export default setup;
