/** Bodies of answers, read strictly before the SDK reads them: JSON as a whole, a stream event by event. */
import { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { parseStrictJson } from "gantry/sdk/kit/strict-json";
import { readMessage } from "./messages.ts";

/** Most bytes of an answer, and of one event of a stream. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The same body, as far as it is good: a bad answer fails, a bad event becomes the error that stands for it. */
export function strictBody(body: Readable, mediaType: string | undefined): ReadableStream<Uint8Array> {
  const isStream = /^text\/event-stream\b/i.test(mediaType?.trim() ?? "");
  const read = isStream ? eventsOf(body) : wholeOf(body);
  return Readable.toWeb(Readable.from(read, { objectMode: false })) as ReadableStream<Uint8Array>;
}

async function* wholeOf(body: Readable): AsyncGenerator<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error("its answer is too large");
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  if (whole.length === 0) return;
  const text = whole.toString("utf8");
  if (/^\s*[{[]/.test(text)) refuseLoose(text);
  yield whole;
}

/** What is no JSON at all is the SDK's to refuse: not all that begins with a bracket is meant to be some. */
function refuseLoose(text: string): void {
  try {
    parseStrictJson(text);
  } catch (thrown) {
    if (isJson(text)) throw thrown;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Writes each event anew as it was understood here, so that nobody can understand it otherwise. */
async function* eventsOf(body: Readable): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let lines: string[] = [];
  let held: string[] = [];
  let length = 0;
  let isStart = true;
  let endsInReturn = false;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    let text = decoder.write(chunk);
    if (text === "") continue;
    if (isStart ? text.startsWith("\ufeff") : endsInReturn && text.startsWith("\n")) text = text.slice(1);
    isStart = false;
    endsInReturn = text.endsWith("\r");
    length += text.length;
    if (length > MOST_BYTES) throw new Error("its answer is too large");
    const parts = text.split(/\r\n|\r|\n/);
    held.push(parts[0] as string);
    for (const part of parts.slice(1)) {
      const line = held.join("");
      held = [part];
      length = line.length + part.length;
      if (line !== "") lines.push(line);
      else {
        yield eventOf(lines);
        lines = [];
      }
    }
  }
}

function eventOf(lines: readonly string[]): string {
  const others: string[] = [];
  const data: string[] = [];
  let name = "";
  for (const line of lines) {
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) as RegExpExecArray;
    if (field === "data") data.push(value);
    else others.push(line);
    if (field === "event") name = value;
  }
  const isMessage = data.length > 0 && (name === "" || name === "message");
  const said = isMessage ? strictData(data.join("\n")) : data;
  return `${[...others, ...said.map((line) => `data: ${line}`)].join("\n")}\n\n`;
}

/** None for what is no message, and for one that nobody waits for. An event may have an id alone, to go on from. */
function strictData(text: string): readonly string[] {
  if (text === "") return [""];
  const message = readMessage(text);
  return message ? [JSON.stringify(message)] : [];
}
