import type { Readable } from "node:stream";
import {
  type Http,
  type HttpResponse,
  type ModelCall,
  type ModelEvent,
  type ModelRequest,
  PluginError,
} from "gantry/sdk";
import { ABORTED } from "gantry/sdk/kit/model-failure";
import { createSseReader, type ServerSentEvent } from "gantry/sdk/kit/sse";
import { type Answer, createAnswer, isObject } from "./answer.ts";
import { type Endpoint, headersFor } from "./endpoint.ts";
import { failureOfError, failureOfResponse, failureOfThrown, protocol } from "./failure.ts";
import { chatBody } from "./request.ts";

/** The longest answer that is taken in: 32 Mi characters. */
const MAX_ANSWER_LENGTH = 32 * 1024 * 1024;

export interface ChatOptions {
  readonly http: Http;
  readonly endpoint: Endpoint;
  /** Longest wait for a sign of life, in milliseconds. */
  readonly silenceMs: number;
}

/** Sends one request and streams the answer; whatever goes wrong is a failure event. */
export async function* streamChat(
  request: ModelRequest,
  { signal }: Pick<ModelCall, "signal">,
  { http, endpoint, silenceMs }: ChatOptions,
): AsyncGenerator<ModelEvent> {
  try {
    const response = await http.request({
      method: "POST",
      url: `${endpoint.baseUrl}/chat/completions`,
      headers: { "content-type": "application/json", accept: "text/event-stream", ...headersFor(endpoint) },
      body: chatBody(request, endpoint),
      signal,
      headersTimeoutMs: silenceMs,
    });
    if (response.status !== 200) {
      yield { type: "failure", failure: await failureOfResponse(response, endpoint) };
    } else if (!isEventStream(response)) {
      yield { type: "failure", failure: await failureOfNoStream(response, endpoint) };
    } else {
      yield* readAnswer(response.body, createAnswer(request.model.id, usedIds(request)), endpoint, silenceMs);
    }
  } catch (thrown) {
    yield { type: "failure", failure: signal.aborted ? ABORTED : failureOfThrown(thrown) };
  }
}

async function* readAnswer(
  body: Readable,
  answer: Answer,
  endpoint: Endpoint,
  silenceMs: number,
): AsyncGenerator<ModelEvent> {
  let isDone = false;
  for await (const events of readEvents(body, silenceMs, () => isDone || answer.isFinished)) {
    const deltas: ModelEvent[] = [];
    for (const { data } of events) {
      // What follows the end is read, so that the connection can be used again, and ignored.
      if (isDone) break;
      if (data.trim() === "[DONE]") {
        isDone = true;
        break;
      }
      const chunk = parse(data);
      if (chunk === undefined) {
        const failure = protocol(`${endpoint.name} sent an event that is not JSON.`);
        return yield { type: "failure", failure };
      }
      if (!isObject(chunk)) continue;
      if (chunk.error) return yield { type: "failure", failure: failureOfError(chunk.error, endpoint) };
      for (const event of answer.take(chunk)) join(deltas, event);
      if (answer.length > MAX_ANSWER_LENGTH) {
        const failure = protocol(`${endpoint.name} sent an answer of more than ${MAX_ANSWER_LENGTH} characters.`);
        return yield { type: "failure", failure };
      }
    }
    yield* deltas;
  }
  yield lastEvent(answer, isDone, endpoint);
}

/** Only a server that said it is done, or why it stopped, has given a whole answer. */
function lastEvent(answer: Answer, isDone: boolean, { name }: Endpoint): ModelEvent {
  if (!isDone && !answer.isFinished) {
    return { type: "failure", failure: protocol(`${name} stopped in the middle of its answer.`, true) };
  }
  const end = answer.end();
  if (!end.message.id) return { type: "failure", failure: protocol(`${name} sent an empty answer.`, true) };
  if (end.message.content.some((block) => block.type === "tool_use" && block.name === "")) {
    return { type: "failure", failure: protocol(`${name} sent a tool call without the tool's name.`, true) };
  }
  return { type: "end", ...end };
}

/** How long a server may take to hang up after its answer is complete. */
const HANG_UP_MS = 1000;

/**
 * The events of a body, as many at a time as came together. Silence ends it, and comments that keep a connection alive are
 * no sign of life. Once the answer is complete nothing is a failure any more: the rest is read only so that the
 * connection can be used again.
 */
async function* readEvents(
  body: Readable,
  silenceMs: number,
  isComplete: () => boolean,
): AsyncGenerator<ServerSentEvent[]> {
  const reader = createSseReader();
  let timer = setTimeout(() => body.destroy(silence(silenceMs)), silenceMs);
  let isEnding = false;
  try {
    for await (const chunk of body) {
      const events = reader.push(chunk);
      if (!events.length) continue;
      yield events;
      if (isEnding) continue;
      timer.refresh();
      isEnding = isComplete();
      if (!isEnding) continue;
      clearTimeout(timer);
      timer = setTimeout(() => body.destroy(), HANG_UP_MS);
    }
  } catch (thrown) {
    if (!isComplete()) throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

function silence(ms: number): PluginError {
  return new PluginError(
    "GANTRY_OPENAI_SILENCE",
    `The server sent nothing for ${ms / 1000} s.`,
    "Try again; for a slow model raise the configuration key provider-openai.silenceMs.",
  );
}

/** Pieces that arrived together become one event. */
function join(deltas: ModelEvent[], next: ModelEvent): void {
  const last = deltas.at(-1);
  if ((next.type === "text" || next.type === "thinking") && last?.type === next.type) {
    deltas[deltas.length - 1] = { ...next, text: last.text + next.text };
  } else if (next.type === "tool_input" && last?.type === "tool_input" && last.id === next.id) {
    deltas[deltas.length - 1] = { ...next, json: last.json + next.json };
  } else {
    deltas.push(next);
  }
}

function isEventStream({ headers }: HttpResponse): boolean {
  return /^text\/event-stream\b/i.test(headers["content-type"] ?? "text/event-stream");
}

/** A page, or an error that came with status 200. */
async function failureOfNoStream(response: HttpResponse, endpoint: Endpoint) {
  const body = parse(await response.text(256 * 1024).catch(() => ""));
  if (isObject(body) && body.error) return failureOfError(body.error, endpoint);
  const type = response.headers["content-type"];
  return {
    ...protocol(`${endpoint.name} answered with ${type} in place of an event stream.`),
    remedy: "Check OPENAI_BASE_URL, which usually ends in /v1.",
  };
}

function usedIds({ messages }: ModelRequest): ReadonlySet<string> {
  const ids = messages.flatMap(({ content }) => content.map((block) => (block.type === "tool_use" ? block.id : "")));
  return new Set(ids);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
