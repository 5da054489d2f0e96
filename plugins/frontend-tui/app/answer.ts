/** An answer as it streams: gathered, painted a few times a second, and what is final handed on at once. */
import type { PaintOptions } from "../paint/blocks.ts";
import { createMarkdownStream, type MarkdownStream } from "../paint/markdown-stream.ts";

export interface AnswerParts {
  options(): PaintOptions;
  /** Lines that will not change any more; `of` is the same for all of one answer. */
  onLines(lines: readonly string[], of: object): void;
  /** All of it has been handed on: this is what it said. */
  onWhole(text: string, of: object): void;
  /** The lines of what is still open. */
  onTail(lines: readonly string[]): void;
}

export interface Answer {
  push(text: string): void;
  /** Whether anything of this answer has been pushed. */
  readonly hasText: boolean;
  /** Paints what has come, now. */
  flush(): void;
  /** Paints what is still open anew: the window has another size. */
  resize(): void;
  /** The answer is whole. */
  end(): void;
  /** What has come does not count. What is still open goes; whether lines of it stay above. */
  withdraw(): boolean;
}

/** As often as eyes follow: about thirty times a second. */
const FRAME_MS = 33;
const MARK = "● ";
const REST = "  ";

export function createAnswer({ options, onLines, onWhole, onTail }: AnswerParts): Answer {
  let stream: MarkdownStream | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pieces: string[] = [];
  let isBegun = false;
  let of = {};

  const room = () => Math.max(1, options().width - REST.length);

  /** The first line stands behind a mark. */
  function marked(lines: readonly string[]): string[] {
    return lines.map((line, at) => (at === 0 && !isBegun ? options().theme.style("text", MARK) : line && REST) + line);
  }

  function emit(lines: readonly string[]): void {
    if (!lines.length) return;
    onLines(isBegun ? marked(lines) : ["", ...marked(lines)], of);
    isBegun = true;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!stream) return;
    emit(stream.take());
    const tail = marked(stream.tail());
    onTail(isBegun || !tail.length ? tail : ["", ...tail]);
  }

  function reset(): void {
    clearTimeout(timer);
    timer = stream = undefined;
    pieces = [];
    of = {};
    isBegun = false;
    onTail([]);
  }

  return {
    get hasText() {
      return stream !== undefined;
    },
    push(text) {
      stream ??= createMarkdownStream({ ...options(), width: room() });
      stream.push(text);
      pieces.push(text);
      timer ??= setTimeout(flush, FRAME_MS);
    },
    flush,
    resize() {
      stream?.resize(room());
      flush();
    },
    end() {
      if (stream) emit(stream.end());
      if (isBegun) onWhole(pieces.join(""), of);
      reset();
    },
    withdraw() {
      const stays = isBegun;
      reset();
      return stays;
    },
  };
}
