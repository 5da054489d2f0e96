import type { Setup } from "gantry/sdk";
import { createCommands } from "./commands.ts";
import type { sessionCommands } from "./index.ts";
import { createSubcommand } from "./subcommand.ts";

const setup: Setup<typeof sessionCommands> = ({ use, host }) => ({
  commands: createCommands({ ...use, host }),
  subcommands: { sessions: createSubcommand(use) },
});

export default setup;
