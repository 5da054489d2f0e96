/** Lines of JSON from another program: what is no message costs no memory, and too much of it ends the program. */
import { readMessage } from "./messages.ts";

/** Where lines go. */
export interface LineListener {
  readonly message: (message: Record<string, unknown>) => void;
  /** The other side says something else than messages, or too much at once. Nothing follows. */
  readonly broken: (reason: string) => void;
}

/** Most bytes of one message. */
const MESSAGE_BYTES = 16 * 1024 * 1024;
/** Programs print a greeting or a log line by mistake; more than this is no mistake. */
const GARBAGE_BYTES = 1024 * 1024;
const [LINE_FEED, BRACE, BLANK] = [10, 123, 32];

export function createLineReader({ message, broken }: LineListener): (chunk: Uint8Array) => void {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let garbage = 0;
  /** The line that comes is thrown away as it comes. */
  let isSkipping = false;
  let isBroken = false;

  return (chunk) => {
    for (let rest = chunk; rest.length > 0 && !isBroken; ) {
      const end = rest.indexOf(LINE_FEED);
      take(end < 0 ? rest : rest.subarray(0, end));
      if (end < 0) return;
      finish();
      rest = rest.subarray(end + 1);
    }
  };

  function take(piece: Uint8Array): void {
    if (bytes === 0 && startsBadly(piece)) isSkipping = true;
    if (isSkipping) {
      waste(piece.length);
      return;
    }
    bytes += piece.length;
    if (bytes > MESSAGE_BYTES) {
      fail(`one of its messages is larger than ${MESSAGE_BYTES} bytes`);
      return;
    }
    // A copy: the chunk may be a part of something larger, which would be kept with it.
    if (piece.length) pieces.push(Uint8Array.prototype.slice.call(piece));
  }

  function finish(): void {
    const line = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    const isLine = !isSkipping && bytes > 0;
    const size = bytes;
    pieces = [];
    bytes = 0;
    isSkipping = false;
    if (!isLine) return;
    const parsed = readMessage(Buffer.from(line as Uint8Array).toString("utf8"));
    if (parsed) message(parsed);
    else waste(size);
  }

  function waste(size: number): void {
    garbage += size;
    if (garbage > GARBAGE_BYTES) fail("it prints something else than messages of the protocol");
  }

  function fail(reason: string): void {
    if (isBroken) return;
    isBroken = true;
    pieces = [];
    broken(reason);
  }
}

function startsBadly(piece: Uint8Array): boolean {
  const first = piece.find((byte) => byte > BLANK);
  return first !== undefined && first !== BRACE;
}
