import type { Command, HostInfo } from "gantry/sdk";
import { pagePanel } from "gantry/sdk/kit/panels";
import { visibleLine } from "gantry/sdk/kit/visible";

interface Terminal {
  readonly name: string;
  readonly isIt: (env: HostInfo["env"]) => boolean;
  /** How Shift+Enter comes to mean a new line. */
  readonly newline: string;
}

const ALONE = "Shift+Enter works by itself.";
const CODE =
  'Add to keybindings.json of the editor: { "key": "shift+enter", "command": "workbench.action.terminal.sendSequence", "args": { "text": "\\u001b\\r" }, "when": "terminalFocus" }.';

/** The first that fits: a multiplexer hides what it runs in. */
const TERMINALS: readonly Terminal[] = [
  {
    name: "tmux",
    isIt: ({ TMUX }) => Boolean(TMUX),
    newline: "Put into ~/.tmux.conf: set -s extended-keys on, and set -as terminal-features 'xterm*:extkeys'.",
  },
  { name: "VS Code", isIt: ({ TERM_PROGRAM }) => TERM_PROGRAM === "vscode", newline: CODE },
  {
    name: "kitty",
    isIt: ({ KITTY_WINDOW_ID, TERM }) => Boolean(KITTY_WINDOW_ID) || TERM === "xterm-kitty",
    newline: ALONE,
  },
  { name: "Ghostty", isIt: ({ TERM_PROGRAM }) => TERM_PROGRAM === "ghostty", newline: ALONE },
  {
    name: "WezTerm",
    isIt: ({ TERM_PROGRAM }) => TERM_PROGRAM === "WezTerm",
    newline: "Set config.enable_kitty_keyboard = true in ~/.wezterm.lua.",
  },
  {
    name: "iTerm2",
    isIt: ({ TERM_PROGRAM }) => TERM_PROGRAM === "iTerm.app",
    newline: "Settings, Profiles, Keys: tick 'Report modifiers using CSI u'.",
  },
  {
    name: "Terminal.app",
    isIt: ({ TERM_PROGRAM }) => TERM_PROGRAM === "Apple_Terminal",
    newline: "Settings, Profiles, Keyboard: tick 'Use Option as Meta key'; then Option+Enter is a new line.",
  },
  {
    name: "Windows Terminal",
    isIt: ({ WT_SESSION }) => Boolean(WT_SESSION),
    newline: 'Add to actions: { "command": { "action": "sendInput", "input": "\\u001b\\r" }, "keys": "shift+enter" }.',
  },
  { name: "Alacritty", isIt: ({ TERM }) => TERM === "alacritty", newline: ALONE },
];

/** `/terminal-setup`: what this terminal can do, and what to set up in it. */
export function createTerminalSetup({ env }: HostInfo): Command {
  return async () => {
    const terminal = TERMINALS.find(({ isIt }) => isIt(env));
    const fields = [
      { name: "Terminal", value: terminal?.name ?? visibleLine(env.TERM_PROGRAM || env.TERM || "not known", 60) },
      { name: "Colours", value: coloursOf(env) },
      { name: "New line", value: terminal?.newline ?? "Try Shift+Enter." },
      { name: "Everywhere", value: "Ctrl+J, or a backslash and Enter, is a new line too." },
    ];
    return {
      panel: await pagePanel({
        title: "Terminal",
        parts: [{ title: "Terminal", load: () => [{ type: "fields", fields }] }],
      }),
    };
  };
}

function coloursOf({ NO_COLOR, COLORTERM, TERM = "" }: HostInfo["env"]): string {
  if (NO_COLOR) return "none, since NO_COLOR is set";
  if (TERM === "dumb" || TERM === "") return "none";
  if (COLORTERM === "truecolor" || COLORTERM === "24bit" || /kitty|direct|ghostty/.test(TERM)) return "all";
  if (/256/.test(TERM)) return "256; COLORTERM=truecolor says that it has all";
  return "16";
}
