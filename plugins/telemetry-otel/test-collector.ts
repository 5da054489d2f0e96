/** A collector on this machine that keeps what it is sent, whichever form that has. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { bytesAt, doubleAt, fieldsOf, messagesAt, numberAt, textAt } from "./test-wire.ts";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly kind: number;
  readonly ms: number;
  readonly isError: boolean;
  readonly attributes: Record<string, unknown>;
}

export interface ReceivedPoint {
  readonly name: string;
  readonly value: number;
  /** Of a histogram. */
  readonly count: number;
  readonly temporality: number;
  readonly attributes: Record<string, unknown>;
}

export interface ReceivedEvent {
  readonly name: string;
  readonly traceId: string;
  readonly attributes: Record<string, unknown>;
}

export interface Collector {
  readonly url: string;
  readonly received: readonly Received[];
  spans(): ReceivedSpan[];
  events(): ReceivedEvent[];
  points(): ReceivedPoint[];
  resource(): Record<string, unknown>;
  /** Everything it was sent, as text, for what must not be in it. */
  text(): string;
  close(): Promise<void>;
}

type Answer = (response: ServerResponse, received: Received) => void;

export async function collector(answer: Answer = (response) => response.end("{}")): Promise<Collector> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    const one = { path: request.url ?? "", headers: request.headers, body };
    received.push(one);
    answer(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  return collected(received, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close);
}

/** What has been received, read. */
export function collected(received: readonly Received[], url: string, close: () => Promise<void>): Collector {
  const of = (signal: string) => received.filter(({ path }) => path.endsWith(signal));

  return {
    url,
    received,
    spans: () => of("traces").flatMap((one) => (isJson(one) ? jsonItems(one).map(jsonSpan) : items(one).map(wireSpan))),
    events: () =>
      of("logs").flatMap((one) => (isJson(one) ? jsonItems(one).map(jsonEvent) : items(one).map(wireEvent))),
    points: () =>
      of("metrics").flatMap((one) =>
        isJson(one) ? jsonItems(one).flatMap(jsonPoints) : items(one).flatMap(wirePoints),
      ),
    resource() {
      const [first] = received as [Received];
      if (isJson(first)) return jsonAttributes(jsonOuter(first).resource.attributes);
      const [outer] = messagesAt(first.body, 1) as [Buffer];
      return wireAttributes(messagesAt(messagesAt(outer, 1)[0] as Buffer, 1));
    },
    text: () => received.map(({ body }) => body.toString("latin1")).join("\n"),
    close,
  };
}

const isJson = ({ headers }: Received) => headers["content-type"] === "application/json";
const msBetween = (start: bigint, end: bigint) => Number(end - start) / 1e6;

// ---------------------------------------------------------------- protobuf, by the numbers of opentelemetry-proto 1.x

/** Resource…(1) → Scope…(2) → items(2). */
function items({ body }: Received): Buffer[] {
  return messagesAt(body, 1).flatMap((outer) => messagesAt(outer, 2).flatMap((inner) => messagesAt(inner, 2)));
}

function wireSpan(span: Buffer): ReceivedSpan {
  const [status] = messagesAt(span, 15);
  return {
    traceId: bytesAt(span, 1).toString("hex"),
    spanId: bytesAt(span, 2).toString("hex"),
    parentSpanId: bytesAt(span, 4).toString("hex"),
    name: textAt(span, 5),
    kind: Number(numberAt(span, 6)),
    ms: msBetween(numberAt(span, 7), numberAt(span, 8)),
    attributes: wireAttributes(messagesAt(span, 9)),
    isError: status !== undefined && numberAt(status, 3) === 2n,
  };
}

function wireEvent(record: Buffer): ReceivedEvent {
  return {
    name: textAt(record, 12),
    traceId: bytesAt(record, 9).toString("hex"),
    attributes: wireAttributes(messagesAt(record, 6)),
  };
}

function wirePoints(metric: Buffer): ReceivedPoint[] {
  const name = textAt(metric, 1);
  const [sum] = messagesAt(metric, 7);
  if (sum) {
    return messagesAt(sum, 1).map((point) => ({
      name,
      value: fieldsOf(point).has(6) ? Number(BigInt.asIntN(64, numberAt(point, 6))) : doubleAt(point, 4),
      count: 0,
      temporality: Number(numberAt(sum, 2)),
      attributes: wireAttributes(messagesAt(point, 7)),
    }));
  }
  const [histogram] = messagesAt(metric, 9) as [Buffer];
  return messagesAt(histogram, 1).map((point) => {
    const buckets = bytesAt(point, 6);
    // One more than bounds, eight bytes each, all of them together the count.
    const counts = Array.from({ length: buckets.length / 8 }, (_, at) => Number(buckets.readBigUInt64LE(at * 8)));
    const isWhole = buckets.length === bytesAt(point, 7).length + 8;
    const count = Number(numberAt(point, 4));
    const isSum = counts.reduce((a, b) => a + b, 0) === count;
    return {
      name,
      value: doubleAt(point, 5),
      count: isWhole && isSum ? count : Number.NaN,
      temporality: Number(numberAt(histogram, 2)),
      attributes: wireAttributes(messagesAt(point, 9)),
    };
  });
}

function wireAttributes(pairs: readonly Buffer[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map((pair) => [textAt(pair, 1), wireValue(messagesAt(pair, 2)[0] as Buffer)]));
}

function wireValue(value: Buffer): unknown {
  const fields = fieldsOf(value);
  if (fields.has(1)) return textAt(value, 1);
  if (fields.has(2)) return numberAt(value, 2) === 1n;
  if (fields.has(3)) return Number(BigInt.asIntN(64, numberAt(value, 3)));
  if (fields.has(4)) return doubleAt(value, 4);
  return messagesAt(messagesAt(value, 5)[0] as Buffer, 1).map(wireValue);
}

// ---------------------------------------------------------------- JSON

// biome-ignore lint/suspicious/noExplicitAny: whatever was sent
type Any = any;

function jsonOuter({ body }: Received): Any {
  return (Object.values(JSON.parse(body.toString("utf8"))) as Any)[0][0];
}

function jsonItems(one: Received): Any[] {
  const { resource: _, ...rest } = jsonOuter(one);
  return (Object.values(rest) as Any)[0].flatMap(({ scope: _scope, ...lists }: Any) => Object.values(lists)[0]);
}

function jsonSpan({ traceId, spanId, parentSpanId = "", name, kind, attributes, status, ...times }: Any): ReceivedSpan {
  const ms = msBetween(BigInt(times.startTimeUnixNano), BigInt(times.endTimeUnixNano));
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    kind,
    ms,
    attributes: jsonAttributes(attributes),
    isError: status?.code === 2,
  };
}

function jsonEvent({ eventName, traceId = "", attributes }: Any): ReceivedEvent {
  return { name: eventName, traceId, attributes: jsonAttributes(attributes) };
}

function jsonPoints({ name, sum, histogram }: Any): ReceivedPoint[] {
  const { dataPoints, aggregationTemporality: temporality } = sum ?? histogram;
  return dataPoints.map(({ attributes, asInt, asDouble, sum: total, count = 0 }: Any) => ({
    name,
    value: Number(asInt ?? asDouble ?? total),
    count: Number(count),
    temporality,
    attributes: jsonAttributes(attributes),
  }));
}

function jsonAttributes(pairs: Any[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, jsonValue(value)]));
}

function jsonValue({ stringValue, boolValue, intValue, doubleValue, arrayValue }: Any): unknown {
  if (arrayValue) return arrayValue.values.map(jsonValue);
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue));
}
