/** The modes of the terminal: what is switched on for the conversation is switched off again, however the program ends. */
import type { Readable } from "node:stream";

/** Who wants the other screen, which has no scrollback. */
export type OtherScreen = "conversation" | "transcript";

export interface Modes {
  enter(): void;
  /** Puts everything back; idempotent. Who wants the other screen has it again with {@link enter}. */
  leave(): void;
  setOther(who: OtherScreen, isWanted: boolean): void;
  /** Nobody wants the other screen any more. */
  leaveOthers(): void;
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
/** The wheel, told with numbers of any size. */
const WHEEL_ON = "\u001b[?1000h\u001b[?1006h";
const WHEEL_OFF = "\u001b[?1006l\u001b[?1000l";

export function createModes({ stdin, write }: { readonly stdin: Readable; write(text: string): void }): Modes {
  const terminal = stdin as Readable & { setRawMode?: (isRaw: boolean) => void };
  const wanted = new Set<OtherScreen>();
  let isOn = false;
  let isOther = false;
  let hasWheel = false;

  /** The other screen, and the wheel on it, are as they are wanted. */
  function adopt() {
    const isWanted = isOn && wanted.size > 0;
    const isWheelWanted = isOn && wanted.has("conversation");
    if (hasWheel && !isWheelWanted) write(WHEEL_OFF);
    if (isOther !== isWanted) write(isWanted ? OTHER_ON : OTHER_OFF);
    if (isWheelWanted && !hasWheel) write(WHEEL_ON);
    isOther = isWanted;
    hasWheel = isWheelWanted;
  }

  return {
    setOther(who, isWanted) {
      if (isWanted) wanted.add(who);
      else wanted.delete(who);
      adopt();
    },
    leaveOthers() {
      wanted.clear();
      adopt();
    },
    enter() {
      if (isOn) return;
      isOn = true;
      terminal.setRawMode?.(true);
      write(ON);
      adopt();
    },
    leave() {
      if (!isOn) return;
      isOn = false;
      adopt();
      write(OFF);
      try {
        terminal.setRawMode?.(false);
      } catch {
        // The terminal is gone, and its modes with it.
      }
    },
  };
}
