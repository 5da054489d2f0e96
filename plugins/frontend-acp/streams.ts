import { StringDecoder } from "node:string_decoder";
import type { AnyMessage, Stream } from "@agentclientprotocol/sdk/unstable";
import type { FrontendHost } from "gantry/sdk";

/** Most bytes of one message. A longer one is answered with an error, and what follows it is read. */
const MOST_BYTES = 32 * 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** How deep a message may be nested: what reads and writes values calls itself for each level. */
const MOST_LEVELS = 200;

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;
const INTERNAL_ERROR = -32603;

/**
 * The protocol on standard input and output, one message a line. Whatever else would be written to standard output meanwhile, as by a
 * plugin that prints, goes to standard error.
 */
export function claimStreams(host: Pick<FrontendHost, "stdin" | "stdout" | "stderr">): {
  readonly stream: Stream;
  release(): void;
} {
  const { stdin, stdout, stderr } = host;
  const { write } = stdout;
  const own = write.bind(stdout);
  stdout.write = stderr.write.bind(stderr) as typeof write;

  const send = (message: unknown) =>
    new Promise<void>((resolve, reject) => {
      const line = lineOf(message);
      if (line === undefined) resolve();
      else own(`${line}\n`, (error) => (error ? reject(error) : resolve()));
    });
  const refuse = (code: number, message: string) => {
    send({ jsonrpc: "2.0", id: null, error: { code, message } }).catch(() => undefined);
  };
  return {
    stream: { readable: messagesOf(stdin, refuse), writable: new WritableStream({ write: send }) },
    release() {
      stdout.write = write;
    },
  };
}

function messagesOf(
  stdin: FrontendHost["stdin"],
  refuse: (code: number, message: string) => void,
): ReadableStream<AnyMessage> {
  let onData: (chunk: Buffer) => void = () => undefined;
  let isGone = false;
  return new ReadableStream<AnyMessage>({
    start(controller) {
      const takeLine = (line: string) => {
        const message = messageIn(line);
        if ("problem" in message) refuse(message.code, message.problem);
        else controller.enqueue(message.value);
      };
      const lines = createLines(takeLine, () => refuse(INVALID_REQUEST, `A message has over ${MOST_BYTES} bytes.`));
      onData = lines.push;
      stdin.on("data", onData);
      stdin.once("end", () => {
        if (isGone) return;
        lines.end();
        controller.close();
      });
      stdin.once("error", (error) => isGone || controller.error(error));
    },
    cancel() {
      isGone = true;
      stdin.off("data", onData).pause();
    },
  });
}

/** What cannot be written, such as the endlessly nested input of a call, is left out; a response then says so. */
function lineOf(message: unknown): string | undefined {
  try {
    return JSON.stringify(message);
  } catch {
    const { id, method } = message as { readonly id?: unknown; readonly method?: unknown };
    if (method !== undefined) return undefined;
    const error = { code: INTERNAL_ERROR, message: "Internal error: the answer cannot be written." };
    return JSON.stringify({ jsonrpc: "2.0", id, error });
  }
}

type Reading = { readonly value: AnyMessage } | { readonly code: number; readonly problem: string };

function messageIn(line: string): Reading {
  if (isDeep(line)) return { code: INVALID_REQUEST, problem: `Invalid request: over ${MOST_LEVELS} levels.` };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { code: PARSE_ERROR, problem: "Parse error: a line is not JSON." };
  }
  if (Array.isArray(value)) return { code: INVALID_REQUEST, problem: "Invalid request: batches are not supported." };
  if (typeof value === "object" && value !== null) return { value: value as AnyMessage };
  return { code: INVALID_REQUEST, problem: "Invalid request: a message is an object." };
}

function isDeep(line: string): boolean {
  let levels = 0;
  let isText = false;
  for (let at = 0; at < line.length; at++) {
    const sign = line.charCodeAt(at);
    if (isText) {
      if (sign === BACKSLASH) at++;
      else if (sign === QUOTE) isText = false;
    } else if (sign === QUOTE) isText = true;
    else if (OPENING.has(sign) && ++levels > MOST_LEVELS) return true;
    else if (CLOSING.has(sign)) levels--;
  }
  return false;
}

/** Cuts what comes in into lines. Blank ones are left out; of one that is too long nothing is kept. */
function createLines(onLine: (line: string) => void, onTooLong: () => void) {
  let decoder = new StringDecoder("utf8");
  let parts: string[] = [];
  let bytes = 0;

  function take(piece: Buffer): void {
    bytes += piece.length;
    if (bytes <= MOST_BYTES) parts.push(decoder.write(piece));
    else parts = [];
  }

  function end(): void {
    const line = (parts.join("") + decoder.end()).trim();
    const isTooLong = bytes > MOST_BYTES;
    decoder = new StringDecoder("utf8");
    parts = [];
    bytes = 0;
    if (isTooLong) onTooLong();
    else if (line) onLine(line);
  }

  return {
    push(chunk: Buffer): void {
      let rest = chunk;
      for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
        take(rest.subarray(0, at));
        end();
        rest = rest.subarray(at + 1);
      }
      if (rest.length) take(rest);
    },
    end,
  };
}
