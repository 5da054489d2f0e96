import type { Decision, HookOutcome } from "gantry/sdk";
import type { Answer } from "./answer.ts";

const RANK: Readonly<Record<Decision, number>> = { none: 0, allow: 1, ask: 2, deny: 3 };

/** What no hook has said. */
export const SILENCE: HookOutcome = Object.freeze({ decision: "none", context: [], fields: {}, count: 0 });

/**
 * Merges what hooks said, given in the order of the configuration. Decisions: deny > ask > allow, whoever said it first or last.
 * Rewritten inputs: field by field, a later hook's change replaces an earlier one's. A yes was said to the input that its hook saw,
 * so it does not cover what another hook has made of it; and what an outvoted yes brings along is dropped with it.
 */
export function merge(answers: readonly Answer[], input: Readonly<Record<string, unknown>> = {}): HookOutcome {
  const strictest = answers.reduce<Decision>(
    (max, { decision }) => (RANK[decision] > RANK[max] ? decision : max),
    "none",
  );
  const heard = answers.filter((one) => one.decision !== "allow" || strictest === "allow" || strictest === "none");
  const patches = answers.filter((one) => one.input !== undefined);
  const decision = strictest === "allow" && !isCovered(patches) ? "none" : strictest;
  const reasons = answers.filter((one) => one.decision === strictest && one.reason).map(({ reason }) => reason);
  const stops = answers.flatMap(({ stop }) => (stop === undefined ? [] : [stop]));
  return {
    decision,
    ...(reasons.length && decision !== "none" && { reason: [...new Set(reasons)].join("\n") }),
    context: answers.flatMap(({ context }) => context ?? []),
    ...(stops.length && { stop: stops.filter(Boolean).join("\n") }),
    ...(patches.length && decision !== "deny" && { input: patched(input, patches) }),
    ...(answers.some(({ isFailed }) => isFailed) && { isFailed: true }),
    fields: heard.reduce<Record<string, unknown>>((all, { fields }) => joined(all, fields), {}),
    count: answers.length,
  };
}

/** Whether a yes speaks of the very input that would run. */
function isCovered(patches: readonly Answer[]): boolean {
  const [patch] = patches;
  return patch === undefined || (patches.length === 1 && patch.decision === "allow");
}

function patched(input: Readonly<Record<string, unknown>>, patches: readonly Answer[]): Record<string, unknown> {
  const result = new Map(Object.entries(input));
  for (const { input: whole = {} } of patches) {
    for (const [key, value] of Object.entries(whole)) if (!isSame(value, input[key])) result.set(key, value);
    for (const key of Object.keys(input)) if (!Object.hasOwn(whole, key)) result.delete(key);
  }
  return Object.fromEntries(result);
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function joined(all: Record<string, unknown>, fields: Answer["fields"]): Record<string, unknown> {
  const result = { ...all };
  for (const [key, value] of Object.entries(fields ?? {})) {
    const before = result[key];
    result[key] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
  }
  return result;
}
