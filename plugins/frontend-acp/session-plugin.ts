import {
  type Answer,
  Commands,
  definePlugin,
  EditorBuffers,
  Files,
  later,
  McpServers,
  Meter,
  Models,
  optional,
  Permissions,
  type Plugin,
  type Question,
  RememberedAnswers,
  Screens,
  Tools,
  type TurnView,
} from "gantry/sdk";
import { createBuffers } from "./buffers.ts";
import type { Link } from "./link.ts";
import { createScreens } from "./screens.ts";

type Ask = (question: Question, turn: TurnView) => Promise<Answer | undefined>;

/** The plugins that a session's host gets besides its own: they put questions to the client, and read what it holds unsaved. */
export function sessionPlugins(link: Link, ask: Ask): readonly Plugin[] {
  const questions = definePlugin({
    name: "acp-session",
    description: "Asks the person in the editor.",
    needs: {
      tools: Tools,
      commands: Commands,
      models: Models,
      permissions: later(optional(Permissions)),
      remembered: later(optional(RememberedAnswers)),
      files: later(optional(Files)),
      mcp: later(optional(McpServers)),
      meter: later(optional(Meter)),
    },
    taps: { ask: true },
    setup({ use }) {
      link.services = use;
      return { taps: { ask } };
    },
  });
  const { fs, terminal = false } = link.capabilities;
  const hasBuffers = fs?.readTextFile === true || (fs?.writeTextFile === true && link.writesAll);
  return [questions, ...(hasBuffers ? [buffersPlugin(link)] : []), ...(terminal ? [screensPlugin(link)] : [])];
}

const buffersPlugin = (link: Link) =>
  definePlugin({
    name: "acp-buffers",
    description: "What the editor holds unsaved.",
    provides: { buffers: EditorBuffers },
    setup: () => ({ services: { buffers: createBuffers(link) } }),
  });

const screensPlugin = (link: Link) =>
  definePlugin({
    name: "acp-screens",
    description: "Shows commands in terminals of the editor.",
    provides: { screens: Screens },
    setup: ({ host }) => ({ services: { screens: createScreens(link, host) } }),
  });
