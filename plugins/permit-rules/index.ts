import {
  definePlugin,
  Files,
  Inspector,
  lazy,
  manifest,
  optional,
  PermissionRules,
  Permissions,
  Settings,
  ShellFolders,
  z,
} from "gantry/sdk";

const allowed = {
  description: 'allow these without asking, such as "Bash(npm test:*)" Edit',
  value: "<tools...>",
  to: { setting: "permissions.allow" },
} as const;
const disallowed = {
  description: "never allow these; a tool without brackets is not even shown to the model",
  value: "<tools...>",
  to: { setting: "permissions.deny" },
} as const;

export const permitRules = manifest({
  name: "permit-rules",
  description: "Allow, ask and deny rules, from the settings and from flags.",
  needs: {
    settings: Settings,
    files: Files,
    permissions: optional(Permissions),
    folders: optional(ShellFolders),
    inspector: Inspector,
  },
  provides: { rules: PermissionRules },
  config: () =>
    z.object({
      tools: z.array(z.string()).optional().describe("of the tools that plugins bring, only these; default: all"),
    }),
  flags: {
    tools: {
      description: 'of the built-in tools only these, such as "Read,Edit"; "" for none, default for all',
      value: "<tools...>",
      to: { config: "tools" },
    },
    allowedTools: allowed,
    "allowed-tools": allowed,
    disallowedTools: disallowed,
    "disallowed-tools": disallowed,
  },
  taps: { toolGate: true, promptBuild: true },
});

export default definePlugin(
  permitRules,
  lazy(() => import("./permit-rules.ts")),
);
