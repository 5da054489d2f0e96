import type { Transport } from "@modelcontextprotocol/client";
import type { Exec, ExecProcess } from "gantry/sdk";
import { createLineReader } from "./lines.ts";

type Message = Parameters<Transport["send"]>[0];

/** The program of a server, as it is started. */
export interface StdioSpec {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly withoutEnv?: readonly string[];
}

const STDERR_CHARACTERS = 4_000;
/** Closing its input is the protocol's way of saying goodbye; then it is told to go. */
const GOODBYE_MS = 500;
const GRACE_MS = 1_000;

/** A server's program: started through the service `exec`, with its filtered environment, and ended with its process group. */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport["onmessage"];
  /** The SDK knows a transport of this kind by these two. */
  readonly pid = null;
  readonly stderr = null;
  readonly #exec: Exec;
  readonly #spec: StdioSpec;
  #process: ExecProcess | undefined;
  #tail = "";
  #why: string | undefined;
  #isClosed = false;

  constructor(exec: Exec, spec: StdioSpec) {
    this.#exec = exec;
    this.#spec = spec;
  }

  /** What ended it, with the end of what it wrote to its standard error. */
  get problem(): string | undefined {
    const said = this.#tail.trim();
    if (this.#why === undefined) return undefined;
    return said ? `${this.#why}. It said: ${said.slice(-500)}` : this.#why;
  }

  async start(): Promise<void> {
    const read = createLineReader({
      message: (message) => this.onmessage?.(message as never),
      broken: (reason) => {
        this.#why ??= reason;
        void this.#process?.kill(0);
      },
    });
    this.#process = await this.#exec.start({
      ...this.#spec,
      keepsInput: true,
      onOutput: (chunk, stream) => (stream === "stdout" ? read(chunk) : this.#hear(chunk)),
    });
    void this.#process.exited.then((exit) => {
      this.#why ??= exit.signal ? `it was ended by ${exit.signal}` : `it ended with exit code ${exit.exitCode}`;
      if (exit.hasLeftovers) void this.#process?.kill(GRACE_MS);
      this.#end();
    });
  }

  async send(message: Message): Promise<void> {
    const stdin = this.#process?.stdin;
    if (!stdin?.writable || this.#isClosed) throw new Error(this.problem ?? "its program does not run");
    const isTaken = stdin.write(`${JSON.stringify(message)}\n`);
    if (!isTaken) await drained(stdin);
  }

  async close(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running) {
      running.stdin?.end();
      await Promise.race([running.exited, after(GOODBYE_MS)]);
      await running.kill(GRACE_MS);
    }
    this.#end();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onclose?.();
  }

  #hear(chunk: Uint8Array): void {
    this.#tail = (this.#tail + Buffer.from(chunk).subarray(-STDERR_CHARACTERS).toString("utf8")).slice(
      -STDERR_CHARACTERS,
    );
  }
}

/** Resolves too when the other side goes: what is written then is lost, and whoever waits for an answer is told. */
function drained(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ["drain", "close", "error"]) stream.removeListener(event, done);
      resolve();
    };
    for (const event of ["drain", "close", "error"]) stream.once(event, done);
  });
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}
