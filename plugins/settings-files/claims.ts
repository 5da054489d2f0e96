import type { Claim, Trust } from "gantry/sdk";
import { ruleClaim } from "gantry/sdk/kit/claims";
import type { ReadLayer } from "./layers.ts";
import { valueAt } from "./merge.ts";

/** Lists of a folder that allow something: each entry counts once it is approved. */
export const ALLOWING = "permissions.allow";

/** What the folder's own files would allow. */
export function claimsOf(layers: readonly ReadLayer[]): readonly Claim[] {
  const claims = layers
    .filter(({ layer }) => layer === "local" || layer === "project")
    .flatMap(({ content, source }) => entriesOf(valueAt(content, ALLOWING)).map((rule) => ruleClaim(rule, source)));
  return [...new Map(claims.map((claim) => [`${claim.source}\0${claim.text}`, claim])).values()];
}

/** What of a value the person has approved; `undefined` when it is nothing. */
export function approvedPart(value: unknown, source: string, trust: Pick<Trust, "approves">): unknown {
  const approved = entriesOf(value).filter((rule) => trust.approves(ruleClaim(rule, source)));
  if (approved.length === 0) return undefined;
  return Array.isArray(value) ? approved : value;
}

function entriesOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
