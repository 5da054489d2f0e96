/** A collector on this machine that speaks gRPC, and one that speaks HTTP, over TLS where they have a certificate. */
import { readFileSync } from "node:fs";
import { createSecureServer, createServer, type SecureServerOptions, type ServerHttp2Stream } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { type Collector, collected, type Received } from "./test-collector.ts";

const here = (name: string) => fileURLToPath(new URL(`../http-node/fixtures/${name}`, import.meta.url));
/** Of its own making, so that it is its own authority; for 127.0.0.1. */
export const CERTIFICATE = here("certificate.pem");
export const KEY = here("key.pem");

/** A server's certificate, and that it wants one of its clients, too. */
export const MUTUAL = {
  key: readFileSync(KEY),
  cert: readFileSync(CERTIFICATE),
  ca: readFileSync(CERTIFICATE),
  requestCert: true,
  rejectUnauthorized: true,
};

type Answer = (stream: ServerHttp2Stream) => void;

/** As a collector answers: an empty message, and that all is well behind it. */
export const welcome: Answer = (stream) => {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(Buffer.alloc(5));
};

/** An answer that has its end in its beginning. */
export const saying =
  (code: number, more: Readonly<Record<string, string>> = {}): Answer =>
  (stream) =>
    stream.respond(
      { ":status": 200, "content-type": "application/grpc", "grpc-status": code, ...more },
      { endStream: true },
    );

export async function grpcCollector(answer: Answer = welcome, tls?: SecureServerOptions): Promise<Collector> {
  const received: Received[] = [];
  const server = tls ? createSecureServer(tls) : createServer();
  server.on("stream", async (stream, headers) => {
    stream.on("error", () => undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const message = messageIn(Buffer.concat(chunks), headers["grpc-encoding"] === "gzip");
    const service = /collector\.(\w+)\.v1\.\w+Service\/Export$/.exec(String(headers[":path"]))?.[1];
    // OTLP over HTTP calls spans "traces".
    const path = `/v1/${service === "trace" ? "traces" : service}`;
    received.push({ path, headers, body: message });
    answer(stream);
  });
  return listening(server, received, tls !== undefined);
}

export async function httpsCollector(tls: SecureServerOptions): Promise<Collector> {
  const received: Received[] = [];
  const server = createHttpsServer(tls, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) });
    response.end();
  });
  return listening(server, received, true);
}

async function listening(server: Server, received: Received[], isSecure: boolean): Promise<Collector> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return collected(received, `${isSecure ? "https" : "http"}://127.0.0.1:${port}`, close);
}

/** One message: whether it is compressed, how long it is, and nothing behind it. */
function messageIn(body: Buffer, isCompressed: boolean): Buffer {
  const message = body.subarray(5);
  if (body.readUInt8(0) !== Number(isCompressed) || body.readUInt32BE(1) !== message.length) {
    throw new Error("the frame is not what it says");
  }
  return isCompressed ? gunzipSync(message) : message;
}
