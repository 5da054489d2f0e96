import { definePlugin, lazy, manifest } from "gantry/sdk";

export const contextEnv = manifest({
  name: "context-env",
  description: "Tells the model where it is: folders, platform, date, git branch.",
  taps: { promptBuild: true },
});

export default definePlugin(
  contextEnv,
  lazy(() => import("./context-env.ts")),
);
