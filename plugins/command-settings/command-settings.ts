import type { Setup } from "gantry/sdk";
import { settingCommand } from "gantry/sdk/kit/setting-command";
import { createAutocompact } from "./autocompact.ts";
import { createConfig } from "./config.ts";
import { createEditor } from "./editor.ts";
import { createEnv } from "./env.ts";
import type { commandSettings } from "./index.ts";
import { createKeybindings } from "./keybindings.ts";
import { CHANNELS, SCREENS } from "./known.ts";
import { createPrivacy } from "./privacy.ts";
import { createStatusline } from "./statusline.ts";
import { createTerminalSetup } from "./terminal-setup.ts";
import { createColor, createTheme, themesOf } from "./theme.ts";

const setup: Setup<typeof commandSettings> = ({ use, host }) => {
  const { settings } = use;
  const parts = { host, settings };
  const onOff = (title: string, path: string, fallback: "on" | "off") =>
    settingCommand(parts, {
      title,
      path,
      choices: [
        { word: "on", value: true },
        { word: "off", value: false },
      ],
      fallback,
      say: (word) => `${title}: ${word}.`,
    });

  return {
    commands: {
      config: createConfig(parts, { theme: () => themesOf(host, use.inspector.report()).map(([name]) => name) }),
      theme: createTheme(parts, () => use.inspector.report()),
      color: createColor(parts),
      vim: settingCommand(parts, {
        title: "Vim keys",
        path: "editorMode",
        choices: [
          { word: "on", value: "vim" },
          { word: "off", value: "normal" },
        ],
        fallback: "off",
        say: (word) => `Vim keys are ${word}.`,
      }),
      keybindings: createKeybindings(host, use.keymap),
      statusline: createStatusline(parts),
      "terminal-setup": createTerminalSetup(host),
      tui: settingCommand(parts, {
        title: "View",
        path: "tui",
        choices: SCREENS.map((word) => ({ word, value: word, detail: VIEWS[word] })),
        fallback: "default",
        say: (word) => `The view is ${word}${word === "line" ? ", from the next start on" : ""}.`,
      }),
      notifications: settingCommand(parts, {
        title: "Notifications",
        path: "preferredNotifChannel",
        choices: [...CHANNELS.map((word) => ({ word, value: word })), { word: "off", value: "notifications_disabled" }],
        fallback: "auto",
        say: (word) => `Notifications: ${word}.`,
      }),
      tips: onOff("Tips", "spinnerTips", "on"),
      suggestions: onOff("Suggested prompts", "promptSuggestionEnabled", "off"),
      editor: createEditor(host),
      "privacy-settings": createPrivacy({ ...parts, report: () => use.inspector.report() }),
      autocompact: createAutocompact(parts),
      env: createEnv(parts),
    },
  };
};

export default setup;

const VIEWS = {
  default: "what is finished stays in the terminal's own scrollback",
  fullscreen: "the whole screen, scrolled by Gantry",
  line: "line by line, for screen readers and simple terminals",
};
