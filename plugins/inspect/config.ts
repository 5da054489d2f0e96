import {
  type ConfigOrigin,
  configSchemaOf,
  type HostReport,
  type Json,
  type Manifest,
  PluginError,
  type Settings,
  z,
} from "gantry/sdk";
import { nearest } from "gantry/sdk/kit/nearest";
import { visibleLine } from "gantry/sdk/kit/visible";
import { columns } from "./columns.ts";

const VALUE_WIDTH = 60;
// What must not be read over a shoulder, or end up in a bug report.
const SECRET = /(token|secret|passw|api_?key|credential)/i;

/** A key of the configuration, with what each layer says, nearest first. Empty when nobody sets it. */
export interface Row {
  readonly key: string;
  readonly origins: readonly ConfigOrigin[];
}

/** Every key that is set and every key that a plugin knows. */
export function rowsOf(report: HostReport): readonly Row[] {
  const rows = new Map<string, readonly ConfigOrigin[]>(Object.entries(report.config));
  for (const { manifest } of report.plugins) {
    for (const { key, origins } of defaultsOf(manifest)) rows.set(key, [...(rows.get(key) ?? []), ...origins]);
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, origins]) => ({ key, origins: origins.map((origin) => concealed(key, origin)) }));
}

function defaultsOf({ name, ...manifest }: Manifest): readonly Row[] {
  const config = configSchemaOf(manifest);
  // By shape, not by class: a plugin may bring its own zod.
  if (!config || !("shape" in config)) return [];
  const defaults = config.safeParse({}).data as Record<string, Json | undefined> | undefined;
  return Object.keys(config.shape as object).map((field) => {
    const value = defaults?.[field];
    return { key: `${name}.${field}`, origins: value === undefined ? [] : [{ value, from: "default" }] };
  });
}

export function configText(rows: readonly Row[]): string {
  const lines = rows.map(({ key, origins: [first] }) =>
    first ? [key, shown(first.value, VALUE_WIDTH), first.from] : [key, "(not set)", ""],
  );
  return columns([["key", "value", "from"], ...lines]);
}

export function configJson(rows: readonly Row[]) {
  return Object.fromEntries(rows.map(({ key, origins }) => [key, origins]));
}

// ---------------------------------------------------------------- why

/** What the layers say of one key, or of all keys under it. */
export interface Why {
  readonly kind: "configuration" | "setting";
  readonly rows: readonly Row[];
  /** What is said where it does not count. */
  readonly leftOut: readonly LeftOut[];
}

/** What does not count: where it stands, what it says, and why that does not count. */
export interface LeftOut extends ConfigOrigin {
  readonly key: string;
  readonly reason: string;
}

/** Looks a key up in the configuration and among the settings; throws when neither has it. */
export function why(key: string, rows: readonly Row[], settings: Settings | undefined): Why {
  const exact = rows.filter((row) => row.key === key);
  const found = exact.length ? exact : rows.filter((row) => row.key.startsWith(`${key}.`));
  if (found.length) return { kind: "configuration", rows: found, leftOut: [] };

  const origins = (settings?.layers(key, z.json()) ?? []).map(({ value, ...place }) =>
    concealed(key, { value: value as Json, from: fromOf(place) }),
  );
  const leftOut = (settings?.leftOut?.(key) ?? []).map(({ key, value, reason, ...place }) => ({
    ...concealed(key, { value: value as Json, from: fromOf(place) }),
    key,
    reason,
  }));
  if (origins.length || leftOut.length) return { kind: "setting", rows: [{ key, origins }], leftOut };
  throw unknownKey(key, rows);
}

function fromOf({ layer, source }: { readonly layer: string; readonly source: string }): string {
  return layer === source ? layer : `${layer}: ${source}`;
}

export function unknownKey(key: string, rows: readonly Row[]): PluginError {
  const near = nearest(
    key,
    rows.map((row) => row.key),
  );
  return new PluginError(
    "GANTRY_CONFIG_KEY",
    `No plugin has a key "${key}", and no layer sets it.`,
    near === undefined ? "gantry config lists every key." : `Did you mean "${near}"?`,
  );
}

export function whyText({ kind, rows, leftOut }: Why): string {
  const notes = leftOut.map(({ key, value, from, reason }) =>
    [`  ${visibleLine(key)} in ${visibleLine(from)} is left out: ${shown(value)}`, `    ${visibleLine(reason)}`].join(
      "\n",
    ),
  );
  return [rows.map((row) => whyOne(row, kind)).join("\n\n"), ...notes].join("\n");
}

function whyOne({ key, origins }: Row, kind: Why["kind"]): string {
  const [first] = origins;
  if (!first) return `${visibleLine(key)} is not set.`;
  // The settings' layers are joined where they are lists or objects.
  const isJoined = kind === "setting" && typeof first.value === "object" && first.value !== null;
  const head = isJoined ? "is joined from these layers, the nearest first:" : `is ${shown(first.value)}`;
  const lines = origins.map(({ value, from }, at) => [
    isJoined || at === 0 ? "counts" : "overridden",
    from,
    shown(value),
  ]);
  return `${visibleLine(key)} ${head}\n${columns(lines, "  ")}`;
}

function shown(value: Json, limit?: number): string {
  return visibleLine(JSON.stringify(value), limit);
}

function concealed(key: string, origin: ConfigOrigin): ConfigOrigin {
  return { ...origin, value: conceal(key, origin.value) };
}

function conceal(key: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((each) => conceal(key, each));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, conceal(`${key}.${name}`, each)]));
  }
  const last = key.slice(key.lastIndexOf(".") + 1);
  return typeof value === "string" && value !== "" && SECRET.test(last) ? "(concealed)" : value;
}
