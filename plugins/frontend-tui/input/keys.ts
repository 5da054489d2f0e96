/** Bytes of a terminal's input become presses of keys. */
import { StringDecoder } from "node:string_decoder";
import { realClock } from "gantry/sdk/kit/clock";
import { PASTE_END, readSequence, type Sequence } from "./sequences.ts";

/** A key that was pressed. */
export interface KeyPress {
  /** Lower case: `a`, `enter`, `up`, `f1`; `paste` for text that was pasted. A sign that is typed with Shift is itself, such as `?`. */
  readonly name: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** The key named Super, Command or Windows, where the terminal tells. */
  readonly super?: boolean;
  /** What it types; empty where it types nothing. */
  readonly text: string;
}

export interface KeyDecoderOptions {
  readonly onPress: (press: KeyPress) => void;
  /** The terminal's window has come to the front, or gone from it. */
  readonly onFocus?: (hasFocus: boolean) => void;
  /** What the terminal answers when it is asked something: the whole sequence. */
  readonly onReply?: (reply: string) => void;
  /** Calls back later, unless what it returns is called. Default: a timer of Node's. */
  readonly wait?: (ms: number, then: () => void) => () => void;
}

/** How long an Esc waits for what would make it the beginning of another key. */
const ESCAPE_MS = 40;
/** A reply without an end is nothing but keys that look like one. */
const LONGEST_SEQUENCE = 4096;

/** Feed it what comes in, cut anywhere. `end` gives what waits, and forgets the timer. */
export function createKeyDecoder(options: KeyDecoderOptions): { feed(bytes: Uint8Array): void; end(): void } {
  const { onPress, onFocus, onReply, wait = realClock.after } = options;
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let paste: string[] | undefined;
  let cancel = () => {};

  function feed(bytes: Uint8Array) {
    cancel();
    rest += decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    drain(false);
    if (rest && !paste) cancel = wait(ESCAPE_MS, () => drain(true));
  }

  /** `isFinal`: nothing more will come that belongs to what waits. */
  function drain(isFinal: boolean) {
    let at = 0;
    while (at < rest.length) {
      if (paste) {
        at = takePasted(at);
        if (paste) break;
        continue;
      }
      const isLong = rest.length - at > LONGEST_SEQUENCE;
      const sequence = readSequence(rest, at, isFinal || isLong);
      if (!sequence) break;
      at += sequence.length;
      tell(sequence);
    }
    rest = rest.slice(at);
  }

  function tell(sequence: Sequence) {
    if (sequence.kind === "press") onPress(sequence.press);
    else if (sequence.kind === "focus") onFocus?.(sequence.hasFocus);
    else if (sequence.kind === "reply") onReply?.(sequence.text);
    else if (sequence.kind === "paste") paste = [];
  }

  /** Keeps back what may be the beginning of the end. */
  function takePasted(from: number): number {
    const end = rest.indexOf(PASTE_END, from);
    if (end < 0) {
      const kept = beginningOfEnd(rest, from);
      paste?.push(rest.slice(from, rest.length - kept));
      return rest.length - kept;
    }
    const text = [...(paste ?? []), rest.slice(from, end)].join("").replaceAll(/\r\n?/g, "\n");
    paste = undefined;
    if (text) onPress({ name: "paste", ctrl: false, alt: false, shift: false, text });
    return end + PASTE_END.length;
  }

  return {
    feed,
    end() {
      cancel();
      drain(true);
    },
  };
}

function beginningOfEnd(text: string, from: number): number {
  for (let length = Math.min(PASTE_END.length - 1, text.length - from); length > 0; length--) {
    if (text.endsWith(PASTE_END.slice(0, length))) return length;
  }
  return 0;
}
