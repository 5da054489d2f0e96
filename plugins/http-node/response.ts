import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import type { HttpResponse } from "gantry/sdk";
import { tooLarge } from "./failure.ts";

/** The response as the service promises it: plain headers, a body that is decompressed where it has to be. */
export function toResponse(incoming: IncomingMessage, method: string, url: URL): HttpResponse {
  const headers = plainHeaders(incoming);
  const status = incoming.statusCode ?? 0;
  const mayHaveBody = method !== "HEAD" && status !== 204 && status !== 304;
  const decoder = mayHaveBody ? decoderFor(headers["content-encoding"]) : undefined;
  if (decoder) {
    delete headers["content-encoding"];
    delete headers["content-length"];
  }
  const body: Readable = decoder ? pipeline(incoming, decoder, () => {}) : incoming;
  // Whoever reads the body sees its error; a body that nobody reads must not end the process.
  body.on("error", () => {});
  return { status, headers, body, text: (maxBytes = 16 * 1024 * 1024) => readText(body, maxBytes, url) };
}

function plainHeaders(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

function decoderFor(encoding: string | undefined): Transform | undefined {
  if (encoding === undefined || encoding === "identity") return undefined;
  const zlib = process.getBuiltinModule("node:zlib");
  // Flushed as it comes, so that a stream of events is not held back.
  const flush = { flush: zlib.constants.Z_SYNC_FLUSH };
  if (encoding === "gzip" || encoding === "x-gzip") return zlib.createGunzip(flush);
  if (encoding === "deflate") return zlib.createInflate(flush);
  if (encoding === "br") return zlib.createBrotliDecompress({ flush: zlib.constants.BROTLI_OPERATION_FLUSH });
  return undefined;
}

async function readText(body: Readable, maxBytes: number, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(url, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
