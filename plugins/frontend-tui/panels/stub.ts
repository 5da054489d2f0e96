/** Stands in for paint/ and input/ until they are there. */
import type { Block, Line, Piece } from "gantry/sdk";
import { blocksText, lineText } from "gantry/sdk/kit/view-text";
import { visible } from "gantry/sdk/kit/visible";
import { useEffect, useRef } from "react";
import stringWidth from "string-width";

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
  | "heading"
  | "link"
  | "selection"
  | "prompt"
  | "mode";
export interface Theme {
  readonly name: string;
  readonly isDark: boolean;
  readonly depth: 0 | 4 | 8 | 24;
  style(token: Token, text: string, more?: { bold?: boolean; dim?: boolean; inverse?: boolean }): string;
}
export interface PaintOptions {
  readonly width: number;
  readonly theme: Theme;
  readonly hasLinks?: boolean;
  readonly isOpen?: boolean;
}
export function createTheme({ name, depth }: { name: string; depth: Theme["depth"] }): Theme {
  return {
    name,
    isDark: true,
    depth,
    style: (_, text, more) => (depth === 0 ? text : `\u001b[${more?.inverse ? 7 : 1}m${text}\u001b[0m`),
  };
}
export const THEMES = ["dark", "light"];
export const width = (text: string) => stringWidth(text);
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let out = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (width(out + segment) > columns - 1) break;
    out += segment;
  }
  return columns > 0 ? `${out}…` : "";
}
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => {
    const lines: string[] = [];
    let now = "";
    for (const word of line.split(/(?<= )/)) {
      for (let rest = word; rest; ) {
        if (width(now + rest.trimEnd()) <= columns) {
          now += rest;
          break;
        }
        if (now) lines.push(now.trimEnd());
        now = "";
        if (width(rest) > columns) {
          lines.push(rest.slice(0, Math.floor(columns / 2)));
          rest = rest.slice(Math.floor(columns / 2));
        }
      }
    }
    return [...lines, now.trimEnd()];
  });
}
export function paintBlocks(blocks: readonly Block[], { width: columns }: PaintOptions): string[] {
  return wrap(blocksText(blocks).replaceAll("\t", "    "), columns);
}
export function paintLine(line: Line, { width: columns, theme }: PaintOptions): string {
  const pieces = (typeof line === "string" ? [line] : line) as readonly (string | Piece)[];
  void theme;
  return cut(visible(lineText(pieces)).replaceAll("\n", " "), columns);
}
export interface KeyPress {
  readonly name: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly text: string;
}
export type KeyHandler = (press: KeyPress, action: string | undefined) => boolean;
export interface Keyboard {
  listen(contexts: readonly string[], handler: KeyHandler): () => void;
  labelOf(action: string): string;
}
export function useKeys(keyboard: Keyboard, contexts: readonly string[], handler: KeyHandler): void {
  const latest = useRef(handler);
  latest.current = handler;
  const key = contexts.join();
  useEffect(() => keyboard.listen(key.split(","), (press, action) => latest.current(press, action)), [keyboard, key]);
}
