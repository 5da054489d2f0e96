/** How it feels, and why: from what has happened, and from the hour. */
import type { SessionEvent } from "gantry/sdk";
import type { Mood } from "./creature.ts";

/** What counts for it. */
export const HAPPENINGS = ["green", "red", "failed", "refused", "waited", "done", "petted", "fed"] as const;
export type Happening = (typeof HAPPENINGS)[number];

export interface Noted {
  readonly what: Happening;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const CHEER: Readonly<Record<Happening, number>> = {
  green: 3,
  red: -2,
  failed: -1,
  refused: -1,
  waited: -1,
  done: 1,
  petted: 2,
  fed: 1,
};

const HOUR = 3_600_000;
/** What is longer ago is forgotten. */
const RECENT_MS = 2 * HOUR;
const HUNGRY_MS = 24 * HOUR;
const LONG_TURN_MS = 120_000;
const TESTS = /\b(test|tests|vitest|jest|mocha|pytest|tox|rspec|phpunit|ctest)\b/;

/** What of that which happens counts; `undefined`: nothing. */
export function happeningOf(event: SessionEvent): Happening | undefined {
  if (event.type === "denied") return "refused";
  if (event.type === "turn_end") {
    if (event.end.reason === "completed") return event.ms > LONG_TURN_MS ? "waited" : "done";
    return event.end.reason === "model_error" ? "failed" : undefined;
  }
  if (event.type !== "tool_end" || (event.result.outcome !== "ok" && event.result.outcome !== "error"))
    return undefined;
  const { command } = (event.input ?? {}) as { readonly command?: unknown };
  const isFailed = event.result.outcome === "error";
  if (typeof command === "string" && TESTS.test(command)) return isFailed ? "red" : "green";
  return isFailed ? "failed" : undefined;
}

export interface Feeling {
  readonly noted: readonly Noted[];
  readonly fedAt: number;
  readonly now: number;
  /** From 0 to 23, where the person is. */
  readonly hour: number;
}

export function moodOf({ noted, fedAt, now, hour }: Feeling): Mood {
  const recent = recentOf(noted, now);
  const cheer = recent.reduce((sum, { what }) => sum + CHEER[what], 0);
  if (hour >= 23 || hour < 6) return "sleepy";
  if (now - fedAt > HUNGRY_MS) return "hungry";
  if (cheer <= -3) return "worried";
  if (recent.at(-1)?.what === "waited") return "bored";
  return cheer >= 4 ? "happy" : "content";
}

export function recentOf(noted: readonly Noted[], now: number): readonly Noted[] {
  return noted.filter(({ at }) => now - at < RECENT_MS);
}

const WORDS: Readonly<Record<Happening, readonly [string, string]>> = {
  green: ["test run that passed", "test runs that passed"],
  red: ["test run that failed", "test runs that failed"],
  failed: ["thing that failed", "things that failed"],
  refused: ["refusal", "refusals"],
  waited: ["long wait", "long waits"],
  done: ["prompt answered", "prompts answered"],
  petted: ["time petted", "times petted"],
  fed: ["meal", "meals"],
};

/** Why it feels so. */
export function reasonsOf(noted: readonly Noted[], now: number): readonly string[] {
  const recent = recentOf(noted, now);
  return HAPPENINGS.flatMap((what) => {
    const count = recent.filter((one) => one.what === what).length;
    return count ? [`${count} ${WORDS[what][count === 1 ? 0 : 1]}`] : [];
  });
}
