import { type Answer, type EditorMode, type Question, rootOf, type Setup, type TurnView } from "gantry/sdk";
import { openEarly } from "./app/opening.ts";
import type { frontendTui } from "./index.ts";
import { listOf } from "./input/bindings.ts";
import { createBindingsFile } from "./input/bindings-file.ts";
import { flavorOf } from "./input/flavor.ts";

type Ask = (question: Question, turn: TurnView) => Promise<Answer | undefined>;

/** By session: when a folder is trusted, all plugins are set up anew in the midst of the conversation, and it is they who ask. */
const askings = new Map<string, Ask>();

/** Of the one conversation on the terminal. */
let editorMode: EditorMode | undefined;

const setup: Setup<typeof frontendTui> = ({ use, host }) => ({
  services: {
    keymap: {
      read() {
        const read = createBindingsFile(host.claudeFolder, { flavor: () => flavorOf(use.settings) }).read();
        return { bindings: listOf(read), problems: read.problems };
      },
      mode: () => editorMode,
    },
  },
  frontends: {
    async tui(frontend) {
      const opening = await openEarly(frontend);
      const opened = new Set<string>();
      try {
        const { converse } = await import("./app/conversation.tsx");
        const onOpen = (id: string, ask: Ask) => {
          opened.add(id);
          askings.set(id, ask);
        };
        return await converse(frontend, opening, onOpen, (mode) => {
          editorMode = mode;
        });
      } finally {
        opening.terminal.close();
        editorMode = undefined;
        for (const id of opened) askings.delete(id);
      }
    },
  },
  taps: {
    ask: (question, turn) => askings.get(rootOf(turn.session).id)?.(question, turn),
  },
});

export default setup;
