/** A screen and a keyboard for tests: what Ink draws, as lines of text. */
import { EventEmitter } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { render } from "ink";
import type { ReactElement } from "react";
import { expect, onTestFinished, vi } from "vitest";
import { defaultBindings } from "./input/bindings.ts";
import { createKeyboard, type Keyboard } from "./input/keyboard.ts";
import { createTheme } from "./paint/theme.ts";
import { width } from "./paint/width.ts";

export const SIZES = [
  { width: 40, rows: 24 },
  { width: 80, rows: 24 },
  { width: 200, rows: 60 },
] as const;

export const theme = createTheme({ name: "dark", depth: 0 });

export interface Screen {
  /** What is drawn now. */
  frame(): readonly string[];
  text(): string;
  /** As it was written, with its colours. */
  raw(): string;
  /** Presses keys, such as `down`, `ctrl+d`, `x`. */
  press(...keys: readonly string[]): Promise<void>;
  /** Types a text in one go, as a terminal hands it over. */
  type(text: string): Promise<void>;
  shows(text: string): Promise<void>;
  hides(text: string): Promise<void>;
  redraw(element: ReactElement): void;
  readonly keyboard: Keyboard;
}

const BYTES: Readonly<Record<string, string>> = {
  enter: "\r",
  tab: "\t",
  "shift+tab": "\u001b[Z",
  escape: "\u001b",
  backspace: "\u007f",
  "shift+up": "\u001b[1;2A",
  "shift+down": "\u001b[1;2B",
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  home: "\u001b[H",
  end: "\u001b[F",
  pageup: "\u001b[5~",
  pagedown: "\u001b[6~",
};

function bytesOf(key: string): string {
  const [modifier, letter] = key.split("+");
  if (modifier === "ctrl" && letter) return String.fromCharCode(letter.charCodeAt(0) - 96);
  return BYTES[key] ?? key;
}

/** Draws what is made of a keyboard and a size. */
export function show(
  make: (screen: { keyboard: Keyboard; theme: typeof theme; width: number; rows: number }) => ReactElement,
  size: { readonly width: number; readonly rows: number } = SIZES[1],
): Screen {
  let drawn = "";
  const wait = (_: number, then: () => void) => {
    const timer = setImmediate(then);
    return () => clearImmediate(timer);
  };
  const keyboard = createKeyboard({ bindings: defaultBindings(), wait });
  const stdout = Object.assign(new EventEmitter(), {
    columns: size.width,
    rows: size.rows,
    isTTY: false,
    write: (text: string) => {
      drawn = text;
      return true;
    },
  }) as unknown as NodeJS.WriteStream;
  const screen = { keyboard, theme, ...size };
  const app = render(make(screen), { stdout, debug: true, patchConsole: false, exitOnCtrlC: false });
  onTestFinished(() => app.unmount());
  const raw = () => drawn;
  const frame = () =>
    stripVTControlCharacters(drawn)
      .split("\n")
      .map((line) => line.trimEnd());
  const text = () => frame().join("\n").trimEnd();
  const settle = async () => {
    for (let pass = 0; pass < 6; pass++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    keyboard,
    frame,
    text,
    raw,
    async press(...keys) {
      await settle();
      for (const key of keys) {
        keyboard.feed(Buffer.from(bytesOf(key)));
        if (key === "escape") await settle();
      }
      await settle();
    },
    async type(typed) {
      await settle();
      keyboard.feed(Buffer.from(typed));
      await settle();
    },
    shows: (wanted) => vi.waitFor(() => expect(text()).toContain(wanted), { interval: 2, timeout: 3000 }),
    hides: (gone) => vi.waitFor(() => expect(text()).not.toContain(gone), { interval: 2, timeout: 3000 }),
    redraw: (element) => app.rerender(element),
  };
}

/** The frame fits its room, and is the one that lies beside the tests. */
export async function expectFrame(
  screen: Screen,
  name: string,
  size: { readonly width: number; readonly rows: number },
): Promise<void> {
  expectFits(screen, size);
  await expect(`${screen.text()}\n`).toMatchFileSnapshot(`frames/${name}-${size.width}x${size.rows}.txt`);
}

export function expectFits(
  screen: Screen,
  { width: columns, rows }: { readonly width: number; readonly rows: number },
) {
  const lines = screen.frame();
  expect(lines.length).toBeLessThanOrEqual(rows);
  for (const line of lines) expect(width(line), line).toBeLessThanOrEqual(columns);
}

/** Whatever would steer a terminal or turn the reading direction. */
export function expectHarmless(screen: Screen) {
  const plain = stripVTControlCharacters(screen.raw()).replaceAll("\n", "");
  expect(plain).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
}

/** Texts that nobody means well with. */
export const HOSTILE = [
  "\u001b[2J\u001b]0;title\u0007\u009b31m",
  "user\u202egpj.exe\u2066",
  "w".repeat(500),
  "漢字かな交じり文".repeat(30),
  "👩‍👩‍👧‍👦🇩🇪👍🏽e\u0301".repeat(20),
  "two\nlines\r\nand\ttabs",
] as const;
