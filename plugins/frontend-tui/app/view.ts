/** Which screen the conversation is on, as the settings say, and looking back: where Gantry scrolls it, and at all of it. */
import type { Session } from "gantry/sdk";
import type { Keyboard } from "../input/keyboard.ts";
import type { PaintOptions } from "../paint/blocks.ts";
import { fullLook } from "./full-look.ts";
import type { Scroll } from "./full-screen.ts";
import { paintingOfHistory } from "./history.ts";
import type { Terminal } from "./terminal.ts";
import type { ToolLines } from "./tool-lines.ts";
import { openTranscript, type Transcript } from "./transcript.ts";

export interface ViewParts {
  readonly terminal: Terminal;
  readonly keyboard: Keyboard;
  /** The conversation is over. */
  readonly left: Promise<void>;
  /** What the settings say. */
  isWanted(): boolean;
  session(): Session | undefined;
  tools(): ToolLines;
  options(): PaintOptions;
}

export interface View {
  /** The settings may be others. */
  adopt(): void;
  /** Whether there is such an action here. */
  act(action: string): boolean;
  /** To what is newest. */
  follow(): void;
  /** Where its keys are looked up. */
  contexts(): readonly string[];
  /** All of the conversation; with `isSearch`, what to look for is asked at once. */
  showTranscript(isSearch?: boolean): Promise<void>;
  /** The window has another size. */
  resize(): void;
}

const SCROLLS: Readonly<Record<string, Scroll>> = {
  "scroll:lineUp": "lineUp",
  "scroll:lineDown": "lineDown",
  "scroll:pageUp": "pageUp",
  "scroll:pageDown": "pageDown",
  "scroll:top": "top",
  "scroll:bottom": "bottom",
};

export function createView({ terminal, keyboard, left, isWanted, session, tools, options }: ViewParts): View {
  const { screen } = terminal;
  let transcript: Transcript | undefined;

  /** What was said before stands in the terminal's own scrollback, and here too. */
  async function enter(): Promise<void> {
    const open = session();
    const earlier = open?.messages.length ? await paintingOfHistory(open, tools()) : undefined;
    if (!isWanted() || screen.isFull) return;
    terminal.setFull(fullLook(() => options().theme));
    if (earlier) screen.print(earlier(options()), { again: () => earlier(options()), isThere: true });
    terminal.drawSoon();
  }

  function scroll(how: Scroll): void {
    screen.scroll(how);
    terminal.drawNow();
  }

  return {
    adopt() {
      if (isWanted() !== screen.isFull) {
        if (isWanted()) void enter();
        else terminal.setFull(undefined);
      } else if (screen.isFull) {
        // The colours may be others.
        screen.resized();
        terminal.drawSoon();
      }
    },
    act(action) {
      const how = SCROLLS[action];
      if (!how || !screen.isFull) return false;
      scroll(how);
      return true;
    },
    follow() {
      if (screen.isFull) scroll("bottom");
    },
    contexts: () => (screen.isFull ? ["Fullscreen"] : []),
    async showTranscript(isSearch = false) {
      const open = session();
      if (!open || transcript) return;
      transcript = await openTranscript({ session: open, tools: tools(), terminal, keyboard, options, isSearch });
      await Promise.race([transcript.left, left]);
      transcript.close();
      transcript = undefined;
    },
    resize: () => transcript?.resize(),
  };
}
