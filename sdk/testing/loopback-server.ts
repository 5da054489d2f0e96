import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that came in, its body read. */
export interface LoopbackRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real server, on this machine alone. */
export interface LoopbackServer {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Everything it was asked, oldest first. */
  readonly requests: readonly LoopbackRequest[];
  /** Resolves when a first request has come in, whole. */
  asked(): Promise<void>;
  /** Resolves when no answer is under way: each was ended, or whoever asked has hung up. */
  released(): Promise<void>;
  /** Ends it, and every connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves on a free port of 127.0.0.1, for tests of what speaks HTTP.
 *
 * @example
 * const server = await loopbackServer((request, response) => void response.end(`${request.method} ${request.path}`));
 * expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
 * await server.close();
 */
export async function loopbackServer(
  answer: (request: LoopbackRequest, response: ServerResponse) => void,
): Promise<LoopbackServer> {
  const requests: LoopbackRequest[] = [];
  const open = new Set<ServerResponse>();
  const waiting = new Set<() => void>();

  const server = createServer(async (incoming, response) => {
    open.add(response);
    response.once("close", () => {
      open.delete(response);
      look();
    });
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      // Whoever asked hung up in the middle of the question.
      return;
    }
    const { method = "", url = "", headers } = incoming;
    const request = { method, path: url, headers, body: Buffer.concat(chunks).toString("utf8") };
    requests.push(request);
    look();
    answer(request, response);
  });

  function look(): void {
    for (const check of waiting) check();
  }

  function until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  }

  let closing: Promise<void> | undefined;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    asked: () => until(() => requests.length > 0),
    released: () => until(() => open.size === 0),
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}
