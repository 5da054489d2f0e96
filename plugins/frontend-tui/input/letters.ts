/** What a shell's editor does to letters and words. */
import { type Buffer, kill, moveTo, PLACES, replace } from "./buffer.ts";

/** To the beginning of the word, where a word is letters and digits. */
export function killLettersBackward(buffer: Buffer): Buffer {
  return kill(buffer, PLACES.wordLeft(buffer), buffer.cursor);
}

/** The sign before the cursor changes places with the one behind it; at the end, the last two do. */
export function transpose(buffer: Buffer): Buffer {
  const isEnd = PLACES.lineEnd(buffer) === buffer.cursor;
  const middle = isEnd ? PLACES.left(buffer) : buffer.cursor;
  const at = moveTo(buffer, middle);
  const [from, to] = [PLACES.left(at), PLACES.right(at)];
  const { text } = buffer;
  if (from < PLACES.lineStart(buffer) || from === middle || to === middle) return buffer;
  return replace(buffer, from, to, text.slice(middle, to) + text.slice(from, middle));
}

/** The word from the cursor on, written in another way. */
export function withWord(change: (word: string) => string): (buffer: Buffer) => Buffer {
  return (buffer) => {
    const to = PLACES.wordRight(buffer);
    return to === buffer.cursor
      ? buffer
      : replace(buffer, buffer.cursor, to, change(buffer.text.slice(buffer.cursor, to)));
  };
}

export function capitalized(word: string): string {
  const at = word.search(/[\p{L}\p{N}]/u);
  return at < 0 ? word : word.slice(0, at) + word.slice(at, at + 1).toUpperCase() + word.slice(at + 1).toLowerCase();
}
