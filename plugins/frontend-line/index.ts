import { definePlugin, lazy, manifest, optional, RememberedAnswers, SessionStore, Slots } from "gantry/sdk";

export const frontendLine = manifest({
  name: "frontend-line",
  description: "A plain conversation, line by line: for any terminal, for screen readers, and over slow lines.",
  needs: { slots: Slots, remembered: optional(RememberedAnswers), store: optional(SessionStore) },
  frontends: {
    line: { description: "Plain conversation, line by line", needsTerminal: true },
  },
  flags: {
    line: { description: "Converse line by line, without a full-screen view", to: { frontend: "line" } },
  },
  taps: { ask: true },
});

export default definePlugin(
  frontendLine,
  lazy(() => import("./line.ts")),
);
