import { definePlugin, lazy, manifest, Settings, Trust } from "gantry/sdk";

export const settingsFiles = manifest({
  name: "settings-files",
  description: "Settings from five layers of settings.json.",
  needs: { trust: Trust },
  provides: { settings: Settings },
  claims: { "allow-rules": { description: "Rules that the folder's settings would allow calls by." } },
  taps: { sessionStart: true },
  flags: {
    // To the settings, which only flags can reach: no folder can name a file for this layer.
    settings: {
      description: "settings of this run: a JSON file, or the JSON itself",
      value: "<file-or-json>",
      to: { setting: "settings" },
    },
  },
});

export default definePlugin(
  settingsFiles,
  lazy(() => import("./settings-files.ts")),
);
