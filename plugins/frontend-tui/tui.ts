import type { Setup } from "gantry/sdk";
import type { frontendTui } from "./index.ts";
import { listOf } from "./input/bindings.ts";
import { createBindingsFile } from "./input/bindings-file.ts";
import { flavorOf } from "./input/flavor.ts";
import type { Asking } from "./panels/asking.ts";

/** By session: when a folder is trusted, all plugins are set up anew in the midst of the conversation, and it is they who ask. */
const askings = new Map<string, Asking>();

const setup: Setup<typeof frontendTui> = ({ use, host }) => ({
  services: {
    keymap: {
      read() {
        const read = createBindingsFile(host.claudeFolder, { flavor: () => flavorOf(use.settings) }).read();
        return { bindings: listOf(read), problems: read.problems };
      },
    },
  },
  frontends: {
    async tui(frontend) {
      const { converse } = await import("./app/conversation.tsx");
      const opened = new Set<string>();
      try {
        return await converse(frontend, (id, asking) => {
          opened.add(id);
          askings.set(id, asking);
        });
      } finally {
        for (const id of opened) askings.delete(id);
      }
    },
  },
  taps: {
    ask: (question, turn) => askings.get(turn.session.id)?.ask(question, turn, use.remembered),
  },
});

export default setup;
