import { definePlugin, Keymap, lazy, manifest, optional, Settings } from "gantry/sdk";

export const frontendTui = manifest({
  name: "frontend-tui",
  description:
    "The conversation on a terminal: what is finished stays in its scrollback, what is at work is drawn below it.",
  needs: { settings: optional(Settings) },
  provides: { keymap: Keymap },
  frontends: {
    tui: {
      description: "The conversation in a terminal",
      needsTerminal: true,
      unless: { env: { TERM: "dumb", GANTRY_SCREEN_READER: "1" }, settings: { axScreenReader: true, tui: "line" } },
    },
  },
  flags: {
    tui: { description: "Converse in the terminal's full view, whatever its settings say", to: { frontend: "tui" } },
    "ax-screen-reader": {
      description: "Converse in plain text, line by line, for a screen reader",
      to: { setting: "axScreenReader" },
    },
  },
  taps: { ask: true },
});

export default definePlugin(
  frontendTui,
  lazy(() => import("./tui.ts")),
);
