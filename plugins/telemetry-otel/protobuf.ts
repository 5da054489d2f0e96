/** OTLP requests as protobuf, by a table of the fields that are sent. */
import type { Signal } from "./otlp.ts";

type Scalar =
  | "string"
  | "hex"
  | "varint"
  | "int64"
  | "bool"
  | "double"
  | "fixed64"
  | "sfixed64"
  | "packedFixed64"
  | "packedDouble";
type Message = { readonly [field: string]: readonly [number: number, type: Scalar | (() => Message)] };

const anyValue: Message = {
  stringValue: [1, "string"],
  boolValue: [2, "bool"],
  intValue: [3, "int64"],
  doubleValue: [4, "double"],
  arrayValue: [5, () => arrayValue],
};
const arrayValue: Message = { values: [1, () => anyValue] };
const keyValue: Message = { key: [1, "string"], value: [2, () => anyValue] };
const resource: Message = { attributes: [1, () => keyValue] };
const scope: Message = { name: [1, "string"], version: [2, "string"] };

const status: Message = { code: [3, "varint"] };
const span: Message = {
  traceId: [1, "hex"],
  spanId: [2, "hex"],
  parentSpanId: [4, "hex"],
  name: [5, "string"],
  kind: [6, "varint"],
  startTimeUnixNano: [7, "fixed64"],
  endTimeUnixNano: [8, "fixed64"],
  attributes: [9, () => keyValue],
  status: [15, () => status],
};

const logRecord: Message = {
  timeUnixNano: [1, "fixed64"],
  severityNumber: [2, "varint"],
  severityText: [3, "string"],
  body: [5, () => anyValue],
  attributes: [6, () => keyValue],
  traceId: [9, "hex"],
  spanId: [10, "hex"],
  observedTimeUnixNano: [11, "fixed64"],
  eventName: [12, "string"],
};

const numberPoint: Message = {
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  asDouble: [4, "double"],
  asInt: [6, "sfixed64"],
  attributes: [7, () => keyValue],
};
const histogramPoint: Message = {
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  count: [4, "fixed64"],
  sum: [5, "double"],
  bucketCounts: [6, "packedFixed64"],
  explicitBounds: [7, "packedDouble"],
  attributes: [9, () => keyValue],
};
const sum: Message = {
  dataPoints: [1, () => numberPoint],
  aggregationTemporality: [2, "varint"],
  isMonotonic: [3, "bool"],
};
const histogram: Message = { dataPoints: [1, () => histogramPoint], aggregationTemporality: [2, "varint"] };
const metric: Message = {
  name: [1, "string"],
  description: [2, "string"],
  unit: [3, "string"],
  sum: [7, () => sum],
  histogram: [9, () => histogram],
};

const REQUESTS: Readonly<Record<Signal, Message>> = {
  traces: envelope("resourceSpans", "scopeSpans", "spans", span),
  metrics: envelope("resourceMetrics", "scopeMetrics", "metrics", metric),
  logs: envelope("resourceLogs", "scopeLogs", "logRecords", logRecord),
};

function envelope(outer: string, inner: string, list: string, item: Message): Message {
  const ofScope: Message = { scope: [1, () => scope], [list]: [2, () => item] };
  const ofResource: Message = { resource: [1, () => resource], [inner]: [2, () => ofScope] };
  return { [outer]: [1, () => ofResource] };
}

/** A request in the binary form. */
export function encodeProtobuf(signal: Signal, request: object): Uint8Array {
  return encode(REQUESTS[signal], request);
}

function encode(message: Message, object: object): Buffer {
  const parts: Uint8Array[] = [];
  for (const [name, value] of Object.entries(object)) {
    const field = message[name];
    if (!field || value === undefined) continue;
    const [number, type] = field;
    const isPacked = type === "packedFixed64" || type === "packedDouble";
    for (const one of Array.isArray(value) && !isPacked ? value : [value]) {
      const [wireType, bytes] =
        typeof type === "function" ? delimited(encode(type(), one)) : SCALARS[type](one as never);
      parts.push(varint(BigInt((number << 3) | wireType)), bytes);
    }
  }
  return Buffer.concat(parts);
}

const VARINT = 0;
const EIGHT_BYTES = 1;
const DELIMITED = 2;

type Encoded = readonly [wireType: number, bytes: Uint8Array];

const SCALARS: Readonly<Record<Scalar, (value: never) => Encoded>> = {
  string: (value: string) => delimited(Buffer.from(value)),
  hex: (value: string) => delimited(Buffer.from(value, "hex")),
  varint: (value: number) => [VARINT, varint(BigInt(value))],
  // Negative numbers are written as the 64-bit number that has the same bits.
  int64: (value: string) => [VARINT, varint(BigInt.asUintN(64, BigInt(value)))],
  bool: (value: boolean) => [VARINT, varint(value ? 1n : 0n)],
  double: (value: number) => [EIGHT_BYTES, double(value)],
  fixed64: (value: string) => [EIGHT_BYTES, fixed(value)],
  sfixed64: (value: string) => [EIGHT_BYTES, fixed(value)],
  packedFixed64: (values: readonly string[]) => delimited(Buffer.concat(values.map(fixed))),
  packedDouble: (values: readonly number[]) => delimited(Buffer.concat(values.map(double))),
};

function delimited(bytes: Uint8Array): Encoded {
  return [DELIMITED, Buffer.concat([varint(BigInt(bytes.byteLength)), bytes])];
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function fixed(value: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
