import type { Claim, Trust } from "gantry/sdk";
import { ruleClaim } from "gantry/sdk/kit/claims";
import type { Layer } from "./layers.ts";
import { isObject, valueAt } from "./merge.ts";

/** Lists of a folder that allow something: each entry counts once it is approved. */
export const ALLOWING = "permissions.allow";

/** What the folder's own files would allow. */
export function claimsOf(layers: readonly Pick<Layer, "layer" | "source" | "content">[]): readonly Claim[] {
  const claims = layers
    .filter(({ layer }) => layer === "local" || layer === "project")
    .flatMap(({ content, source }) => entriesOf(valueAt(content, ALLOWING)).map((rule) => ruleClaim(rule, source)));
  return [...new Map(claims.map((claim) => [`${claim.source}\0${claim.text}`, claim])).values()];
}

/** What of a layer's value at a path counts: of a folder's list that allows something, what the person has approved. */
export function approvedIn(
  value: unknown,
  path: string,
  { layer, source }: Pick<Layer, "layer" | "source">,
  trust: Pick<Trust, "approves">,
): unknown {
  if (value === undefined || (layer !== "local" && layer !== "project")) return value;
  if (path === ALLOWING) return approvedPart(value, source, trust);
  // A list of rules has no keys.
  if (path.startsWith(`${ALLOWING}.`)) return undefined;
  const rest = path === "" ? ALLOWING : ALLOWING.startsWith(`${path}.`) ? ALLOWING.slice(path.length + 1) : undefined;
  const [key = "", ...deeper] = rest?.split(".") ?? [];
  if (rest === undefined || !isObject(value) || !Object.hasOwn(value, key)) return value;
  const below = path === "" ? key : `${path}.${key}`;
  const inner =
    deeper.length || below === ALLOWING ? approvedIn(value[key], below, { layer, source }, trust) : value[key];
  const { [key]: _, ...others } = value;
  if (inner !== undefined) return { ...others, [key]: inner };
  return Object.keys(others).length > 0 ? others : undefined;
}

function approvedPart(value: unknown, source: string, trust: Pick<Trust, "approves">): unknown {
  const approved = entriesOf(value).filter((rule) => trust.approves(ruleClaim(rule, source)));
  if (approved.length === 0) return undefined;
  return Array.isArray(value) ? approved : value;
}

function entriesOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
