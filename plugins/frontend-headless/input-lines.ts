/** Lines of JSON from standard input: limited in length, each an object, each bad one told of and passed over. */
import type { Readable } from "node:stream";

/** Most bytes of one line: pictures come in base64. */
const MOST_BYTES = 64 * 1024 * 1024;
/** How deep what a line holds may be nested. */
const DEPTH = 200;
/** How much of a bad line is shown. */
const SHOWN = 120;
const NEWLINE = 10;

export type InputLine =
  | { readonly value: Readonly<Record<string, unknown>> }
  /** What is wrong with it, in one sentence. */
  | { readonly problem: string };

/** Reads to the end. Never rejects for what a line holds; a stream that breaks is at its end. */
export async function* inputLines(stream: Readable, mostBytes = MOST_BYTES): AsyncGenerator<InputLine> {
  let parts: Buffer[] = [];
  let bytes = 0;
  let number = 0;

  const take = (part: Buffer) => {
    bytes += part.length;
    if (bytes <= mostBytes) parts.push(part);
    else parts = [];
  };
  const finish = (): InputLine | undefined => {
    number++;
    const line = bytes > mostBytes ? tooLong(number, bytes, mostBytes) : lineOf(Buffer.concat(parts), number);
    parts = [];
    bytes = 0;
    return line;
  };

  for await (const chunk of untilBroken(stream)) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      from = at + 1;
      const line = finish();
      if (line) yield line;
    }
    take(chunk.subarray(from));
  }
  const last = bytes ? finish() : undefined;
  if (last) yield last;
}

async function* untilBroken(stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  } catch {
    // Whoever wrote has gone: what came before is still answered.
  }
}

/** `undefined` for an empty line. */
function lineOf(bytes: Buffer, number: number): InputLine | undefined {
  const text = bytes.toString("utf8").trim();
  if (text === "") return undefined;
  const start = `Line ${number} of standard input`;
  try {
    const value: unknown = JSON.parse(text);
    if (isDeeper(value, DEPTH)) return { problem: `${start} is nested more than ${DEPTH} deep.` };
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { value: value as Readonly<Record<string, unknown>> };
    return { problem: `${start} is no JSON object: ${shown(text)}` };
  } catch {
    return { problem: `${start} is no JSON: ${shown(text)}` };
  }
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return most === 0 || Object.values(value).some((inner) => isDeeper(inner, most - 1));
}

function tooLong(number: number, bytes: number, most: number): InputLine {
  return { problem: `Line ${number} of standard input has ${bytes} bytes; at most ${most} are read.` };
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}
