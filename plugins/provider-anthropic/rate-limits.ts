/** How much of a subscription is used up, as the headers of an answer say it. */
import type { RateLimitWindow } from "gantry/sdk";

const PREFIX = "anthropic-ratelimit-unified-";
/** As the headers abbreviate them. */
const WINDOWS = { "5h": "five_hour", "7d": "seven_day" } as const;

/** By window; `undefined` where the headers say nothing, as for a key that is paid for by use. */
export function rateLimitsIn(
  headers: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, RateLimitWindow>> | undefined {
  const windows = Object.entries(WINDOWS).flatMap(([short, name]) => {
    const used = numberIn(headers[`${PREFIX}${short}-utilization`]);
    const resetsAt = numberIn(headers[`${PREFIX}${short}-reset`]);
    if (used === undefined) return [];
    // The share, as 0.31, without the dust of binary fractions.
    const usedPercentage = Math.round(used * 1_000) / 10;
    return [[name, { usedPercentage, ...(resetsAt !== undefined && { resetsAt }) }] as const];
  });
  return windows.length ? Object.fromEntries(windows) : undefined;
}

function numberIn(text: string | undefined): number | undefined {
  const number = text ? Number(text) : Number.NaN;
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
