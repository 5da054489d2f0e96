import type { Answer, Question, Setup, TurnView } from "gantry/sdk";
import { createConversation } from "./conversation.ts";
import type { frontendLine } from "./index.ts";

const setup: Setup<typeof frontendLine> = ({ use }) => {
  let askPerson: ((question: Question, turn: TurnView) => Promise<Answer>) | undefined;
  return {
    frontends: {
      async line(host) {
        const conversation = createConversation(host, use);
        askPerson = conversation.ask;
        try {
          return await conversation.run();
        } finally {
          askPerson = undefined;
        }
      },
    },
    taps: { ask: (question, turn) => askPerson?.(question, turn) },
  };
};

export default setup;
