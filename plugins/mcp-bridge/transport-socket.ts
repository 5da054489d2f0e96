import type { Transport } from "@modelcontextprotocol/client";
import { readMessage } from "./messages.ts";

const MESSAGE_CHARACTERS = 16 * 1024 * 1024;

/** What of the platform's WebSocket is used; its headers are an addition of Node's. */
interface Socket extends EventTarget {
  send(text: string): void;
  close(): void;
}
type SocketClass = new (url: string, options: { protocols: string[]; headers: Record<string, string> }) => Socket;

/** Whether this Node has what it takes. */
export function hasSockets(): boolean {
  return typeof (globalThis as { WebSocket?: unknown }).WebSocket === "function";
}

/** A server behind a WebSocket, a message a frame. */
export class SocketTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport["onmessage"];
  problem: string | undefined;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  #socket: Socket | undefined;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.#url = url;
    this.#headers = headers;
  }

  start(): Promise<void> {
    const { WebSocket } = globalThis as unknown as { WebSocket: SocketClass };
    const socket = new WebSocket(this.#url, { protocols: ["mcp"], headers: { ...this.#headers } });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", () => {
        this.problem ??= "the WebSocket broke off";
        reject(new Error(this.problem));
      });
      socket.addEventListener("close", () => {
        this.#socket = undefined;
        reject(new Error("the WebSocket was closed"));
        this.onclose?.();
      });
      socket.addEventListener("message", ({ data }: Event & { data?: unknown }) => {
        const message = typeof data === "string" && data.length <= MESSAGE_CHARACTERS ? readMessage(data) : undefined;
        if (message) return this.onmessage?.(message as never);
        this.problem ??= "it sent something else than messages of the protocol";
        socket.close();
      });
    });
  }

  async send(message: Parameters<Transport["send"]>[0]): Promise<void> {
    if (!this.#socket) throw new Error(this.problem ?? "the WebSocket is closed");
    this.#socket.send(JSON.stringify(message));
  }

  async close(): Promise<void> {
    this.#socket?.close();
  }
}
