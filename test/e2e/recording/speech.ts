/** A text that comes piece by piece, each when the next is asked for. */
export interface Speech {
  readonly pieces: AsyncIterable<string>;
  say(piece: string): void;
  end(): void;
}

export function createSpeech(): Speech {
  const waiting: string[] = [];
  let isOver = false;
  let wake = () => {};
  async function* pieces() {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (isOver) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  return {
    pieces: pieces(),
    say(piece) {
      waiting.push(piece);
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
  };
}
