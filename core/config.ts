import { type ConfigOrigin, configSchemaOf, type Json, type Manifest } from "gantry/sdk";
import { didYouMean } from "gantry/sdk/kit/nearest";
import type * as z from "zod";
import { error } from "./errors.ts";

/** One source of configuration, nearest first in every list of layers. */
export interface ConfigLayer {
  /** Such as a file's path, `--max-turns`, or `preset default`. */
  readonly from: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The configuration of all layers, merged: objects by key, anything else by the nearest layer. */
export class Config {
  readonly layers: readonly ConfigLayer[];

  constructor(layers: readonly ConfigLayer[]) {
    this.layers = layers;
  }

  /** The merged value of one top-level key. */
  get(key: string): unknown {
    return this.layers.reduceRight<unknown>((merged, layer) => merge(merged, layer.values[key]), undefined);
  }

  /** A plugin's own object, validated; an invalid one is an error that names the key and its source. */
  of(plugin: string, manifest: Manifest): unknown {
    const schema = configSchemaOf(manifest);
    if (!schema) return undefined;
    const given = this.get(plugin) ?? {};
    const unknown = unknownKey(given, schema);
    if (unknown) {
      const [key, known] = unknown;
      const problem = `${plugin} has no such key.${didYouMean(key, known) || ` It has ${known.join(", ")}.`}`;
      const from = this.origins(`${plugin}.${key}`)[0]?.from ?? "the configuration";
      throw error("GANTRY_CONFIG_INVALID", { key: `${plugin}.${key}`, problem, from });
    }
    const parsed = schema.safeParse(given);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const path = [plugin, ...(issue?.path ?? [])].map(String);
    const from = this.origins(path.join("."))[0]?.from ?? this.origins(plugin)[0]?.from ?? "the configuration";
    throw error("GANTRY_CONFIG_INVALID", { key: path.join("."), problem: issue?.message ?? "wrong type", from });
  }

  /** Every layer's value for a dotted path, nearest first. */
  origins(path: string): readonly ConfigOrigin[] {
    return this.layers.flatMap((layer) => {
      const value = at(layer.values, path.split("."));
      return value === undefined ? [] : [{ value: value as Json, from: layer.from }];
    });
  }

  /** Every dotted path that some layer sets, with its origins. */
  report(): Readonly<Record<string, readonly ConfigOrigin[]>> {
    const paths = new Set(this.layers.flatMap((layer) => leaves(layer.values)));
    return Object.fromEntries([...paths].sort().map((path) => [path, this.origins(path)]));
  }
}

/** A key that the schema of a plain object does not have, and those it has. */
function unknownKey(given: unknown, schema: z.ZodType): readonly [string, readonly string[]] | undefined {
  const { shape, catchall } = schema.def as { readonly shape?: object; readonly catchall?: unknown };
  if (!shape || catchall || !isRecord(given)) return undefined;
  const key = Object.keys(given).find((name) => !(name in shape));
  return key === undefined ? undefined : [key, Object.keys(shape)];
}

function merge(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isRecord(below) || !isRecord(above)) return above;
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) merged[key] = merge(below[key], value);
  return merged;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}

function leaves(value: Readonly<Record<string, unknown>>, prefix = ""): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    isRecord(inner) && Object.keys(inner).length ? leaves(inner, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
