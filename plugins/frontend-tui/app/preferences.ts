/** What the settings say of the terminal; read anew when they change. */
import { type Settings, z } from "gantry/sdk";
import { createTheme, type Theme } from "../paint/theme.ts";

export interface Preferences {
  readonly theme: Theme;
  readonly hasLinks: boolean;
  readonly showsTurnDuration: boolean;
  /** Nothing moves by itself. */
  readonly isCalm: boolean;
  readonly notifications: string;
  readonly hasProgressBar: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

export function readPreferences(settings: Settings | undefined, env: Env): Preferences {
  const isOn = (key: string, usual: boolean) => settings?.get(key, z.boolean()) ?? usual;
  const text = (key: string) => settings?.get(key, z.string());
  const depth = depthOf(env);
  return {
    theme: createTheme({ name: text("theme") ?? "dark", depth }),
    hasLinks: depth > 0 && !env.NO_COLOR && env.TERM_PROGRAM !== "Apple_Terminal",
    showsTurnDuration: isOn("showTurnDuration", true),
    isCalm: isOn("prefersReducedMotion", false),
    notifications: text("preferredNotifChannel") ?? "auto",
    hasProgressBar: isOn("terminalProgressBarEnabled", true),
  };
}

/** How many colours the terminal has, as it says itself. */
export function depthOf(env: Env): Theme["depth"] {
  if (env.NO_COLOR || env.TERM === "dumb") return 0;
  if (/^(truecolor|24bit)$/.test(env.COLORTERM ?? "") || env.WT_SESSION) return 24;
  if (/-256(color)?$/.test(env.TERM ?? "")) return 8;
  return 4;
}
