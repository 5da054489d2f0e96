import type { z } from "gantry/sdk";
import { without } from "./merge.ts";

/** A value of which what does not fit its schema has been left out. */
export interface Fitted<T> {
  /** `undefined` when nothing is left. */
  readonly fit: { readonly value: T; readonly raw: unknown } | undefined;
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** Each round leaves out at least one thing; what takes more is not worth reading. */
const MOST_ROUNDS = 20;

/** Leaves out what does not fit, each entry alone, so that its neighbours count. */
export function fitted<T>(raw: unknown, schema: z.ZodType<T>): Fitted<T> {
  const issues: Fitted<T>["issues"][number][] = [];
  let rest = raw;
  for (let round = 0; round < MOST_ROUNDS && rest !== undefined; round++) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return { fit: { value: parsed.data, raw: rest }, issues };
    const found = parsed.error.issues.map(({ path, message }) => ({ path, message }));
    // Later places are no longer those of the file.
    issues.push(...(round === 0 ? found : found.filter(({ path }) => path.length === 0)));
    rest = without(
      rest,
      found.map(({ path }) => removable(rest, path)),
    );
  }
  return { fit: undefined, issues };
}

/** A part that is missing cannot be left out, only what it is missing from. */
function removable(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  let inner: unknown = value;
  const there: PropertyKey[] = [];
  for (const part of path) {
    if (typeof inner !== "object" || inner === null || !Object.hasOwn(inner, part)) return there;
    inner = (inner as Record<PropertyKey, unknown>)[part];
    there.push(part);
  }
  return there;
}
