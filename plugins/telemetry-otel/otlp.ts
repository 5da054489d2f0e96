/** The data of OTLP, in the form that its JSON has; the other form is made from it. */

export type Value = string | number | boolean | readonly string[] | undefined;
/** Undefined values are left out. */
export type Attributes = Readonly<Record<string, Value>>;

export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly KeyValue[];
  readonly status?: { readonly code: number };
}

export interface LogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: AnyValue;
  readonly attributes: readonly KeyValue[];
  readonly traceId?: string;
  readonly spanId?: string;
}

export const KIND = { internal: 1, client: 3 } as const;
export const STATUS_ERROR = 2;

export type Signal = "traces" | "metrics" | "logs";

/** Where the data of each signal lies in a request. */
const ENVELOPES = {
  traces: ["resourceSpans", "scopeSpans", "spans"],
  metrics: ["resourceMetrics", "scopeMetrics", "metrics"],
  logs: ["resourceLogs", "scopeLogs", "logRecords"],
} as const;

/** Who sends: the resource, and the part of the program that has measured. */
export interface Sender {
  readonly resource: readonly KeyValue[];
  readonly version: string;
}

/** A whole request. */
export function requestOf(signal: Signal, items: readonly object[], { resource, version }: Sender): object {
  const [outer, inner, list] = ENVELOPES[signal];
  const scope = { name: "gantry", version };
  return { [outer]: [{ resource: { attributes: resource }, [inner]: [{ scope, [list]: items }] }] };
}

export function keyValues(attributes: Attributes): readonly KeyValue[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

export function anyValue(value: NonNullable<Value>): AnyValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value !== "number") return { arrayValue: { values: value.map(anyValue) } };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Nanoseconds since 1970, in decimal: more than a number holds. */
export function nanoseconds(ms: number): string {
  return `${BigInt(Math.round(ms * 1_000))}000`;
}
