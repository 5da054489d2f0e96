/** Streams to devices: all there is to begin with, then what changes. Whoever was away begins anew. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { HEADERS } from "./reply.ts";

/** So that what stands between does not take silence for the end. */
const BEAT_MS = 15_000;
const MOST = 16;
/** Whoever reads so slowly is let go, and begins anew. */
const MOST_WAITING = 8 * 1024 * 1024;

export interface Streams {
  readonly isFull: () => boolean;
  add(request: IncomingMessage, response: ServerResponse): void;
  send(change: object): void;
  /** Everybody begins anew. */
  all(): void;
  who(): readonly string[];
  close(): void;
}

export function createStreams(snapshot: () => object): Streams {
  const open = new Map<ServerResponse, string>();
  let beat: NodeJS.Timeout | undefined;

  return {
    isFull: () => open.size >= MOST,
    add(request, response) {
      response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream", "x-accel-buffering": "no" });
      open.set(response, nameOf(request.headers["user-agent"] ?? ""));
      response.on("close", () => end(response));
      response.on("error", () => end(response));
      beat ??= setInterval(() => write(": here\n\n"), BEAT_MS).unref();
      response.write(eventText("all", snapshot()));
    },
    send: (change) => {
      if (open.size) write(eventText("change", change));
    },
    all: () => {
      if (open.size) write(eventText("all", snapshot()));
    },
    who: () => [...open.values()],
    close() {
      for (const response of open.keys()) response.end(eventText("off", {}));
      open.clear();
      clearInterval(beat);
    },
  };

  function write(text: string): void {
    for (const response of open.keys()) {
      if (response.writableLength > MOST_WAITING) response.destroy();
      else response.write(text);
    }
  }

  function end(response: ServerResponse): void {
    open.delete(response);
    if (open.size) return;
    clearInterval(beat);
    beat = undefined;
  }
}

function eventText(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What a browser calls itself, in two words. */
function nameOf(agent: string): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)/.exec(agent)?.[1] ?? "a program";
  const system = /(iPhone|iPad|Android|Mac OS|Windows|Linux)/.exec(agent)?.[1];
  return system ? `${browser} on ${system}` : browser;
}
