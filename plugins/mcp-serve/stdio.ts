/** Serving over standard input and output: one client, as long as it holds the line. */
import type { Readable, Writable } from "node:stream";
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Log } from "gantry/sdk";
import { buildServer, type Serving, type ServingParts } from "./server.ts";

export interface StdioServingParts extends ServingParts {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly signal: AbortSignal;
  readonly log: Log;
}

const MOST_BYTES = 16 * 1024 * 1024;

/** Resolves when the client has gone, or the program shall end. */
export async function serveLine({ stdin, stdout, signal, log, ...parts }: StdioServingParts): Promise<void> {
  let serving: Serving | undefined;
  const stop = parts.offer.watch((change) => serving?.tell(change));
  const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: MOST_BYTES });
  const line = serveStdio(
    ({ era }) => {
      serving = buildServer(parts, era);
      return serving.server;
    },
    { transport, onerror: ({ message }) => log(message) },
  );
  await ended(stdin, stdout, signal);
  stop();
  await line.close();
}

function ended(stdin: Readable, stdout: Writable, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => resolve();
    if (signal.aborted || stdin.destroyed || stdin.readableEnded) return done();
    signal.addEventListener("abort", done, { once: true });
    for (const event of ["end", "close", "error"]) stdin.once(event, done);
    for (const event of ["close", "error"]) stdout.once(event, done);
  });
}
