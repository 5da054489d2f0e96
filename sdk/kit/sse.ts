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
  let skipsLineFeed = false;
  let held: string[] = [];
  let heldLength = 0;
  let name = "";
  let data: string[] = [];
  let dataLength = 0;

  function push(chunk: Uint8Array): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    let text = decoder.write(chunk as Buffer);
    if (!text) return events;
    if (isStart) {
      isStart = false;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    let from = skipsLineFeed && text.charCodeAt(0) === 10 ? 1 : 0;
    skipsLineFeed = false;
    let lineFeed = indexFrom(text, "\n", from);
    let carriageReturn = indexFrom(text, "\r", from);
    for (;;) {
      const end = Math.min(lineFeed, carriageReturn);
      if (end === text.length) break;
      if (held.length) takeHeld(text.slice(from, end), events);
      else takeLine(text, from, end, events);
      from = end + 1;
      if (end === carriageReturn) {
        if (from === text.length) skipsLineFeed = true;
        else if (from === lineFeed) from++;
        carriageReturn = indexFrom(text, "\r", from);
      }
      if (lineFeed < from) lineFeed = indexFrom(text, "\n", from);
    }
    if (from < text.length) hold(text.slice(from));
    return events;
  }

  /** Keeps the start of a line whose end has not come yet. */
  function hold(part: string): void {
    heldLength += part.length;
    if (heldLength > maxLength) throw tooLong("line", maxLength);
    held.push(part);
  }

  function takeHeld(rest: string, events: ServerSentEvent[]): void {
    hold(rest);
    const line = held.join("");
    held = [];
    heldLength = 0;
    takeLine(line, 0, line.length, events);
  }

  /** Takes the line between two places of a text, without cutting out more of it than the value. */
  function takeLine(text: string, from: number, end: number, events: ServerSentEvent[]): void {
    if (end - from > maxLength) throw tooLong("line", maxLength);
    if (from === end) endEvent(events);
    else if (text.startsWith("data", from)) {
      const value = fieldValue(text, from + 4, end);
      if (value === undefined) return;
      dataLength += value.length + 1;
      if (dataLength > maxLength) throw tooLong("event", maxLength);
      data.push(value);
    } else if (text.startsWith("event", from)) name = fieldValue(text, from + 5, end) ?? name;
  }

  function endEvent(events: ServerSentEvent[]): void {
    if (data.length) {
      events.push({
        event: name || "message",
        data: data.length === 1 ? (data[0] as string) : data.join("\n"),
      });
      data = [];
      dataLength = 0;
    }
    name = "";
  }

  return { push };
}

/** Where `letter` comes next, or the end of the text. */
function indexFrom(text: string, letter: string, from: number): number {
  const at = text.indexOf(letter, from);
  return at === -1 ? text.length : at;
}

/** The value of a field whose name ends at `at`; `undefined` when the line's field has a longer name. */
function fieldValue(text: string, at: number, end: number): string | undefined {
  if (at === end) return "";
  if (text.charCodeAt(at) !== 58) return undefined;
  return text.slice(text.charCodeAt(at + 1) === 32 ? at + 2 : at + 1, end);
}

function tooLong(what: string, maxLength: number): GantryError {
  return new GantryError({
    code: "GANTRY_SSE_TOO_LONG",
    message: `The server sent an event stream with a ${what} of more than ${maxLength} characters.`,
    remedy: "Check that the address is that of the right server.",
  });
}
