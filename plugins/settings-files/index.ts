import { definePlugin, lazy, manifest, Settings, Trust } from "gantry/sdk";

export const settingsFiles = manifest({
  name: "settings-files",
  description: "Settings from five layers of settings.json.",
  needs: { trust: Trust },
  provides: { settings: Settings },
  claims: { "allow-rules": { description: "Rules that the folder's settings would allow calls by." } },
  taps: {
    // First, since others go by the folders of a session.
    sessionStart: { stage: "first" },
    // First, so that whoever comes next goes by what has just been saved.
    input: { stage: "first" },
    toolGate: { stage: "first" },
  },
  flags: {
    // To the settings, which only flags can reach: no folder can name a file for this layer.
    settings: {
      description: "settings of this run: a JSON file, or the JSON itself",
      value: "<file-or-json>",
      to: { setting: "settings" },
    },
    "setting-sources": {
      description: "which settings files count besides the administrator's: user, project, local, parted by commas",
      value: "<sources>",
      to: { setting: "settingSources" },
    },
  },
});

export default definePlugin(
  settingsFiles,
  lazy(() => import("./settings-files.ts")),
);
