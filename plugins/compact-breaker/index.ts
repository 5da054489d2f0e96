import { definePlugin, lazy, manifest } from "gantry/sdk";

export const compactBreaker = manifest({
  name: "compact-breaker",
  description: "Ends a turn whose conversation fills up again each time it was shortened.",
  taps: { modelWrap: { stage: "last" } },
});

export default definePlugin(
  compactBreaker,
  lazy(() => import("./compact-breaker.ts")),
);
