/** Serving over HTTP on this machine alone: who may speak to such a server, and how its secrets are made and compared. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A secret that nobody guesses: 256 bits, in signs that an address and a header take.
 *
 * @example
 * const token = newSecret();
 */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * Whether two secrets are the same, in a time that says nothing of where they differ or how long they are.
 *
 * @example
 * const knows = (given: string, token: string) => isSameSecret(given, token);
 */
export function isSameSecret(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** The token of an `Authorization: Bearer` header; empty where there is none. */
export function bearerOf({ authorization = "" }: IncomingHttpHeaders): string {
  return /^Bearer ([^\s]+)$/i.exec(authorization)?.[1] ?? "";
}

/** Why a request is not answered: its HTTP status, and one sentence. */
export type Refusal = readonly [status: number, sentence: string];

/**
 * Whether a request comes by a name of this machine, and from no page of the web: against names that a stranger has made point here, and
 * against pages that speak to whatever they find. `names` are further host names that somebody has pointed here on purpose, as a tunnel does.
 *
 * @example
 * const [status, words] = strangerProblem({ host: "evil.example" }, 8_080) ?? [200, "Welcome."];
 */
export function strangerProblem(
  { host = "", origin }: IncomingHttpHeaders,
  port: number,
  names: readonly string[] = [],
): Refusal | undefined {
  const local = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  const called = host.toLowerCase();
  const name = names.find((one) => isNamed(called, one));
  if (name === undefined && !local.includes(called)) return [403, "This host is not served here."];
  if (origin === undefined) return undefined;
  const isOwn = local.some((one) => origin === `http://${one}`) || names.some((one) => isOriginOf(origin, one));
  return isOwn ? undefined : [403, "Pages of the web are not served here."];
}

function isNamed(host: string, name: string): boolean {
  return host === name || (host.startsWith(`${name}:`) && /^\d{1,5}$/.test(host.slice(name.length + 1)));
}

function isOriginOf(origin: string, name: string): boolean {
  const [, host] = /^https?:\/\/([^/?#@\s]+)$/.exec(origin) ?? [];
  return host !== undefined && isNamed(host, name);
}

/**
 * Has a server listen on loopback, and nowhere else; port 0 takes any that is free. Resolves to the port.
 *
 * **Contract**: rejects with the error of the system, such as `EADDRINUSE`.
 *
 * @example
 * const anywhere = (server: Parameters<typeof listenLocally>[0]) => listenLocally(server, 0);
 */
export function listenLocally(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
