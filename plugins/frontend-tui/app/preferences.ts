/** What the settings say of the terminal; read anew when they change. */
import { type FrontendHost, type Settings, z } from "gantry/sdk";
import { colourDepth } from "../paint/terminal-colours.ts";
import { createTheme, isBase, type Theme } from "../paint/theme.ts";
import { customTheme } from "./custom-themes.ts";

export interface Preferences {
  readonly theme: Theme;
  readonly hasLinks: boolean;
  readonly showsTurnDuration: boolean;
  /** How often the status line is asked anew while nothing happens, in milliseconds. */
  readonly statusRefreshMs: number | undefined;
  readonly hasTips: boolean;
  readonly hasEmoji: boolean;
  /** Nothing moves by itself. */
  readonly isCalm: boolean;
  readonly notifications: string;
  readonly hasProgressBar: boolean;
  /** The whole conversation is on the terminal's other screen. */
  readonly isFullScreen: boolean;
  readonly isVim: boolean;
  /** Two keys that end the typing in vim mode. */
  readonly escapeKeys: readonly string[];
}

/** `background` is what lies behind the text, where the terminal has said it. */
export function readPreferences(
  settings: Settings | undefined,
  host: Pick<FrontendHost, "info" | "report">,
  background: "dark" | "light" | undefined,
): Preferences {
  const { env } = host.info;
  const isOn = (key: string, usual: boolean) => settings?.get(key, z.boolean()) ?? usual;
  const text = (key: string) => settings?.get(key, z.string());
  const depth = colourDepth(env, process.platform);
  return {
    theme: themeNamed(text("theme") ?? "auto", host, background),
    hasLinks: depth > 0 && env.TERM_PROGRAM !== "Apple_Terminal",
    showsTurnDuration: isOn("showTurnDuration", true),
    statusRefreshMs: refreshMs(settings),
    hasTips: isOn("spinnerTips", true) && isOn("spinnerTipsEnabled", true),
    hasEmoji: isOn("emojiCompletionEnabled", true),
    isCalm: isOn("prefersReducedMotion", false),
    notifications: text("preferredNotifChannel") ?? "auto",
    hasProgressBar: isOn("terminalProgressBarEnabled", true),
    isFullScreen: text("tui") === "fullscreen",
    isVim: text("editorMode") === "vim",
    escapeKeys: Object.keys(settings?.get("vimInsertModeRemaps", z.record(z.string(), z.unknown())) ?? {}),
  };
}

/** The theme of this name, as the terminal can show it. */
export function themeNamed(
  name: string,
  host: Pick<FrontendHost, "info" | "report">,
  background: "dark" | "light" | undefined,
): Theme {
  const { env, claudeFolder } = host.info;
  const depth = colourDepth(env, process.platform);
  const plugins = isBase(name) || name === "auto" ? [] : host.report().plugins;
  const custom = isBase(name) ? undefined : customTheme(name, claudeFolder, plugins);
  return createTheme({ name, depth, ...(custom && { custom }), ...(background && { background }) });
}

const LEAST_REFRESH_SECONDS = 1;

function refreshMs(settings: Settings | undefined): number | undefined {
  const { refreshInterval } = settings?.get("statusLine", z.object({ refreshInterval: z.number().optional() })) ?? {};
  return refreshInterval === undefined || refreshInterval < LEAST_REFRESH_SECONDS ? undefined : refreshInterval * 1000;
}
