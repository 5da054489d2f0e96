import { definePlugin, lazy, manifest, optional, SessionStore, Settings } from "gantry/sdk";

export const sessionRetention = manifest({
  name: "session-retention",
  description:
    "Removes sessions that nobody has gone on with for a month; the setting cleanupPeriodDays says how long.",
  needs: { store: SessionStore, settings: optional(Settings) },
  taps: { sessionStart: { stage: "last" } },
});

export default definePlugin(
  sessionRetention,
  lazy(() => import("./session-retention.ts")),
);
