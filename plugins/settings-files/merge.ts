import type { JsonObject } from "gantry/sdk";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a dotted path; own keys only. The empty path is the content itself. */
export function valueAt(content: unknown, path: string): unknown {
  if (path === "") return content;
  return path
    .split(".")
    .reduce<unknown>((inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), content);
}

/** The content with another value at a dotted path, whose parents are objects. */
export function withValue(content: JsonObject, path: string, value: unknown): JsonObject {
  const [key = "", ...rest] = path.split(".");
  const inner = Object.hasOwn(content, key) && isObject(content[key]) ? (content[key] as JsonObject) : {};
  const changed = rest.length > 0 ? withValue(inner, rest.join("."), value) : value;
  return Object.fromEntries([...Object.entries(content), [key, changed]]) as JsonObject;
}

/** The value without what lies at the paths; what is emptied by that is gone too. `undefined` when nothing is left. */
export function without(value: unknown, paths: readonly (readonly PropertyKey[])[]): unknown {
  if (paths.length === 0) return value;
  if (paths.some((path) => path.length === 0)) return undefined;
  const kept = (key: string, inner: unknown) => {
    const tails = paths.filter(([head]) => String(head) === key).map((path) => path.slice(1));
    return without(inner, tails);
  };
  if (Array.isArray(value)) {
    return value.map((inner, index) => kept(String(index), inner)).filter((inner) => inner !== undefined);
  }
  if (!isObject(value)) return value;
  const before = Object.entries(value);
  const entries = before.map(([key, inner]) => [key, kept(key, inner)]).filter(([, inner]) => inner !== undefined);
  return entries.length === 0 && before.length > 0 ? undefined : Object.fromEntries(entries);
}

/** Merges values, nearest first: lists are joined, objects merged by key, of anything else the nearest counts. */
export function mergeValues(values: readonly unknown[]): unknown {
  const [nearest] = values;
  if (Array.isArray(nearest)) return joinLists(values.filter((value) => Array.isArray(value)));
  if (!isObject(nearest)) return nearest;
  const objects = values.filter(isObject);
  const keys = new Set(objects.flatMap((object) => Object.keys(object)));
  // Not by assignment: a key may be `__proto__`.
  return Object.fromEntries(
    [...keys].map((key) => [
      key,
      mergeValues(objects.filter((object) => Object.hasOwn(object, key)).map((object) => object[key])),
    ]),
  );
}

function joinLists(lists: readonly (readonly unknown[])[]): unknown[] {
  const seen = new Map<string, unknown>();
  for (const value of lists.flat()) {
    const key = JSON.stringify(value) ?? "undefined";
    if (!seen.has(key)) seen.set(key, value);
  }
  return [...seen.values()];
}
