export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a dotted path; own keys only. */
export function valueAt(content: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), content);
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
