/** What a folder asks for, in words: for the question, for lists, and where nobody can be asked. */
import type { Claim, LeftOut, Notice, ReviewedClaim } from "gantry/sdk";
import { visible, visibleLine } from "./visible.ts";

const STATES = {
  approved: "approved",
  changed: "changed since you approved it",
  new: "new since you trusted this folder",
} as const;

/** How a list of claims is written. */
export interface ClaimsTextOptions {
  /** Say of each what was said of it; without, only what stands there. */
  readonly hasStates: boolean;
}

/**
 * The claims by kind and by the file they stand in, each in full and every sign of it visible. No line of a claim can pass for one of
 * ours: each begins with `|`.
 *
 * @example
 * claimsText([{ kind: "hook", source: "/w/.claude/settings.json", text: "PreToolUse: ./check.sh", state: "new" }], { hasStates: false });
 * // "1 hook\n  /w/.claude/settings.json\n    | PreToolUse: ./check.sh"
 */
export function claimsText(claims: readonly ReviewedClaim[], { hasStates }: ClaimsTextOptions): string {
  const lines = [...groupBy(claims, ({ kind }) => kind)].flatMap(([kind, ofKind]) => [
    counted(kind, ofKind.length),
    ...[...groupBy(ofKind, ({ source }) => source)].flatMap(([source, ofSource]) => [
      `  ${visibleLine(source)}`,
      ...ofSource.flatMap((claim) => claimLines(claim, hasStates)),
    ]),
  ]);
  return lines.join("\n");
}

function claimLines({ text, state, problem }: ReviewedClaim, hasStates: boolean): readonly string[] {
  const remark = problem === undefined ? hasStates && STATES[state] : `cannot be approved: ${visibleLine(problem)}`;
  const lines = visible(text)
    .split("\n")
    .map((line) => `    | ${line}`);
  return remark ? [...lines, `      (${remark})`] : lines;
}

/** How many of each kind, such as `2 plugins, 1 hook`. */
export function countClaims(claims: readonly Claim[]): string {
  return [...groupBy(claims, ({ kind }) => kind)].map(([kind, { length }]) => counted(kind, length)).join(", ");
}

/** What is left out, for whoever reads along without being asked; `undefined` when nothing is. */
export function leftOutNotice({ claims, isTrusted }: LeftOut): Notice | undefined {
  if (claims.length === 0) return undefined;
  const why = isTrusted
    ? "is new or has changed since you trusted this folder"
    : "counts only once you trust this folder";
  const text = `Left out: ${countClaims(claims)}. It ${why}. gantry trust list shows all of it, --trust lets it count this time.`;
  return { level: "warning", text };
}

function counted(kind: string, count: number): string {
  return `${count} ${visibleLine(kind)}${count === 1 ? "" : "s"}`;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
