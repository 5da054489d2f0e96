import type { Call } from "gantry/sdk";
import { sha256Of } from "gantry/sdk/kit/fingerprint";

/**
 * What tells one call from every other: its tool, whose it is, and its whole input, as a hash, so that the log holds nothing of it.
 * `undefined` where the input has something that JSON cannot carry.
 */
export function keyOf({ tool, input }: Call): string | undefined {
  const text = canonical([tool.owner, tool.name, input]);
  return text === undefined ? undefined : sha256Of(text);
}

/** JSON with keys in one order. */
function canonical(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (value === null || typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (Array.isArray(value)) return joined("[", value.map(canonical), "]");
  if (!isPlain(value)) return undefined;
  const keys = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort();
  const fields = keys.map((key) => {
    const text = canonical(value[key]);
    return text === undefined ? undefined : `${JSON.stringify(key)}:${text}`;
  });
  return joined("{", fields, "}");
}

function joined(open: string, parts: readonly (string | undefined)[], close: string): string | undefined {
  return parts.some((part) => part === undefined) ? undefined : `${open}${parts.join(",")}${close}`;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
