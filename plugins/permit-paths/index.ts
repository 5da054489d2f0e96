import { definePlugin, Files, lazy, manifest, optional, Permissions, ShellFolders } from "gantry/sdk";

export const permitPaths = manifest({
  name: "permit-paths",
  description: "Files that steer programs are asked for, and so is the removal of what nobody means to remove.",
  needs: { files: Files, permissions: Permissions, folders: optional(ShellFolders) },
  // After the rules, so that what they allow outside of the folders is known.
  taps: { toolGate: { stage: "late" } },
});

export default definePlugin(
  permitPaths,
  lazy(() => import("./permit-paths.ts")),
);
