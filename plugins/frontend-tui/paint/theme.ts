import type { ThemeManifest } from "gantry/sdk";
import { codesOf, type Depth, parseColour } from "./colours.ts";
import { type BaseName, paletteOf } from "./palettes.ts";
import { PLAIN, type Style } from "./spans.ts";

/** What a text is in the terminal. Those that end in `Background` or `Word`, and `selection`, colour what lies behind it. */
export type Token =
  | "text"
  | "dim"
  | "accent"
  | "border"
  | "good"
  | "warning"
  | "bad"
  | "added"
  | "removed"
  | "addedBackground"
  | "removedBackground"
  | "addedWord"
  | "removedWord"
  | "code"
  | "codeKeyword"
  | "codeString"
  | "codeComment"
  | "codeNumber"
  | "codeTitle"
  | "heading"
  | "link"
  | "selection"
  | "prompt"
  | "mode";

/** Looks beside the colour. */
export interface More {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
  readonly strike?: boolean;
}

export interface Theme {
  readonly name: string;
  readonly isDark: boolean;
  /** Bits of a colour; 0 is no escape at all. */
  readonly depth: Depth;
  /** The text with the escapes around it. The text is taken as it is. */
  style(token: Token, text: string, more?: More): string;
  /** The escapes alone. */
  styleOf(token: Token, more?: More): Style;
}

export interface ThemeOptions {
  readonly name: string;
  readonly custom?: ThemeManifest;
  readonly depth: Depth;
  /** What lies behind the text, as far as the terminal says: decides `auto`, and which high contrast it is. Default dark. */
  readonly background?: "dark" | "light";
}

const BASES: readonly BaseName[] = [
  "dark",
  "light",
  "dark-daltonized",
  "light-daltonized",
  "dark-ansi",
  "light-ansi",
  "high-contrast",
];

/** The built-in themes, as settings name them. */
export const THEMES: readonly string[] = Object.freeze(["auto", ...BASES]);

/** The tokens, in the order in which pickers list them. */
export const TOKENS: readonly Token[] = Object.freeze(Object.keys(paletteOf("dark", "dark").palette) as Token[]);

const BACKGROUNDS: ReadonlySet<Token> = new Set<Token>([
  "addedBackground",
  "removedBackground",
  "addedWord",
  "removedWord",
  "selection",
]);

const LOOKS = [
  ["bold", 1, 22],
  ["dim", 2, 22],
  ["italic", 3, 23],
  ["underline", 4, 24],
  ["inverse", 7, 27],
  ["strike", 9, 29],
] as const;

/** A theme; a name that is neither built in nor `custom` is `auto`. */
export function createTheme({ name, custom, depth, background = "dark" }: ThemeOptions): Theme {
  const base = custom?.base ?? (isBase(name) ? name : background);
  const { palette, isDark } = paletteOf(forDepth(isBase(base) ? base : background, depth), background);
  const colours = { ...palette, ...validColours(custom) };
  const made = new Map<Token, (Style | undefined)[]>();

  const styleOf = (token: Token, more?: More): Style => {
    if (depth === 0) return PLAIN;
    const looks = more ? looksOf(more) : 0;
    const styles = made.get(token) ?? [];
    const style = styles[looks] ?? makeStyle(token, colours[token], depth, more);
    if (styles.length === 0) made.set(token, styles);
    styles[looks] = style;
    return style;
  };
  return {
    name,
    isDark,
    depth,
    styleOf,
    style(token, text, more) {
      if (text === "") return text;
      const { open, close } = styleOf(token, more);
      return open + text + close;
    },
  };
}

/** What a custom theme says that nobody can use, a sentence each. */
export function themeFaults(custom: ThemeManifest): string[] {
  const faults = isBase(custom.base) ? [] : [`The base "${custom.base}" is no theme; use ${BASES.join(", ")}.`];
  for (const [token, colour] of Object.entries(custom.colours)) {
    if (!isToken(token)) faults.push(`"${token}" is no token of a theme.`);
    else if (!parseColour(colour))
      faults.push(`"${colour}" of ${token} is no colour; write #rrggbb, ansi:red, ansi256:208 or none.`);
  }
  return faults;
}

export function isToken(name: string): name is Token {
  return (TOKENS as readonly string[]).includes(name);
}

export function isBase(name: string): name is BaseName {
  return (BASES as readonly string[]).includes(name);
}

/** With sixteen colours, the themes that are made of them look better than the others brought down to them. */
function forDepth(base: BaseName, depth: Depth): BaseName {
  return depth === 4 && (base === "dark" || base === "light") ? `${base}-ansi` : base;
}

function validColours(custom: ThemeManifest | undefined): Partial<Record<Token, string>> {
  const colours = Object.entries(custom?.colours ?? {});
  return Object.fromEntries(colours.filter(([token, colour]) => isToken(token) && parseColour(colour)));
}

/** A bit for each look. */
function looksOf({ bold, dim, italic, underline, inverse, strike }: More): number {
  return (
    (bold ? 1 : 0) | (dim ? 2 : 0) | (italic ? 4 : 0) | (underline ? 8 : 0) | (inverse ? 16 : 0) | (strike ? 32 : 0)
  );
}

function makeStyle(token: Token, written: string, depth: Depth, more: More = {}): Style {
  const isBackground = BACKGROUNDS.has(token);
  const codes = codesOf(parseColour(written) ?? "none", depth, isBackground);
  const looks = LOOKS.filter(([look]) => more[look] || (look === "inverse" && isBare(token, codes)));
  const opening = [...looks.map(([, open]) => open), ...(codes ? [codes] : [])];
  if (opening.length === 0) return PLAIN;
  const closing = new Set<number>(looks.map(([, , close]) => close));
  if (codes) closing.add(isBackground ? 49 : 39);
  return { open: `\u001b[${opening.join(";")}m`, close: `\u001b[${[...closing].join(";")}m` };
}

/** What is chosen must be seen without colours too. */
function isBare(token: Token, codes: string | undefined): boolean {
  return token === "selection" && codes === undefined;
}
