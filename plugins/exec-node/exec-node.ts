import type { Setup } from "gantry/sdk";
import { workspaceOf } from "gantry/sdk/kit/program-folders";
import { environmentSchema, filterEnvironment } from "./environment.ts";
import { createGroups } from "./groups.ts";
import type { execNode } from "./index.ts";
import { createLookup } from "./lookup.ts";
import { createRun } from "./run.ts";
import { createStart } from "./start.ts";
import { createStrays } from "./strays.ts";

const setup: Setup<typeof execNode> = ({ config, host, log, scope, use }) => {
  const workspace = workspaceOf(host);
  const strays = createStrays();
  const groups = scope.own(createGroups(strays.kill));
  const filtered = (added?: Readonly<Record<string, string>>) => ({
    ...filterEnvironment(
      { ...host.env, ...added },
      { passEnv: config.passEnv, hiddenFolders: host.isTrusted ? [] : workspace },
    ),
    ...strays.mark,
  });
  const own = filtered();
  const start = createStart({
    groups,
    log,
    lookup: createLookup(host.env.PATH, workspace),
    environment: () => {
      const added = use.settings?.get("env", environmentSchema);
      return added ? filtered(added) : own;
    },
  });
  return { services: { exec: { start, run: createRun(start) } } };
};

export default setup;
