import { Classifier, definePlugin, later, lazy, manifest, optional, Permissions, Settings } from "gantry/sdk";

export const permitModes = manifest({
  name: "permit-modes",
  description: "Permission modes: what runs without asking.",
  needs: { settings: Settings, classifier: later(optional(Classifier)) },
  provides: { permissions: Permissions },
  flags: {
    "permission-mode": {
      description: "what runs without asking",
      value: "<mode>",
      choices: ["default", "manual", "acceptEdits", "plan", "auto", "dontAsk", "bypassPermissions"],
      to: { setting: "permissions.defaultMode" },
    },
    "dangerously-skip-permissions": {
      description: "run everything that no rule forbids; only in a sandbox",
      to: { setting: "permissions.dangerouslySkip" },
    },
    "allow-dangerously-skip-permissions": {
      description: "let the session enter bypassPermissions later",
      to: { setting: "permissions.allowDangerouslySkip" },
    },
  },
  taps: {
    sessionStart: true,
    // After all others: what they say is what the mode is about.
    toolGate: { stage: "last" },
    event: { only: ["rewound"] },
    ask: { stage: "first" },
  },
});

export default definePlugin(
  permitModes,
  lazy(() => import("./permit-modes.ts")),
);
