/** HTTP, one way for everybody. */
import type { Readable } from "node:stream";
import { createService } from "./service.ts";

/** Certificates of a connection, each the text of a PEM file. */
export interface HttpCertificates {
  /** The authorities that the server's certificate may be from, in place of the usual ones. */
  readonly ca?: string;
  /** The client's own certificate and its key, for servers that ask who it is. */
  readonly cert?: string;
  readonly key?: string;
}

/** One request. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "HEAD";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body in pieces is sent as they stand, without putting them together first. */
  readonly body?: string | Uint8Array | readonly Uint8Array[];
  readonly signal?: AbortSignal;
  /** For an https address: whom to trust, and who one is. */
  readonly certificates?: HttpCertificates;
  /** Limit until the response's headers are there, in milliseconds. Default 60000. */
  readonly headersTimeoutMs?: number;
}

/** A response, its body still to be read. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body, decompressed. Destroying it ends the request. */
  readonly body: Readable;
  /** The whole body as text, at most `maxBytes` (default 16 MiB). */
  text(maxBytes?: number): Promise<string>;
}

/**
 * HTTP without surprises: connections are kept alive, redirects are never followed (a 3xx is a response like any other),
 * `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and `NODE_EXTRA_CA_CERTS` are honoured.
 *
 * **Contract**: rejects only when no response came: `GANTRY_HTTP_NETWORK`, `GANTRY_HTTP_TIMEOUT`, `GANTRY_HTTP_ABORTED`,
 * `GANTRY_HTTP_URL`.
 */
export interface Http {
  request(request: HttpRequest): Promise<HttpResponse>;
}
export const Http = createService<Http>("http");
