/** What is left of an output that may have been of any size. */
export interface Excerpt {
  readonly text: string;
  /** How many bytes are missing from the middle; 0: the text is whole. */
  readonly omittedBytes: number;
}

/** The beginning and the end of an output, in bounded memory. */
export interface OutputWindow {
  /** How many bytes have been pushed. */
  readonly size: number;
  /** Takes the next piece, which may end anywhere, even inside a character. The piece is copied. */
  push(chunk: Uint8Array): void;
  /**
   * The text: whole if it has at most `maxCharacters`, otherwise its beginning and its end around a line that says how
   * much is missing. Bytes that are no UTF-8 become U+FFFD. `maxCharacters` is at most that of the window.
   */
  excerpt(maxCharacters?: number): Excerpt;
}

/**
 * Makes a window for at most `maxCharacters` (UTF-16 units). It needs at most three bytes for each, however much is pushed.
 *
 * @example
 * const window = createWindow(30_000);
 * process.stdin.on("data", (chunk) => window.push(chunk));
 * window.excerpt().text;
 */
export function createWindow(maxCharacters: number): OutputWindow {
  // No character takes more than three bytes for each UTF-16 unit, so what does not fit in here has too many.
  const half = Math.ceil((maxCharacters * 3) / 2);
  const head = growingBuffer(half);
  const tail = ringBuffer(half);
  let size = 0;

  return {
    get size() {
      return size;
    },
    push(chunk) {
      size += chunk.length;
      const taken = head.push(chunk);
      if (taken < chunk.length) tail.push(chunk.subarray(taken));
    },
    excerpt(limit = maxCharacters) {
      const last = tail.bytes();
      if (size === head.bytes().length + last.length) {
        const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat([head.bytes(), last]));
        if (whole.length <= limit) return { text: whole, omittedBytes: 0 };
        return around(firstOf(whole, Math.ceil(limit / 2)), lastOf(whole, Math.floor(limit / 2)), size);
      }
      return around(
        firstOf(decodeHead(head.bytes()), Math.ceil(limit / 2)),
        lastOf(decodeTail(last), Math.floor(limit / 2)),
        size,
      );
    },
  };
}

function around(first: string, last: string, size: number): Excerpt {
  // At least one: bytes that are no text take more room decoded than they did raw.
  const omittedBytes = Math.max(1, size - Buffer.byteLength(first) - Buffer.byteLength(last));
  return { text: `${first}\n[... ${omittedBytes} bytes left out ...]\n${last}`, omittedBytes };
}

/** The first characters, no surrogate pair split. */
function firstOf(text: string, count: number): string {
  const code = text.charCodeAt(count - 1);
  return text.slice(0, code >= 0xd800 && code < 0xdc00 ? count - 1 : count);
}

function lastOf(text: string, count: number): string {
  const start = Math.max(0, text.length - count);
  const code = text.charCodeAt(start);
  return text.slice(start > 0 && code >= 0xdc00 && code < 0xe000 ? start + 1 : start);
}

/** Leaves out a character that was cut off at the end. */
function decodeHead(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true });
}

/** Leaves out a character that was cut off at the start. */
function decodeTail(bytes: Uint8Array): string {
  let start = 0;
  while (start < 3 && start < bytes.length && ((bytes[start] as number) & 0xc0) === 0x80) start++;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start));
}

function growingBuffer(capacity: number) {
  let buffer = new Uint8Array(0);
  let used = 0;
  return {
    /** How many bytes of it fitted. */
    push(chunk: Uint8Array): number {
      const part = chunk.subarray(0, capacity - used);
      if (used + part.length > buffer.length) {
        const larger = new Uint8Array(Math.min(capacity, Math.max(1024, 2 * (used + part.length))));
        larger.set(buffer.subarray(0, used));
        buffer = larger;
      }
      buffer.set(part, used);
      used += part.length;
      return part.length;
    },
    bytes: () => buffer.subarray(0, used),
  };
}

function ringBuffer(capacity: number) {
  let buffer: Uint8Array | undefined;
  let next = 0;
  let isFull = false;
  return {
    push(chunk: Uint8Array) {
      if (capacity === 0) return;
      buffer ??= new Uint8Array(capacity);
      const part = chunk.length > capacity ? chunk.subarray(chunk.length - capacity) : chunk;
      const toEnd = Math.min(part.length, capacity - next);
      buffer.set(part.subarray(0, toEnd), next);
      buffer.set(part.subarray(toEnd), 0);
      isFull ||= next + part.length >= capacity;
      next = (next + part.length) % capacity;
    },
    /** Oldest first. */
    bytes(): Uint8Array {
      if (!buffer) return new Uint8Array(0);
      if (!isFull) return buffer.subarray(0, next);
      return Buffer.concat([buffer.subarray(next), buffer.subarray(0, next)]);
    },
  };
}
