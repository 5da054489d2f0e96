/** OTLP over gRPC: a call with one message each way is a request of HTTP/2 whose end says how it went. */
import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { type Answer, type Headers, MOST_BYTES, PASSING, refused, type Sender } from "./sender.ts";
import type { Signal, Target } from "./targets.ts";

const METHODS: Readonly<Record<Signal, string>> = {
  traces: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  metrics: "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
  logs: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
};

const EXHAUSTED = 8;
const FORBIDDEN = 7;
const UNAUTHENTICATED = 16;
/** By the specification of OTLP: cancelled, too late, aborted, out of range, unavailable, lost. */
const PASSING_CODES = new Set([1, 4, 10, 11, 14, 15]);

const IDLE_MS = 60_000;

export function createGrpcSender(target: Target, version: string): Sender {
  const url = new URL(target.url);
  let session: ClientHttp2Session | undefined;
  let atWork = 0;

  function connected(): ClientHttp2Session {
    if (session && !session.closed && !session.destroyed) return session;
    // Loaded when it is needed: most people have their telemetry sent over HTTP, or none.
    const made = process.getBuiltinModule("node:http2").connect(url.origin, { ...target.certificates });
    // A request that it costs hears of it itself.
    made.on("error", () => undefined);
    made.setTimeout(IDLE_MS, () => made.close());
    session = made;
    return made;
  }

  function headersOf(headers: Headers): Record<string, string> {
    return {
      ...(url.username && { authorization: basic(url) }),
      ...headers,
      ":method": "POST",
      ":path": METHODS[target.signal],
      "content-type": "application/grpc",
      "user-agent": `gantry/${version}`,
      te: "trailers",
      ...(target.isCompressed && { "grpc-encoding": "gzip" }),
    };
  }

  return {
    async send(body, headers, signal) {
      const connection = connected();
      // Only while something is under way does it keep the program from ending.
      if (atWork++ === 0) connection.ref();
      try {
        const stream = connection.request(headersOf(headers), { signal });
        const answered = answerOf(stream);
        stream.end(framed(body, target.isCompressed));
        return await answered;
      } finally {
        if (--atWork === 0) for (const one of [connection, session]) one?.unref();
      }
    },
    close: () => session?.destroy(),
  };
}

/** Whether the message is compressed, its length, and the message. */
function framed(body: Uint8Array, isCompressed: boolean): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(isCompressed ? 1 : 0, 0);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let first: IncomingHttpHeaders = {};
    let last: IncomingHttpHeaders | undefined;
    stream.on("response", (headers) => {
      first = headers;
    });
    stream.on("trailers", (trailers) => {
      last = trailers;
    });
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) stream.destroy(new Error("it answered with more than anybody asked for"));
    });
    stream.on("error", (error) => reject(error.cause instanceof Error ? error.cause : error));
    // An answer without a message has its end in its beginning.
    stream.on("close", () => resolve(verdictOn(first, last ?? first)));
  });
}

function verdictOn(first: IncomingHttpHeaders, last: IncomingHttpHeaders): Answer {
  const status = Number(first[":status"]);
  if (status !== 200) {
    const refusal = refused(status ? `status ${status}` : "nothing", PASSING.has(status));
    return { ...refusal, isUnwelcome: status === 401 || status === 403 };
  }
  const written = last["grpc-status"];
  const code = Number(written);
  if (typeof written !== "string" || !Number.isInteger(code)) return refused("what is no gRPC", false);
  if (code === 0) return { status: "success" };
  const waitMs = Number(last["grpc-retry-pushback-ms"] ?? Number.NaN);
  const isPassing = PASSING_CODES.has(code) || (code === EXHAUSTED && waitMs >= 0);
  const refusal = refused(`the gRPC status ${code}`, isPassing, waitMs);
  return { ...refusal, isUnwelcome: code === FORBIDDEN || code === UNAUTHENTICATED };
}

function basic({ username, password }: URL): string {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}
