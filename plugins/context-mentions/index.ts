import {
  definePlugin,
  Exec,
  Files,
  Judge,
  later,
  lazy,
  Mentions,
  manifest,
  optional,
  SessionStore,
  Settings,
  Tools,
} from "gantry/sdk";

export const contextMentions = manifest({
  name: "context-mentions",
  description:
    "Brings the files, folders and earlier sessions that a person names with @ in a prompt, and offers them while they type.",
  needs: {
    exec: later(optional(Exec)),
    files: later(Files),
    tools: Tools,
    judge: Judge,
    settings: later(optional(Settings)),
    store: later(optional(SessionStore)),
  },
  provides: { mentions: Mentions },
  // Behind hook scripts, which see what was typed; and as long as it takes the person to answer.
  taps: { input: { stage: "last", deadlineMs: 0 } },
});

export default definePlugin(
  contextMentions,
  lazy(() => import("./context-mentions.ts")),
);
