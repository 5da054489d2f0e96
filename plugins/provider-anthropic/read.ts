import { finished, type Readable } from "node:stream";
import { type HttpResponse, isGantryError, type ModelEvent } from "gantry/sdk";
import { createSseReader } from "gantry/sdk/kit/sse";
import type { createAnswer } from "./answer.ts";
import { broken, cutOff, type RequestFailed } from "./failure.ts";

/** How long a connection may take to end behind a whole answer before it is given up for further requests. */
const TAIL_MS = 1_000;

/**
 * Reads the events of a response into an answer as they come, and gives on what has gathered whenever the listener asks for
 * more. The body is never held back: all of it becomes part of the answer anyway.
 */
export async function* readAnswer(
  response: HttpResponse,
  answer: ReturnType<typeof createAnswer>,
): AsyncGenerator<ModelEvent> {
  const { body } = response;
  try {
    checkContentType(response);
    const arrival = receive(body, answer);
    for (;;) {
      const events = answer.drain();
      for (const event of events) yield event;
      if (events.length) continue;
      if (answer.isComplete) {
        yield answer.end();
        return;
      }
      await arrival();
    }
  } finally {
    if (answer.isComplete) letEnd(body);
    else body.destroy();
  }
}

/** Feeds the answer. What is returned waits for more of it, and rejects when no more will come. */
function receive(body: Readable, answer: ReturnType<typeof createAnswer>): () => Promise<void> {
  const reader = createSseReader();
  let failure: unknown;
  let hasNews = false;
  let wake = () => {};
  const tell = () => {
    hasNews = true;
    wake();
  };

  body.on("data", (chunk: Uint8Array) => {
    if (failure || answer.isComplete) return;
    try {
      for (const { event, data } of reader.push(chunk)) answer.take(event, data);
    } catch (error) {
      failure = error;
    }
    tell();
  });
  finished(body, { writable: false }, (error) => {
    failure ??= error ? connectionFailure(error) : endedEarly(answer.hasBegun);
    tell();
  });

  return async () => {
    if (failure) throw failure;
    if (!hasNews) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    hasNews = false;
  };
}

/** That a body breaks off is a failure of the connection, unless the Http service knows better. */
function connectionFailure(error: Error): unknown {
  return isGantryError(error) ? error : cutOff(error);
}

function endedEarly(hasBegun: boolean): RequestFailed {
  return broken(
    hasBegun ? "The answer broke off: the server ended it before it was whole." : "The server sent an empty answer.",
  );
}

function checkContentType(response: HttpResponse): void {
  const type = response.headers["content-type"] ?? "";
  if (type.includes("text/event-stream")) return;
  const what = type.includes("html") ? "a web page" : type || "something of unknown type";
  throw broken(
    `The server answered with ${what} instead of a stream of events.`,
    false,
    "Check ANTHROPIC_BASE_URL, and whether a proxy or a login page is in the way.",
  );
}

/** The connection can serve the next request once the body has ended. */
function letEnd(body: Readable): void {
  const timer = setTimeout(() => body.destroy(), TAIL_MS).unref();
  body.once("close", () => clearTimeout(timer)).resume();
}
