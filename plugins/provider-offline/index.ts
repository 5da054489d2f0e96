import { definePlugin, lazy, manifest } from "gantry/sdk";

export const providerOffline = manifest({
  name: "provider-offline",
  description: "The embedded default: a small planner without network that drives the real tools.",
  providers: {
    offline: {
      title: "Offline planner",
      usable: "always",
      defaultModel: "offline",
      models: ["offline"],
    },
  },
});

export default definePlugin(
  providerOffline,
  lazy(() => import("./offline.ts")),
);
