import { definePlugin, Inspector, lazy, manifest, Tools } from "gantry/sdk";

export const cacheWatch = manifest({
  name: "cache-watch",
  description: "Names the plugin whose section or tool changed what the provider had cached of the conversation.",
  needs: { inspector: Inspector, tools: Tools },
  // Innermost, so that it sees what the provider gets.
  taps: { modelWrap: { stage: "first" } },
});

export default definePlugin(
  cacheWatch,
  lazy(() => import("./cache-watch.ts")),
);
