import type { ThemeManifest } from "gantry/sdk";

/** What a text is meant as. */
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

export interface Style {
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
  readonly depth: 0 | 4 | 8 | 24;
  style(token: Token, text: string, more?: Style): string;
}

export const THEMES: readonly string[] = ["dark", "light"];

export function createTheme({
  name,
  depth,
}: {
  readonly name: string;
  readonly custom?: ThemeManifest;
  readonly depth: Theme["depth"];
}): Theme {
  const style = (token: Token, text: string, more: Style = {}) => {
    if (depth === 0 || text === "") return text;
    const dim = token === "dim" || more.dim ? `\u001b[2m${text}\u001b[22m` : text;
    return more.inverse ? `\u001b[7m${dim}\u001b[27m` : dim;
  };
  return { name, isDark: name !== "light", depth, style };
}
