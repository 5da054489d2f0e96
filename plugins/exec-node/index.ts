import { definePlugin, Exec, lazy, manifest, optional, Settings, z } from "gantry/sdk";

export const execNode = manifest({
  name: "exec-node",
  description: "Runs programs of the machine, each in a process group of its own.",
  config: () =>
    z.object({
      /** Variables that programs get although their names look like secrets, such as `GH_TOKEN`. */
      passEnv: z.array(z.string()).default([]),
    }),
  needs: { settings: optional(Settings) },
  provides: { exec: Exec },
});

export default definePlugin(
  execNode,
  lazy(() => import("./exec-node.ts")),
);
