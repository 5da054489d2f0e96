import { definePlugin, Inspector, Judge, lazy, manifest, optional, PermissionRules, Permissions } from "gantry/sdk";

export const permitCheck = manifest({
  name: "permit-check",
  description: "Says what would be allowed, and why, without running anything.",
  needs: {
    judge: Judge,
    inspector: Inspector,
    rules: optional(PermissionRules),
    permissions: optional(Permissions),
  },
  subcommands: {
    permissions: {
      description: "Say whether a call would be allowed: explain one, or check many",
      usage: "explain <command or path> | check",
      flags: {
        tool: { description: "the tool, for explain; default Bash", value: "<name>" },
        mode: { description: "suppose this permission mode", value: "<mode>" },
        json: { description: "write JSON; check reads one JSON object a line from standard input" },
      },
    },
  },
});

export default definePlugin(
  permitCheck,
  lazy(() => import("./permit-check.ts")),
);
