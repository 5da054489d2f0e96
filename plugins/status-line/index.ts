import {
  definePlugin,
  Exec,
  Keymap,
  later,
  lazy,
  Meter,
  Models,
  manifest,
  OutputStyles,
  optional,
  Settings,
} from "gantry/sdk";

export const statusLine = manifest({
  name: "status-line",
  description: "Lines of the person's own below the editor, written by a command that the settings name.",
  needs: {
    exec: Exec,
    settings: Settings,
    meter: optional(Meter),
    models: optional(Models),
    styles: optional(OutputStyles),
    keymap: later(optional(Keymap)),
  },
  statusItems: {
    command: { description: "what the command of the setting statusLine writes", side: "below" },
  },
});

export default definePlugin(
  statusLine,
  lazy(() => import("./status-line.ts")),
);
