/** What the host itself has to say, above the live part. */
import { isGantryError, messageOf } from "gantry/sdk";
import type { PaintOptions } from "../paint/blocks.ts";
import type { Token } from "../paint/theme.ts";
import type { Feed } from "./feed.ts";
import { type Painting, saidLines } from "./lines.ts";
import type { Terminal } from "./terminal.ts";

export interface Saying {
  say(painting: Painting): void;
  /** By the way. */
  tell(text: string): void;
  warn(text: string): void;
  /** What went wrong, and the remedy where there is one. */
  problem(cause: unknown): void;
}

export function createSaying(
  terminal: () => Terminal,
  feed: () => Feed | undefined,
  options: () => PaintOptions,
): Saying {
  function say(painting: Painting): void {
    const open = feed();
    if (open) open.say(painting);
    else terminal().screen.print(painting(options()), { again: () => painting(options()) });
    terminal().drawSoon();
  }
  const saying = (text: string, tone: Token) => say((options) => saidLines(text, tone, options));
  return {
    say,
    tell: (text) => saying(text, "dim"),
    warn: (text) => saying(text, "warning"),
    problem(cause) {
      const remedy = isGantryError(cause) && cause.remedy ? ` ${cause.remedy}` : "";
      saying(`${messageOf(cause)}${remedy}`, "bad");
    },
  };
}
