import {
  Commands,
  definePlugin,
  Exec,
  Files,
  Jobs,
  lazy,
  Meter,
  Models,
  manifest,
  optional,
  Permissions,
  RememberedAnswers,
  SessionStore,
  Settings,
  Slots,
  Tools,
} from "gantry/sdk";

export const frontendTui = manifest({
  name: "frontend-tui",
  description:
    "The conversation on a terminal: what is finished stays in its scrollback, what is at work is drawn below.",
  needs: {
    commands: optional(Commands),
    exec: optional(Exec),
    files: optional(Files),
    jobs: optional(Jobs),
    meter: optional(Meter),
    models: optional(Models),
    permissions: optional(Permissions),
    remembered: optional(RememberedAnswers),
    settings: optional(Settings),
    slots: optional(Slots),
    store: optional(SessionStore),
    tools: optional(Tools),
  },
  frontends: {
    tui: { description: "The conversation in a terminal", needsTerminal: true },
  },
  flags: {
    tui: { description: "Converse in the terminal's full view, whatever its settings say", to: { frontend: "tui" } },
  },
  taps: { ask: true },
});

export default definePlugin(
  frontendTui,
  lazy(() => import("./tui.ts")),
);
