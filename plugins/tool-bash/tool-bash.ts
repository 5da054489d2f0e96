import type { Setup } from "gantry/sdk";
import { isHarmless } from "./harmless.ts";
import type { toolBash } from "./index.ts";
import { readLimits } from "./limits.ts";
import { createRunCommand } from "./run-command.ts";
import { findBash } from "./shell.ts";
import { createWorkingFolders } from "./working-folder.ts";

const setup: Setup<typeof toolBash> = ({ config, host, use }) => {
  const folderOf = createWorkingFolders();
  const run = createRunCommand({
    ...use,
    host,
    folderOf,
    limits: readLimits(config, host.env),
    bash: findBash(host),
  });
  return {
    services: { folders: { current: (session) => folderOf(session).here } },
    tools: {
      Bash: {
        run,
        isConcurrent: ({ command, run_in_background }) => !run_in_background && isHarmless(command),
      },
    },
  };
};

export default setup;
