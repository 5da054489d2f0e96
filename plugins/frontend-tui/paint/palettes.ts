import type { ThemeManifest } from "gantry/sdk";
import type { Token } from "./theme.ts";

export type BaseName = ThemeManifest["base"];
export type Palette = Readonly<Record<Token, string>>;

const dark: Palette = {
  text: "none",
  dim: "#9a9a9a",
  accent: "#7aa2f7",
  border: "#7d7d7d",
  good: "#5fd787",
  warning: "#e5c07b",
  bad: "#ff7b72",
  added: "#5fd787",
  removed: "#ff7b72",
  addedBackground: "#12361f",
  removedBackground: "#43191c",
  addedWord: "#1c5e34",
  removedWord: "#7d2b33",
  code: "#9cdcfe",
  codeKeyword: "#d197d9",
  codeString: "#dfa084",
  codeComment: "#8fa88f",
  codeNumber: "#b5cea8",
  codeTitle: "#dcdcaa",
  heading: "#82aaff",
  link: "#6cb6ff",
  selection: "#2f3b54",
  prompt: "#7aa2f7",
  mode: "#c3a6ff",
};

const light: Palette = {
  text: "none",
  dim: "#666666",
  accent: "#1f5fc4",
  border: "#8a8a8a",
  good: "#1a7f37",
  warning: "#8a5a00",
  bad: "#c62828",
  added: "#116329",
  removed: "#a40e26",
  addedBackground: "#dafbe1",
  removedBackground: "#ffebe9",
  addedWord: "#a6f0b8",
  removedWord: "#ffc1ba",
  code: "#0550ae",
  codeKeyword: "#8b21a0",
  codeString: "#0a6640",
  codeComment: "#65696e",
  codeNumber: "#9a4a00",
  codeTitle: "#5b35b0",
  heading: "#0550ae",
  link: "#0860ca",
  selection: "#d6e4ff",
  prompt: "#1f5fc4",
  mode: "#7133d6",
};

// Red and green look alike to one man in twelve: blue and orange do not.
const darkDaltonized: Palette = {
  ...dark,
  good: "#5cb0ff",
  bad: "#ffa05c",
  added: "#5cb0ff",
  removed: "#ffa05c",
  addedBackground: "#0f2f52",
  removedBackground: "#4a2a0c",
  addedWord: "#1d5490",
  removedWord: "#7d4814",
  warning: "#f0e06a",
  codeString: "#e0c080",
};

const lightDaltonized: Palette = {
  ...light,
  good: "#0b5cad",
  bad: "#a84300",
  added: "#0b4f94",
  removed: "#8f3a00",
  addedBackground: "#dcecff",
  removedBackground: "#ffe9d6",
  addedWord: "#a9d1ff",
  removedWord: "#ffc999",
  warning: "#6d5d00",
  codeString: "#6b4e00",
};

// The terminal's own sixteen, so that its palette decides; no background, whose neighbour nobody knows.
const darkAnsi: Palette = {
  text: "none",
  dim: "ansi:blackBright",
  accent: "ansi:cyan",
  border: "ansi:blackBright",
  good: "ansi:green",
  warning: "ansi:yellow",
  bad: "ansi:redBright",
  added: "ansi:green",
  removed: "ansi:redBright",
  addedBackground: "none",
  removedBackground: "none",
  addedWord: "none",
  removedWord: "none",
  code: "ansi:cyanBright",
  codeKeyword: "ansi:magentaBright",
  codeString: "ansi:green",
  codeComment: "ansi:blackBright",
  codeNumber: "ansi:yellow",
  codeTitle: "ansi:cyan",
  heading: "ansi:cyanBright",
  link: "ansi:cyan",
  selection: "none",
  prompt: "ansi:cyan",
  mode: "ansi:magentaBright",
};

const lightAnsi: Palette = {
  ...darkAnsi,
  accent: "ansi:blue",
  good: "ansi:green",
  warning: "ansi:magenta",
  bad: "ansi:red",
  added: "ansi:green",
  removed: "ansi:red",
  code: "ansi:blue",
  codeKeyword: "ansi:magenta",
  codeNumber: "ansi:red",
  codeTitle: "ansi:blue",
  heading: "ansi:blue",
  link: "ansi:blue",
  prompt: "ansi:blue",
  mode: "ansi:magenta",
};

const highContrast: Palette = {
  text: "#ffffff",
  dim: "#d0d0d0",
  accent: "#7fd4ff",
  border: "#ffffff",
  good: "#6dff9d",
  warning: "#ffe14d",
  bad: "#ffa8a0",
  added: "#6dff9d",
  removed: "#ffa8a0",
  addedBackground: "#00300f",
  removedBackground: "#430008",
  addedWord: "#005a1f",
  removedWord: "#7a0012",
  code: "#a8e6ff",
  codeKeyword: "#ffb3ff",
  codeString: "#ffd0a8",
  codeComment: "#c8dcc8",
  codeNumber: "#d6f5c4",
  codeTitle: "#fff3a0",
  heading: "#ffffff",
  link: "#7fd4ff",
  selection: "#003a70",
  prompt: "#ffffff",
  mode: "#dcc4ff",
};

const highContrastOnLight: Palette = {
  text: "#000000",
  dim: "#3d3d3d",
  accent: "#003d99",
  border: "#000000",
  good: "#00501c",
  warning: "#5c3b00",
  bad: "#8f0012",
  added: "#00501c",
  removed: "#8f0012",
  addedBackground: "#d5f7dd",
  removedBackground: "#ffe3e0",
  addedWord: "#9ceab0",
  removedWord: "#ffb8b0",
  code: "#00408f",
  codeKeyword: "#6d0080",
  codeString: "#004d2b",
  codeComment: "#3f4a3f",
  codeNumber: "#6e2f00",
  codeTitle: "#41218f",
  heading: "#000000",
  link: "#003d99",
  selection: "#c2dbff",
  prompt: "#000000",
  mode: "#4a1a9e",
};

/** What a built-in theme paints with, and whether it is meant for a dark background. */
export function paletteOf(name: BaseName, background: "dark" | "light"): { palette: Palette; isDark: boolean } {
  if (name === "high-contrast") {
    return background === "light"
      ? { palette: highContrastOnLight, isDark: false }
      : { palette: highContrast, isDark: true };
  }
  return { palette: PALETTES[name], isDark: name.startsWith("dark") };
}

const PALETTES: Readonly<Record<Exclude<BaseName, "high-contrast">, Palette>> = {
  dark,
  light,
  "dark-daltonized": darkDaltonized,
  "light-daltonized": lightDaltonized,
  "dark-ansi": darkAnsi,
  "light-ansi": lightAnsi,
};
