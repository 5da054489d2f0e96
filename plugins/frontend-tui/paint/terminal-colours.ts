/** What a terminal can show, from what it says of itself. Pure: the environment and replies are handed in. */
import { type Depth, luminance, type Rgb } from "./colours.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const TRUE_COLOUR_TERMS = /-direct|^(?:xterm-)?(?:kitty|ghostty)$|^(?:alacritty|foot|wezterm|contour|rio)/;
const TRUE_COLOUR_PROGRAMS: ReadonlySet<string> = new Set([
  "iTerm.app",
  "WezTerm",
  "vscode",
  "ghostty",
  "Hyper",
  "WarpTerminal",
  "rio",
]);
const FORCED: Readonly<Record<string, Depth>> = { "0": 0, false: 0, "": 4, "1": 4, true: 4, "2": 8, "3": 24 };

/** Bits of a colour. FORCE_COLOR is for one run and stronger than NO_COLOR, as in Node itself. */
export function colourDepth(env: Environment, platform = ""): Depth {
  const forced = env.FORCE_COLOR === undefined ? undefined : FORCED[env.FORCE_COLOR];
  if (forced === 0) return 0;
  const claimed = claimedDepth(env, platform);
  if (forced !== undefined) return forced === 4 ? (Math.max(4, claimed) as Depth) : forced;
  if (env.NO_COLOR) return 0;
  return claimed;
}

function claimedDepth(env: Environment, platform: string): Depth {
  const term = (env.TERM ?? "").toLowerCase();
  if (term === "dumb") return 0;
  if (/^(?:truecolor|24bit)$/i.test(env.COLORTERM ?? "")) return 24;
  if (TRUE_COLOUR_TERMS.test(term) || env.WT_SESSION) return 24;
  if (/^(?:screen|tmux)/.test(term)) return 8;
  if (TRUE_COLOUR_PROGRAMS.has(env.TERM_PROGRAM ?? "")) return 24;
  if (term.includes("256") || env.TERM_PROGRAM === "Apple_Terminal") return 8;
  return platform === "win32" && term === "" ? 24 : 4;
}

/** The question for the colour of the background. */
export const ASK_BACKGROUND = "\u001b]11;?\u001b\\";

/** What lies behind the text; `undefined` where neither the reply to {@link ASK_BACKGROUND} nor COLORFGBG says. */
export function backgroundOf(said: {
  readonly reply?: string;
  readonly env?: Environment;
}): "dark" | "light" | undefined {
  const rgb = said.reply === undefined ? undefined : replied(said.reply);
  if (rgb) return luminance(rgb) > 0.18 ? "light" : "dark";
  const index = said.env?.COLORFGBG?.split(";").at(-1) ?? "";
  if (!/^\d{1,2}$/.test(index) || Number(index) > 15) return undefined;
  return Number(index) === 7 || Number(index) > 8 ? "light" : "dark";
}

function replied(reply: string): Rgb | undefined {
  const parts = /\]11;rgba?:([0-9a-f]{1,4})\/([0-9a-f]{1,4})\/([0-9a-f]{1,4})/i.exec(reply)?.slice(1);
  if (parts) return parts.map((part) => (Number.parseInt(part, 16) / (16 ** part.length - 1)) * 255) as unknown as Rgb;
  const hex = /\]11;#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?![0-9a-f])/i.exec(reply)?.slice(1);
  return hex?.map((part) => Number.parseInt(part, 16)) as Rgb | undefined;
}
