/** Colours as themes write them, and the escapes for them in terminals of 16, 256 and 2^24 colours. */

export type Depth = 0 | 4 | 8 | 24;
export type Rgb = readonly [red: number, green: number, blue: number];
/** `index` below 16 is the terminal's own palette. */
export type Colour = { readonly rgb: Rgb } | { readonly index: number } | "none";

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const GREYS = [0, 8, 7, 15];
/** Parts that lie closer together make a grey. */
const COLOURFUL = 40;
const STEPS = [0, 95, 135, 175, 215, 255];
/** What xterm shows for the first sixteen. */
export const XTERM: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

/** `#rrggbb`, `#rgb`, `rgb(1,2,3)`, `ansi:red`, `ansi:redBright`, `ansi256:208`, `ansi256(208)` or `none`; `undefined` for anything else. */
export function parseColour(text: string): Colour | undefined {
  const written = text.trim().toLowerCase();
  if (written === "none") return "none";
  const hex = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/.exec(written);
  if (hex) return { rgb: rgbOf(hex[2] ?? (hex[1] as string).replaceAll(/./g, "$&$&")) };
  const parts = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(written)?.slice(1).map(Number);
  if (parts) return parts.every((part) => part <= 255) ? { rgb: parts as unknown as Rgb } : undefined;
  const indexed = /^ansi256(?::(\d{1,3})|\((\d{1,3})\))$/.exec(written);
  if (indexed) return indexOf(Number(indexed[1] ?? indexed[2]));
  return written.startsWith("ansi:") ? named(written.slice("ansi:".length)) : undefined;
}

/** The codes of an SGR escape that chooses the colour; `undefined` where it is none or there are no colours. */
export function codesOf(colour: Colour, depth: Depth, isBackground: boolean): string | undefined {
  if (depth === 0 || colour === "none") return undefined;
  const extended = isBackground ? 48 : 38;
  if ("rgb" in colour && depth === 24) return `${extended};2;${colour.rgb.join(";")}`;
  if (depth !== 4) {
    const index = "rgb" in colour ? nearest256(colour.rgb) : colour.index;
    return index < 16 ? codeOfBasic(index, isBackground) : `${extended};5;${index}`;
  }
  // A background that is brought down to one of sixteen drowns the text; signs and colours of text say the same.
  if (isBackground && !("index" in colour && colour.index < 16)) return undefined;
  return codeOfBasic("index" in colour && colour.index < 16 ? colour.index : nearest16(rgbIn(colour)), isBackground);
}

/** The colour as an xterm shows it. */
export function rgbIn(colour: Exclude<Colour, "none">): Rgb {
  if ("rgb" in colour) return colour.rgb;
  const { index } = colour;
  if (index < 16) return XTERM[index] as Rgb;
  if (index >= 232) return [8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10];
  const at = index - 16;
  const step = (part: number) => STEPS[part % 6] as number;
  return [step(Math.floor(at / 36)), step(Math.floor(at / 6)), step(at)];
}

/** How bright a colour looks, 0 to 1 (WCAG 2). */
export function luminance([red, green, blue]: Rgb): number {
  const linear = (part: number) => (part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function rgbOf(hex: string): Rgb {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return [part(0), part(2), part(4)];
}

function indexOf(index: number): Colour | undefined {
  return index <= 255 ? { index } : undefined;
}

function named(name: string): Colour | undefined {
  if (name === "gray" || name === "grey") return { index: 8 };
  const isBright = /^bright|bright$/.test(name);
  const index = NAMES.indexOf(name.replaceAll(/^bright|bright$|[-_]/g, ""));
  return index < 0 ? undefined : { index: index + (isBright ? 8 : 0) };
}

function codeOfBasic(index: number, isBackground: boolean): string {
  return String((index < 8 ? 30 + index : 82 + index) + (isBackground ? 10 : 0));
}

function nearest256(rgb: Rgb): number {
  const cube = rgb.map((part) => indexOfNearest(STEPS.map((step) => Math.abs(step - part))));
  const inCube = 16 + 36 * (cube[0] as number) + 6 * (cube[1] as number) + (cube[2] as number);
  const grey = Math.round(((rgb[0] + rgb[1] + rgb[2]) / 3 - 8) / 10);
  const inGreys = 232 + Math.min(Math.max(grey, 0), 23);
  return distance(rgb, rgbIn({ index: inCube })) <= distance(rgb, rgbIn({ index: inGreys })) ? inCube : inGreys;
}

/** By hue rather than by distance, which would take a pale red for a grey. */
function nearest16(rgb: Rgb): number {
  const least = Math.min(...rgb);
  const range = Math.max(...rgb) - least;
  if (range < COLOURFUL) return GREYS[indexOfNearest(GREYS.map((grey) => distance(rgb, XTERM[grey] as Rgb)))] as number;
  const isBright = luminance(rgb) > 0.2;
  const isOn = (part: number) => part - least > range * (isBright ? 0.3 : 0.5);
  return rgb.reduce((index, part, at) => index + (isOn(part) ? 1 << at : 0), isBright ? 8 : 0);
}

function indexOfNearest(distances: readonly number[]): number {
  return distances.indexOf(Math.min(...distances));
}

/** Weighed as eyes do, so that a pale green is not taken for a grey. */
function distance(a: Rgb, b: Rgb): number {
  const red = (a[0] + b[0]) / 2;
  return (2 + red / 256) * (a[0] - b[0]) ** 2 + 4 * (a[1] - b[1]) ** 2 + (2 + (255 - red) / 256) * (a[2] - b[2]) ** 2;
}
