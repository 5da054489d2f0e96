/** The modes of the terminal: what is switched on for the conversation is switched off again, however the program ends. */
import type { Readable } from "node:stream";

export interface Modes {
  enter(): void;
  /** Puts everything back; idempotent. */
  leave(): void;
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

export function createModes({ stdin, write }: { readonly stdin: Readable; write(text: string): void }): Modes {
  const terminal = stdin as Readable & { setRawMode?: (isRaw: boolean) => void };
  let isOn = false;
  return {
    enter() {
      if (isOn) return;
      isOn = true;
      terminal.setRawMode?.(true);
      write(ON);
    },
    leave() {
      if (!isOn) return;
      isOn = false;
      write(OFF);
      try {
        terminal.setRawMode?.(false);
      } catch {
        // The terminal is gone, and its modes with it.
      }
    },
  };
}
