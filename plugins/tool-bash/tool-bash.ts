import { type Sandbox, type Settings, type Setup, ToolError, z } from "gantry/sdk";
import { loadShell } from "gantry/sdk/kit/shell";
import { isHarmless } from "./harmless.ts";
import type { toolBash } from "./index.ts";
import { readLimits } from "./limits.ts";
import { bashRenderer } from "./renderer.ts";
import { createRunCommand } from "./run-command.ts";
import { findBash } from "./shell.ts";

const setup: Setup<typeof toolBash> = async ({ config, host, use }) => {
  const shell = await loadShell();
  const run = createRunCommand({
    exec: use.exec,
    jobs: use.jobs,
    sandbox: use.sandbox ?? missingSandbox(use.settings),
    screens: use.screens,
    host,
    folders: use.folders,
    shell,
    limits: readLimits(config, host.env),
    bash: findBash(host),
  });
  return {
    renderers: { Bash: bashRenderer },
    tools: {
      Bash: {
        run,
        isConcurrent: ({ command, run_in_background }) => !run_in_background && isHarmless(command, shell),
      },
    },
  };
};

export default setup;

/** Settings may demand what no plugin here does: then nothing runs. */
function missingSandbox(settings: Settings | undefined): Pick<Sandbox, "confine"> | undefined {
  const isSet = (key: string) => settings?.get(`sandbox.${key}`, z.boolean()) === true;
  if (!isSet("enabled") || !isSet("failIfUnavailable")) return undefined;
  return {
    confine: () => {
      throw new ToolError(
        "Commands have to be confined (sandbox.failIfUnavailable), and no plugin does it. Ask the person to add the plugin exec-sandbox.",
      );
    },
  };
}
