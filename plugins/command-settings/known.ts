/** The settings with one value that a person may want to change, as `/config` offers them and as the reference lists them. */
import { EFFORTS } from "gantry/sdk";

export interface KnownSetting {
  /** Dotted. */
  readonly path: string;
  readonly group: string;
  readonly description: string;
  /** What it takes; words are the only ones there are. */
  readonly takes: "boolean" | "number" | "text" | readonly string[];
  /** What counts where no file says anything. */
  readonly fallback?: string | number | boolean;
}

export const CHANNELS = ["auto", "terminal_bell", "iterm2", "kitty", "ghostty", "notifications_disabled"] as const;
export const SCREENS = ["default", "fullscreen", "line"] as const;

export const KNOWN: readonly KnownSetting[] = [
  one("Model", "model", "text", "the model of new sessions: provider/id, id or alias"),
  one("Model", "fallbackModel", "text", "models to go on with while the chosen one is out of reach, with commas"),
  one("Model", "effortLevel", EFFORTS, "how much the model puts into its answers; absent: as the model does"),
  one("Model", "fastMode", "boolean", "answers sooner, at a higher price, from models that can", false),
  one("Model", "alwaysThinkingEnabled", "boolean", "the model thinks before it answers; absent: as the model does"),
  one("Model", "outputStyle", "text", "how the model is told to answer", "default"),

  one("Context", "autoCompactEnabled", "boolean", "the conversation is shortened when it fills the window", true),
  one("Context", "autoCompactWindow", "number", "tokens that count as the window, where that is less than the model's"),
  one("Context", "autoMemoryEnabled", "boolean", "memory is kept and comes into prompts", true),
  one(
    "Context",
    "fileCheckpointingEnabled",
    "boolean",
    "what files were is kept, so that /rewind can take changes back",
    true,
  ),
  one("Context", "cleanupPeriodDays", "number", "days that sessions are kept", 30),
  one("Context", "includeGitInstructions", "boolean", "the model is told how to commit", true),

  one(
    "Permissions",
    "permissions.defaultMode",
    ["default", "acceptEdits", "plan", "auto", "dontAsk", "bypassPermissions"],
    "the mode of new sessions",
    "default",
  ),
  one("Permissions", "permissions.disableBypassPermissionsMode", ["disable"], "forbids the mode bypassPermissions"),
  one("Permissions", "sandbox.enabled", "boolean", "shell commands are confined by the system", false),
  one("Permissions", "sandbox.failIfUnavailable", "boolean", "no command runs where it cannot be confined", false),
  one("Permissions", "sandbox.autoAllowBashIfSandboxed", "boolean", "confined commands run unasked", true),
  one("Permissions", "disableAllHooks", "boolean", "no hook of settings.json runs", false),
  one(
    "Permissions",
    "enableAllProjectMcpServers",
    "boolean",
    "every server of a folder's .mcp.json is started once the folder is trusted",
    false,
  ),

  one("Terminal", "theme", "text", "a theme: auto, dark, light, …; custom:NAME is ~/.claude/themes/NAME.json", "auto"),
  one(
    "Terminal",
    "tui",
    SCREENS,
    "the terminal's view: with its own scrollback, the whole screen, or line by line",
    "default",
  ),
  one("Terminal", "editorMode", ["normal", "vim"], "keys of the prompt's editor", "normal"),
  one("Terminal", "preferredNotifChannel", CHANNELS, "how the terminal says that it waits for you", "auto"),
  one(
    "Terminal",
    "promptSuggestionEnabled",
    "boolean",
    "a next prompt is suggested in grey; each one is a request",
    false,
  ),
  one("Terminal", "spinnerTips", "boolean", "tips are shown while the model is at work", true),
  one("Terminal", "showTurnDuration", "boolean", "how long a turn took is said at its end", true),
  one("Terminal", "prefersReducedMotion", "boolean", "nothing moves by itself", false),
  one(
    "Terminal",
    "terminalProgressBarEnabled",
    "boolean",
    "the terminal's own progress bar shows that the model is at work",
    true,
  ),
  one("Terminal", "syntaxHighlightingDisabled", "boolean", "code is shown without colours", false),
];

function one(
  group: string,
  path: string,
  takes: KnownSetting["takes"],
  description: string,
  fallback?: KnownSetting["fallback"],
): KnownSetting {
  return { path, group, description, takes, ...(fallback !== undefined && { fallback }) };
}
