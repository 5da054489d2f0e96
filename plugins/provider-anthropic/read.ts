import type { Readable } from "node:stream";
import { type HttpResponse, isGantryError, type ModelEvent } from "gantry/sdk";
import { createSseReader } from "gantry/sdk/kit/sse";
import type { createAnswer } from "./answer.ts";
import { broken, cutOff } from "./failure.ts";

/** How long a connection may take to end behind a whole answer before it is given up for further requests. */
const TAIL_MS = 1_000;

/** Reads the events of a response into an answer, and gives what arrived together as soon as it is there. */
export async function* readAnswer(
  response: HttpResponse,
  answer: ReturnType<typeof createAnswer>,
): AsyncGenerator<ModelEvent> {
  const { body } = response;
  try {
    await checkContentType(response);
    const reader = createSseReader();
    for await (const chunk of chunksOf(body)) {
      for (const { event, data } of reader.push(chunk)) answer.take(event, data);
      yield* answer.drain();
      if (!answer.isComplete) continue;
      yield answer.end();
      return;
    }
    throw broken(
      answer.hasBegun
        ? "The answer broke off: the server ended it before it was whole."
        : "The server sent an empty answer.",
    );
  } finally {
    if (answer.isComplete) letEnd(body);
    else body.destroy();
  }
}

/** The chunks of a body; that it breaks off is a failure of the connection. */
async function* chunksOf(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* body.iterator({ destroyOnReturn: false });
  } catch (error) {
    throw isGantryError(error) ? error : cutOff(error);
  }
}

async function checkContentType(response: HttpResponse): Promise<void> {
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
