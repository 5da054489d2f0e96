import { StringDecoder } from "node:string_decoder";
import { GantryError } from "../errors.ts";

/** One server-sent event. */
export interface ServerSentEvent {
  /** The `event` field; `message` when the server gave none. */
  readonly event: string;
  /** The `data` lines, joined with line feeds. */
  readonly data: string;
}

/** The longest line, and the longest event, that is read: 16 MiB. */
export const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/**
 * Reads server-sent events from byte chunks as they come, whatever way the bytes were cut. Comments, ids and unknown
 * fields are skipped; an event that the stream ends in is not an event.
 *
 * **Contract**: `push` returns the events that the chunk completed; throws `GANTRY_SSE_TOO_LONG` when a line or an event
 * exceeds the limit. Work is proportional to the bytes pushed.
 *
 * @example
 * const reader = createSseReader();
 * for await (const chunk of body) for (const { event, data } of reader.push(chunk)) console.log(event, data);
 */
export function createSseReader(maxLength = MAX_EVENT_LENGTH): {
  readonly push: (chunk: Uint8Array) => ServerSentEvent[];
} {
  const decoder = new StringDecoder("utf8");
  let isStart = true;
  let endsInReturn = false;
  let held: string[] = [];
  let heldLength = 0;
  let name = "";
  let data: string | undefined;

  function push(chunk: Uint8Array): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    const text = withLineFeeds(decoder.write(chunk as Buffer));
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const line = text.slice(from, end);
      takeLine(held.length ? joinHeld(line) : line, events);
      from = end + 1;
    }
    if (from < text.length) hold(text.slice(from));
    return events;
  }

  /** Lines may end in CR, LF or both, and the two may come in different chunks. */
  function withLineFeeds(given: string): string {
    if (given === "") return given;
    const isPassedOver = isStart ? given.startsWith("\ufeff") : endsInReturn && given.startsWith("\n");
    const text = isPassedOver ? given.slice(1) : given;
    isStart = false;
    endsInReturn = given.endsWith("\r");
    return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  }

  /** Keeps the start of a line whose end has not come yet. */
  function hold(part: string): void {
    heldLength += part.length;
    if (heldLength > maxLength) throw tooLong("line", maxLength);
    held.push(part);
  }

  function joinHeld(rest: string): string {
    hold(rest);
    const line = held.join("");
    held = [];
    heldLength = 0;
    return line;
  }

  function takeLine(line: string, events: ServerSentEvent[]): void {
    if (line === "") {
      endEvent(events);
      return;
    }
    if (line.length > maxLength) throw tooLong("line", maxLength);
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== "data" && field !== "event") return;
    const value = colon < 0 ? "" : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
    if (field === "event") name = value;
    else addData(value);
  }

  function addData(value: string): void {
    data = data === undefined ? value : `${data}\n${value}`;
    if (data.length > maxLength) throw tooLong("event", maxLength);
  }

  function endEvent(events: ServerSentEvent[]): void {
    if (data !== undefined) events.push({ event: name || "message", data });
    data = undefined;
    name = "";
  }

  return { push };
}

function tooLong(what: string, maxLength: number): GantryError {
  return new GantryError({
    code: "GANTRY_SSE_TOO_LONG",
    message: `The server sent an event stream with a ${what} of more than ${maxLength} characters.`,
    remedy: "Check that the address is that of the right server.",
  });
}
