import type { Transport } from "@modelcontextprotocol/client";
import type { McpCarrier, McpMessage } from "gantry/sdk";
import { jsonProblem } from "gantry/sdk/kit/strict-json";
import { refusalOf } from "./messages.ts";

/** A server of the type `sdk`: whoever drives the host carries its messages. */
export class CarriedTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport["onmessage"];
  readonly problem = undefined;
  readonly #carrier: McpCarrier;
  #isOpen = false;

  constructor(carrier: McpCarrier) {
    this.#carrier = carrier;
  }

  async start(): Promise<void> {
    this.#isOpen = true;
    this.#carrier.open?.((message) => this.#take(message));
  }

  async send(message: Parameters<Transport["send"]>[0]): Promise<void> {
    if (!this.#isOpen) throw new Error("nobody carries its messages any more");
    const back = await this.#carrier.send(message as unknown as McpMessage);
    if (back === undefined) return;
    for (const one of Array.isArray(back) ? (back as readonly McpMessage[]) : [back as McpMessage]) {
      // Behind whoever waits for the sending.
      queueMicrotask(() => this.#take(one));
    }
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.onclose?.();
  }

  /** A notification is acknowledged with an empty answer that has no id: it means nothing to the protocol. */
  #take(message: McpMessage): void {
    if (!this.#isOpen || typeof message !== "object" || message === null) return;
    if (message.method === undefined && (message.id === undefined || message.id === null)) return;
    const problem = jsonProblem(message);
    const taken = problem === undefined ? message : refusalOf(message, problem);
    if (taken) this.onmessage?.(taken as never);
  }
}
