import { definePlugin, Exec, Files, later, lazy, manifest, optional, Settings } from "gantry/sdk";

export const contextGit = manifest({
  name: "context-git",
  description: "Tells the model of the repository: main branch, user, status, last commits.",
  needs: { files: Files, exec: later(Exec), settings: optional(Settings) },
  taps: { sessionStart: true, promptBuild: true },
});

export default definePlugin(
  contextGit,
  lazy(() => import("./context-git.ts")),
);
