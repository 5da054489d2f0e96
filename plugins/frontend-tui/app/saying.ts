/** What the host itself has to say, above the live part. */
import { isGantryError, messageOf } from "gantry/sdk";
import type { PaintOptions } from "../paint/blocks.ts";
import type { Feed } from "./feed.ts";
import { saidLines } from "./lines.ts";
import type { Terminal } from "./terminal.ts";

export interface Saying {
  say(lines: readonly string[]): void;
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
  function say(lines: readonly string[]): void {
    const open = feed();
    if (open) open.say(lines);
    else terminal().screen.print(lines);
    terminal().drawSoon();
  }
  return {
    say,
    tell: (text) => say(saidLines(text, "dim", options())),
    warn: (text) => say(saidLines(text, "warning", options())),
    problem(cause) {
      const remedy = isGantryError(cause) && cause.remedy ? ` ${cause.remedy}` : "";
      say(saidLines(`${messageOf(cause)}${remedy}`, "bad", options()));
    },
  };
}
