import { type Setup, z } from "gantry/sdk";
import { createAround } from "./around.ts";
import { createCommand } from "./command.ts";
import type { checkpointFiles } from "./index.ts";
import { createKeepers } from "./keep.ts";
import { createCheckpoints } from "./rewind.ts";
import { createSubcommand } from "./subcommand.ts";

const onSchema = z.boolean();

const setup: Setup<typeof checkpointFiles> = ({ config, use, host }) => {
  const { files, seenFiles, settings, folders, tools } = use;
  const keeperOf = createKeepers(files, config);
  const checkpoints = createCheckpoints({ files, tools, keeperOf, offBecause });
  const rewind = createCommand(checkpoints);
  const around = createAround({ files, seenFiles, folders, tools, keeperOf, isOn: () => offBecause() === undefined });
  const wrapped = { Edit: around.file("file_path"), Write: around.file("file_path") };

  function offBecause(): string | undefined {
    if (isTrue(host.env.CLAUDE_CODE_DISABLE_FILE_CHECKPOINTING)) {
      return "What files were is not kept: CLAUDE_CODE_DISABLE_FILE_CHECKPOINTING is set.";
    }
    if (settings?.get("fileCheckpointingEnabled", onSchema) !== false) return undefined;
    return "What files were is not kept: the setting fileCheckpointingEnabled is false.";
  }

  return {
    services: { checkpoints },
    commands: { rewind },
    subcommands: { rewind: createSubcommand(checkpoints) },
    wraps: { ...wrapped, NotebookEdit: around.file("notebook_path"), Bash: around.command("command") },
    taps: {
      preTool: async (call, { session }) => {
        if (!isWrapped(call.tool.name)) await around.before(call, session);
      },
      postTool: async (_, call, { session }) => {
        if (!isWrapped(call.tool.name)) await around.after(call, session);
      },
    },
  };
};
export default setup;

function isWrapped(tool: string): boolean {
  return ["Edit", "Write", "NotebookEdit", "Bash"].includes(tool);
}

function isTrue(value: string | undefined): boolean {
  return /^(?:1|true|yes|on)$/i.test(value ?? "");
}
