import { definePlugin, Inspector, Keymap, lazy, manifest, optional, Settings } from "gantry/sdk";

const group = "Terminal";

export const commandSettings = manifest({
  name: "command-settings",
  description: "Shows settings and changes them: looks, keys, notifications, and any other by its name.",
  needs: { settings: Settings, inspector: Inspector, keymap: optional(Keymap) },
  commands: {
    config: {
      description: "Show the settings, or change them",
      argumentHint: "[key | key=value …] [--local|--project]",
      aliases: ["settings"],
      group,
      help: "Saves in your own settings unless told otherwise; key= takes a setting out.\n/config theme=dark editorMode=vim\n/config model",
      isImmediate: true,
    },
    theme: { description: "Choose the colours", argumentHint: "[name]", group, isImmediate: true },
    color: {
      description: "Choose the colour of the prompt",
      argumentHint: "[colour|default]",
      aliases: ["colour"],
      group,
      help: "A name such as cyan, or #rrggbb. It becomes a theme of your own, on top of the one there is.",
      isImmediate: true,
    },
    vim: {
      description: "Edit prompts with the keys of vim",
      argumentHint: "[on|off|status]",
      group,
      isImmediate: true,
    },
    keybindings: {
      description: "Show the keys, and what is wrong with your own",
      argumentHint: "[edit]",
      group,
      help: "Your own stand in ~/.claude/keybindings.json; edit makes the file if there is none.",
      isImmediate: true,
    },
    statusline: {
      description: "Have a command of yours write the status line",
      argumentHint: "[command|off]",
      group,
      help: "The command gets the session as JSON on standard input; what it prints is shown.\n/statusline ~/.claude/statusline.sh",
    },
    "terminal-setup": {
      description: "Show how this terminal sends Shift+Enter and shows colours",
      group,
      isImmediate: true,
    },
    tui: {
      description: "Choose the terminal's view",
      argumentHint: "[default|fullscreen|line]",
      group,
      isImmediate: true,
    },
    notifications: {
      description: "Choose how you are called when something waits",
      argumentHint: "[channel]",
      group,
      isImmediate: true,
    },
    tips: {
      description: "Show tips while the model is at work",
      argumentHint: "[on|off|status]",
      group,
      isImmediate: true,
    },
    suggestions: { description: "Suggest a next prompt", argumentHint: "[on|off|status]", group, isImmediate: true },
    editor: { description: "Show which editor opens prompts and files", group, isImmediate: true },
    "privacy-settings": {
      description: "Show what leaves this machine, and the switches",
      aliases: ["privacy"],
      group: "Insight",
      isImmediate: true,
    },
    autocompact: {
      description: "Choose when the conversation is shortened by itself",
      argumentHint: "[auto|tokens|off]",
      group: "Context",
      help: "A number of tokens counts as the window where it is less than the model's.\n/autocompact 150k",
      isImmediate: true,
    },
    env: {
      description: "Show the environment that Gantry heeds, without secrets",
      group: "Insight",
      isImmediate: true,
    },
  },
});

export default definePlugin(
  commandSettings,
  lazy(() => import("./command-settings.ts")),
);
