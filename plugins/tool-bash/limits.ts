import type { ConfigOf } from "gantry/sdk";
import type { toolBash } from "./index.ts";

type Limits = Readonly<ConfigOf<typeof toolBash>>;

export type { Limits };

const MAX_SHOWN_CHARACTERS = 150_000;
/** Timers cannot count further. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The configuration, with what the documented variables say. */
export function readLimits(config: Limits, env: Readonly<Record<string, string | undefined>>): Limits {
  const defaultTimeoutMs = positive(env.BASH_DEFAULT_TIMEOUT_MS) ?? config.defaultTimeoutMs;
  const maxTimeoutMs = positive(env.BASH_MAX_TIMEOUT_MS) ?? config.maxTimeoutMs;
  const shownCharacters = positive(env.BASH_MAX_OUTPUT_LENGTH) ?? config.shownCharacters;
  return {
    ...config,
    defaultTimeoutMs,
    maxTimeoutMs: Math.max(defaultTimeoutMs, maxTimeoutMs),
    shownCharacters: Math.min(Math.ceil(shownCharacters), MAX_SHOWN_CHARACTERS),
  };
}

/** How long a command may take that asks for so much. */
export function timeoutOf(asked: number | undefined, limits: Limits): number {
  const wanted = asked !== undefined && asked > 0 ? asked : limits.defaultTimeoutMs;
  return Math.min(wanted, limits.maxTimeoutMs, MAX_TIMER_MS);
}

function positive(value: string | undefined): number | undefined {
  const number = Number(value);
  return value?.trim() && number > 0 && Number.isFinite(number) ? number : undefined;
}
