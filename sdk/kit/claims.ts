/** What a folder asks for, in words: for the question, for lists, and where nobody can be asked. */
import type { Claim, LeftOut, Notice, ReviewedClaim } from "gantry/sdk";
import { visible, visibleLine } from "./visible.ts";

/**
 * An allow rule of a folder's settings file, as its reader lists it: whoever writes one for the person approves this.
 *
 * @example
 * const claim = ruleClaim("Bash(npm test:*)", "/home/me/shop/.claude/settings.local.json");
 */
export function ruleClaim(rule: unknown, source: string): Claim {
  return { kind: "allow rule", source, text: typeof rule === "string" ? rule : (JSON.stringify(rule) ?? "") };
}

/** How a list of claims is written. */
export interface ClaimsTextOptions {
  /** Say of each whether it is approved; without, only what stands there. */
  readonly hasStates?: boolean;
  /** Whether the folder is trusted, so that what is not approved is new in it. */
  readonly isTrusted?: boolean;
}

/**
 * The claims by kind and by the file they stand in, each in full and every sign of it visible. No line of a claim can pass for one of
 * ours: each begins with `|`.
 *
 * @example
 * claimsText([{ kind: "hook", source: "/w/.claude/settings.json", text: "PreToolUse: ./check.sh", state: "new" }]);
 * // "1 hook\n  /w/.claude/settings.json\n    | PreToolUse: ./check.sh"
 */
export function claimsText(claims: readonly ReviewedClaim[], options: ClaimsTextOptions = {}): string {
  const lines = [...groupBy(claims, ({ kind }) => kind)].flatMap(([kind, ofKind]) => [
    counted(kind, ofKind.length),
    ...[...groupBy(ofKind, ({ source }) => source)].flatMap(([source, ofSource]) => [
      `  ${visibleLine(source)}`,
      ...ofSource.flatMap((claim) => claimLines(claim, options)),
    ]),
  ]);
  return lines.join("\n");
}

function claimLines(claim: ReviewedClaim, options: ClaimsTextOptions): readonly string[] {
  const remark = remarkOn(claim, options);
  const lines = visible(claim.text)
    .split("\n")
    .map((line) => `    | ${line}`);
  return remark ? [...lines, `      (${remark})`] : lines;
}

function remarkOn({ state, problem }: ReviewedClaim, { hasStates, isTrusted }: ClaimsTextOptions): string | undefined {
  if (problem !== undefined) return `cannot be approved: ${visibleLine(problem)}`;
  if (!hasStates) return undefined;
  if (state === "new") return isTrusted ? "new since you trusted this folder" : "not approved";
  return state === "changed" ? "changed since you approved it" : state;
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
