import { describe, expect, it } from "vitest";
import { luminance, parseColour, type Rgb, rgbIn, XTERM } from "./colours.ts";
import { type BaseName, paletteOf } from "./palettes.ts";
import { createTheme, THEMES, TOKENS, type Token, themeFaults } from "./theme.ts";

// What a terminal shows where a theme leaves the choice to it: of the sixteen, those of VS Code's light theme on white.
const LIGHT_SIXTEEN: readonly Rgb[] = [
  [0, 0, 0],
  [205, 49, 49],
  [16, 124, 16],
  [148, 152, 0],
  [4, 81, 165],
  [188, 5, 188],
  [5, 152, 188],
  [85, 85, 85],
  [102, 102, 102],
];
const BEHIND: Readonly<Record<string, Rgb>> = { dark: [30, 30, 30], light: [255, 255, 255], black: [0, 0, 0] };
const GROUNDS: Readonly<Record<string, Token>> = { added: "addedBackground", removed: "removedBackground" };
const NO_TEXT: readonly Token[] = [
  "border",
  "addedBackground",
  "removedBackground",
  "addedWord",
  "removedWord",
  "selection",
];

function shown(written: string, isDark: boolean, otherwise: Rgb): Rgb {
  const colour = parseColour(written);
  if (colour === undefined || colour === "none") return otherwise;
  if ("index" in colour && !isDark) return LIGHT_SIXTEEN[colour.index] as Rgb;
  return rgbIn(colour);
}

function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const CASES: readonly [name: BaseName, background: "dark" | "light", behind: string, least: number][] = [
  ["dark", "dark", "dark", 4.5],
  ["dark", "dark", "black", 4.5],
  ["light", "light", "light", 4.5],
  ["dark-daltonized", "dark", "dark", 4.5],
  ["light-daltonized", "light", "light", 4.5],
  ["dark-ansi", "dark", "black", 4.5],
  ["light-ansi", "light", "light", 4.5],
  ["high-contrast", "dark", "black", 7],
  ["high-contrast", "dark", "dark", 7],
  ["high-contrast", "light", "light", 7],
];

describe.each(CASES)("%s on a background that is %s (%s)", (name, background, behind, least) => {
  const { palette, isDark } = paletteOf(name, background);
  const ground = BEHIND[behind] as Rgb;
  const text = shown(palette.text, isDark, isDark ? [230, 230, 230] : [31, 31, 31]);

  it.each(TOKENS.filter((token) => !NO_TEXT.includes(token)))("shows %s so that it can be read", (token) => {
    expect(contrast(shown(palette[token], isDark, text), ground)).toBeGreaterThanOrEqual(least);
  });

  it.each(Object.entries(GROUNDS))("shows %s on its own ground so that it can be read", (token, background) => {
    const own = shown(palette[background], isDark, ground);
    expect(contrast(shown(palette[token as Token], isDark, text), own)).toBeGreaterThanOrEqual(least);
  });

  it.each(NO_TEXT.slice(1))("shows text on %s so that it can be read", (token) => {
    expect(contrast(text, shown(palette[token], isDark, ground))).toBeGreaterThanOrEqual(least);
  });

  it("shows borders so that they can be seen", () => {
    expect(contrast(shown(palette.border, isDark, text), ground)).toBeGreaterThanOrEqual(3);
  });
});

describe("a theme", () => {
  it("writes a colour as the terminal can show it, and nothing where it shows none", () => {
    const write = (depth: 0 | 4 | 8 | 24) => createTheme({ name: "dark", depth }).style("bad", "x");
    expect([write(24), write(8), write(4), write(0)]).toEqual([
      "\u001b[38;2;255;123;114mx\u001b[39m",
      "\u001b[38;5;209mx\u001b[39m",
      "\u001b[91mx\u001b[39m",
      "x",
    ]);
  });

  it("brings colours down to sixteen by their hue", () => {
    const write = (colour: string) =>
      createTheme({ name: "x", custom: { base: "dark", colours: { bad: colour } }, depth: 4 })
        .style("bad", "x")
        .slice(2, 4);
    expect(["#ff7b72", "#5cb0ff", "#ffa05c", "#0b4f94", "#9a9a9a", "#c3a6ff", "ansi256:208"].map(write)).toEqual([
      "91",
      "96",
      "93",
      "34",
      "90",
      "95",
      "93",
    ]);
  });

  it("adds looks and ends just what it began", () => {
    const theme = createTheme({ name: "dark", depth: 24 });
    expect(theme.style("text", "x", { bold: true, dim: true })).toBe("\u001b[1;2mx\u001b[22m");
    expect(theme.style("addedBackground", "x", { italic: true })).toBe("\u001b[3;48;2;18;54;31mx\u001b[23;49m");
    expect(theme.style("bad", "")).toBe("");
  });

  it("shows what is chosen where there is no background to show it by", () => {
    expect(createTheme({ name: "dark-ansi", depth: 24 }).style("selection", "x")).toBe("\u001b[7mx\u001b[27m");
    expect(createTheme({ name: "dark", depth: 4 }).style("selection", "x")).toBe("\u001b[7mx\u001b[27m");
  });

  it("colours no ground with one of sixteen", () => {
    expect(createTheme({ name: "light", depth: 4 }).style("addedBackground", "x")).toBe("x");
  });

  it("follows the terminal's background when nothing else is asked", () => {
    expect(createTheme({ name: "auto", depth: 24 }).isDark).toBe(true);
    expect(createTheme({ name: "auto", depth: 24, background: "light" }).isDark).toBe(false);
    expect(createTheme({ name: "dark", depth: 24, background: "light" }).isDark).toBe(true);
    expect(createTheme({ name: "no such", depth: 24, background: "light" }).isDark).toBe(false);
  });

  it("takes the colours of a custom one, and those of its base where they say nothing of use", () => {
    const custom = { base: "light", colours: { bad: "ansi256:208", good: "greenish", nothing: "#fff" } } as const;
    const theme = createTheme({ name: "mine", custom, depth: 24 });
    expect(theme.style("bad", "x")).toBe("\u001b[38;5;208mx\u001b[39m");
    expect(theme.style("good", "x")).toBe(createTheme({ name: "light", depth: 24 }).style("good", "x"));
    expect(theme.isDark).toBe(false);
    expect(themeFaults(custom)).toEqual([
      '"greenish" of good is no colour; write #rrggbb, ansi:red, ansi256:208 or none.',
      '"nothing" is no token of a theme.',
    ]);
  });

  it("is there under each of its names", () => {
    expect(THEMES).toEqual([
      "auto",
      "dark",
      "light",
      "dark-daltonized",
      "light-daltonized",
      "dark-ansi",
      "light-ansi",
      "high-contrast",
    ]);
  });
});

it.each([
  ["#0f0", [0, 255, 0]],
  ["#AbCdEf", [171, 205, 239]],
  ["rgb(1, 2,3)", [1, 2, 3]],
  ["ansi256(208)", [255, 135, 0]],
  ["ansi256:244", [128, 128, 128]],
  ["ansi:redBright", XTERM[9]],
  ["ansi:bright-red", XTERM[9]],
  ["ansi:gray", XTERM[8]],
])("%s is a colour", (written, rgb) => {
  const colour = parseColour(written);
  expect(colour && colour !== "none" ? rgbIn(colour) : colour).toEqual(rgb);
});

it.each(["", "red", "#12345", "rgb(1,2,256)", "ansi256:256", "ansi:pink", "none;31m", "#fff\u001b[2J"])(
  "%j is no colour",
  (written) => {
    expect(parseColour(written)).toBeUndefined();
  },
);
