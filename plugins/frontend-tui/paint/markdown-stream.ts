import { visible } from "gantry/sdk/kit/visible";
import type { PaintOptions } from "./blocks.ts";
import { wrap } from "./width.ts";

export interface MarkdownStream {
  push(text: string): void;
  /** Lines that will never change again. */
  take(): string[];
  /** The lines of what is still open. */
  tail(): string[];
  end(): string[];
}

export function createMarkdownStream({ width }: PaintOptions): MarkdownStream {
  let text = "";
  return {
    push(more) {
      text += more;
    },
    take() {
      const end = text.lastIndexOf("\n\n");
      if (end < 0) return [];
      const done = text.slice(0, end + 1);
      text = text.slice(end + 2);
      return wrap(visible(done), width);
    },
    tail: () => (text ? wrap(visible(text), width) : []),
    end() {
      const rest = text ? wrap(visible(text), width) : [];
      text = "";
      return rest;
    },
  };
}
