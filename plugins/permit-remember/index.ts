import { definePlugin, lazy, manifest, PermissionRules, RememberedAnswers, Trust } from "gantry/sdk";

export const permitRemember = manifest({
  name: "permit-remember",
  description: "Remembers what the person has answered: for the session, or in a settings file.",
  needs: { rules: PermissionRules, trust: Trust },
  provides: { remembered: RememberedAnswers },
  taps: {
    sessionStart: true,
    // Before the person, after whatever answers for a mode.
    ask: { stage: "early" },
  },
});

export default definePlugin(
  permitRemember,
  lazy(() => import("./permit-remember.ts")),
);
