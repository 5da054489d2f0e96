import { definePlugin, Files, lazy, manifest, optional, PermissionRules, Permissions, ShellFolders } from "gantry/sdk";

export const permitShell = manifest({
  name: "permit-shell",
  description: "Shell commands, taken apart: one runs unasked when every part of it is covered.",
  needs: {
    files: Files,
    rules: PermissionRules,
    permissions: Permissions,
    folders: optional(ShellFolders),
  },
  taps: { toolGate: { only: ["Bash"] } },
});

export default definePlugin(
  permitShell,
  lazy(() => import("./permit-shell.ts")),
);
