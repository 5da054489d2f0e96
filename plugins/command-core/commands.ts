import { type Command, messageOf, type Setup } from "gantry/sdk";
import { costText } from "./cost.ts";
import { createHelp } from "./help.ts";
import type { commandCore } from "./index.ts";
import { releaseNotes } from "./release-notes.ts";
import { createStatus } from "./status.ts";

const setup: Setup<typeof commandCore> = ({ use, host }) => ({
  commands: {
    help: createHelp(use.commands),
    status: createStatus(use, host),
    version: () => `Gantry ${host.version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    "release-notes": releaseNotes,
    cost: (_, session) => (use.meter ? costText(use.meter.of(session)) : "No plugin counts what a session uses."),
    exit,
  },
});

export default setup;

const exit: Command = (_, session) => {
  // The session waits for this very command to end.
  session.close("exit").catch((cause) => session.notify({ level: "error", text: messageOf(cause) }));
  return undefined;
};
