import { definePlugin, lazy, manifest, ShellFolders } from "gantry/sdk";

export const shellFolders = manifest({
  name: "shell-folders",
  description: "Where each session's shell is: what cd has left it in.",
  provides: { folders: ShellFolders },
});

export default definePlugin(
  shellFolders,
  lazy(() => import("./shell-folders.ts")),
);
