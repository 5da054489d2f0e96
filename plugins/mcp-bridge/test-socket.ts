/** A server behind a WebSocket, by hand: text frames, whole messages, and what a hostile one sends. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const [TEXT, CLOSE] = [0x1, 0x8];

export interface SocketClient {
  readonly request: IncomingMessage;
  /** A string as a text frame, bytes as they are. */
  send(frame: string | Buffer): void;
  end(): void;
}

/** Calls `heard` with each message. Resolves to the address. */
export async function serveSocket(heard: (message: string, client: SocketClient) => void): Promise<string> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on("upgrade", (request, stream) => {
    const socket = stream as Socket;
    sockets.add(socket);
    socket.on("error", () => undefined);
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${MAGIC}`).digest("base64");
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write(`${[...head, "Sec-WebSocket-Protocol: mcp", `Sec-WebSocket-Accept: ${accept}`].join("\r\n")}\r\n\r\n`);
    const client: SocketClient = {
      request,
      send: (frame) => void socket.write(typeof frame === "string" ? frameOf(Buffer.from(frame)) : frame),
      end: () => socket.destroy(),
    };
    let rest = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let frame = frameIn(rest); frame; frame = frameIn(rest)) {
        rest = rest.subarray(frame.length);
        if (frame.code === TEXT) heard(frame.payload.toString("utf8"), client);
        if (frame.code === CLOSE) socket.end(Buffer.from([0x88, 0]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function frameOf(payload: Buffer): Buffer {
  const head = payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, 0, 0]);
  if (head.length > 2) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** Clients mask what they send. */
function frameIn(
  bytes: Buffer,
): { readonly code: number; readonly payload: Buffer; readonly length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] as number) & 0x7f;
  const start = short === 126 ? 4 : 2;
  if (bytes.length < start + 4) return undefined;
  const size = short === 126 ? bytes.readUInt16BE(2) : short;
  const length = start + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4, length).map((byte, at) => byte ^ (mask[at % 4] as number)));
  return { code: (bytes[0] as number) & 0x0f, payload, length };
}
