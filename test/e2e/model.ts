import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the model says: text, calls, or both. */
export interface Reply {
  /** What it thinks before; for Messages alone. */
  readonly thinking?: string;
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly input: unknown }[];
  /** The text, each piece as soon as it is there; for Messages alone. */
  readonly pieces?: AsyncIterable<string>;
  /** What it counts; little where not given. For Messages alone. */
  readonly usage?: Readonly<Record<string, number>>;
  /** It never comes to an end. */
  readonly hangs?: boolean;
  /** An error in place of an answer. */
  readonly status?: number;
  /** The answer waits for this. */
  readonly after?: Promise<unknown>;
}

export interface ModelRequest {
  readonly url: string;
  readonly body: Record<string, unknown>;
  readonly headers: IncomingHttpHeaders;
  /** Which connection it came by, counted from 1. */
  readonly connection: number;
}

/** A server on loopback that speaks Messages, chat completions and enough of Ollama to be found. */
export interface ModelServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ModelRequest[];
  close(): Promise<void>;
}

/** Answers the requests for a model in order: `reply` gets the number of the request, from 0. */
export async function serveModel(reply: (number: number, request: ModelRequest) => Reply): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const connections = new Map<unknown, number>();
  const server = createServer(async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = incoming.url ?? "";
    if (url === "/api/tags") {
      return void outgoing.end(JSON.stringify({ models: [{ name: "tiny:latest", digest: "sha256:0" }] }));
    }
    if (incoming.method !== "POST") return void outgoing.writeHead(404).end("{}");
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
    const request = { url, body, headers: incoming.headers, connection: connections.get(incoming.socket) ?? 0 };
    const number = requests.push(request) - 1;
    const answer = reply(number, request);
    await answer.after;
    if (answer.status) {
      const type = answer.status === 529 ? "overloaded_error" : "invalid_request_error";
      const error = { type, message: answer.text ?? "No." };
      return void outgoing.writeHead(answer.status).end(JSON.stringify({ type: "error", error }));
    }
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    if (answer.pieces) return void (await sendPieces(answer.pieces, answer, number, String(body.model), outgoing));
    const write = url.includes("/chat/completions") ? writeChat : writeMessages;
    const events = write(answer, number, String(body.model));
    if (answer.hangs) outgoing.write(events.slice(0, events.indexOf("event: message_delta")));
    else outgoing.end(events);
  });
  server.on("connection", (socket) => void connections.set(socket, connections.size + 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const PLACE = "the pieces";
const eventText = (event: { readonly type: string }) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const deltaText = (text: string) => {
  const event = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } };
  return eventText(event);
};

async function sendPieces(
  pieces: AsyncIterable<string>,
  answer: Reply,
  number: number,
  model: string,
  outgoing: ServerResponse,
): Promise<void> {
  const [before = "", after = ""] = writeMessages({ ...answer, text: PLACE }, number, model).split(deltaText(PLACE));
  outgoing.write(before);
  for await (const piece of pieces) outgoing.write(deltaText(piece));
  outgoing.end(after);
}

const LITTLE = { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };

function writeMessages({ thinking, text, calls = [], usage = LITTLE }: Reply, number: number, model: string): string {
  const message = { id: `msg_${number}`, type: "message", role: "assistant", model, content: [], usage };
  const blocks = [
    ...(thinking === undefined
      ? []
      : [
          [
            { type: "thinking", thinking: "", signature: "sig" },
            { type: "thinking_delta", thinking },
          ],
        ]),
    ...(text === undefined
      ? []
      : [
          [
            { type: "text", text: "" },
            { type: "text_delta", text },
          ],
        ]),
    ...calls.map(({ name, input }, at) => [
      { type: "tool_use", id: `call_${number}_${at}`, name, input: {} },
      { type: "input_json_delta", partial_json: JSON.stringify(input) },
    ]),
  ];
  const events = [
    { type: "message_start", message },
    ...blocks.flatMap(([content_block, delta], index) => [
      { type: "content_block_start", index, content_block },
      { type: "content_block_delta", index, delta },
      { type: "content_block_stop", index },
    ]),
    { type: "message_delta", delta: { stop_reason: calls.length ? "tool_use" : "end_turn" }, usage },
    { type: "message_stop" },
  ];
  return events.map(eventText).join("");
}

function writeChat({ text, calls = [] }: Reply, number: number, model: string): string {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: `chat_${number}`, model, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  return [
    ...(text === undefined ? [] : [chunk({ content: text })]),
    ...calls.map(({ name, input }, index) => {
      const call = { name, arguments: JSON.stringify(input) };
      return chunk({ tool_calls: [{ index, id: `call_${number}_${index}`, type: "function", function: call }] });
    }),
    chunk({}, calls.length ? "tool_calls" : "stop"),
    "data: [DONE]\n\n",
  ].join("");
}
