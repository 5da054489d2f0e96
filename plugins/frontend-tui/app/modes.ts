/** The modes of the terminal: what is switched on for the conversation is switched off again, however the program ends. */
import type { Readable } from "node:stream";

export interface Modes {
  enter(): void;
  /** Puts everything back; idempotent. */
  leave(): void;
  /** The other screen, which has no scrollback, and back. */
  enterOther(): void;
  leaveOther(): void;
}

const ON = [
  "\u001b[22;0t", // keeps the title
  "\u001b[?2004h", // bracketed paste
  "\u001b[?1004h", // focus
  "\u001b[>1u", // keys without ambiguity
  "\u001b[?25l", // the editor draws its own caret
].join("");

const OFF = [
  "\u001b[?2026l",
  "\u001b[0m",
  "\u001b[<u",
  "\u001b[?1004l",
  "\u001b[?2004l",
  "\u001b[?25h",
  "\u001b[23;0t",
].join("");

/** Each screen has its own kind of keys. */
const OTHER_ON = "\u001b[?1049h\u001b[>1u";
const OTHER_OFF = "\u001b[<u\u001b[?1049l";

export function createModes({ stdin, write }: { readonly stdin: Readable; write(text: string): void }): Modes {
  const terminal = stdin as Readable & { setRawMode?: (isRaw: boolean) => void };
  let isOn = false;
  let isOther = false;
  function leaveOther() {
    if (!isOther) return;
    isOther = false;
    write(OTHER_OFF);
  }
  return {
    enterOther() {
      if (isOther) return;
      isOther = true;
      write(OTHER_ON);
    },
    leaveOther,
    enter() {
      if (isOn) return;
      isOn = true;
      terminal.setRawMode?.(true);
      write(ON);
    },
    leave() {
      if (!isOn) return;
      isOn = false;
      leaveOther();
      write(OFF);
      try {
        terminal.setRawMode?.(false);
      } catch {
        // The terminal is gone, and its modes with it.
      }
    },
  };
}
