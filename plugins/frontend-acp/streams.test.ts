import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { claimStreams } from "./streams.ts";

function claimed() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const { stream, release } = claimStreams({ stdin, stdout, stderr });
  const reader = stream.readable.getReader();
  return {
    stdin,
    stdout,
    release,
    write: async (message: object) => {
      const writer = stream.writable.getWriter();
      await writer.write(message as never);
      writer.releaseLock();
    },
    cancel: () => reader.cancel(),
    written: () => String(stdout.read() ?? ""),
    aside: () => String(stderr.read() ?? ""),
    async messages() {
      const all: unknown[] = [];
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return all;
        all.push(value);
      }
    },
  };
}

describe("what comes in", () => {
  it("is cut into messages wherever the pieces end, in the midst of a sign as well", async () => {
    const { stdin, messages } = claimed();
    const bytes = Buffer.from('{"text":"æ€😀"}\r\n\n   \n{"a":1}\n{"last":true}');
    for (const byte of bytes) stdin.write(Buffer.of(byte));
    stdin.end();
    expect(await messages()).toEqual([{ text: "æ€😀" }, { a: 1 }, { last: true }]);
  });

  it("is answered with an error where it is no message, and read on", async () => {
    const { stdin, messages, written } = claimed();
    stdin.end('nope\n[{"a":1}]\nnull\n"text"\n{"a":1}\n');
    expect(await messages()).toEqual([{ a: 1 }]);
    const answers = written()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map(({ id, error }) => [id, error.code])).toEqual([
      [null, -32700],
      [null, -32600],
      [null, -32600],
      [null, -32600],
    ]);
  });

  it("is refused where it is nested without end, and brackets in texts are texts", async () => {
    const { stdin, messages, written } = claimed();
    const text = `"${"[{".repeat(500)}\\"${"[".repeat(500)}"`;
    stdin.end(`{"a":${"[".repeat(500)}${"]".repeat(500)}}\n{"a":${text}}\n`);
    expect(await messages()).toEqual([JSON.parse(`{"a":${text}}`)]);
    expect(JSON.parse(written())).toMatchObject({ error: { code: -32600 } });
  });

  it("may end after nobody listens any more", async () => {
    const { stdin, cancel } = claimed();
    await cancel();
    stdin.end('{"a":1}\n');
    await new Promise((resolve) => stdin.resume().on("close", resolve));
  });
});

describe("standard output", () => {
  it("has messages alone: what others print goes to standard error", async () => {
    const { stdout, written, aside, write, release } = claimed();
    stdout.write("printed by a plugin\n");
    await write({ jsonrpc: "2.0", method: "x" });
    expect(written()).toBe('{"jsonrpc":"2.0","method":"x"}\n');
    expect(aside()).toBe("printed by a plugin\n");
    release();
    stdout.write("afterwards");
    expect(written()).toBe("afterwards");
  });

  it("says in place of a response that it cannot be written, and leaves a notification out", async () => {
    const { written, write } = claimed();
    const ring: Record<string, unknown> = {};
    ring.self = ring;
    await write({ jsonrpc: "2.0", method: "session/update", params: ring });
    await write({ jsonrpc: "2.0", id: 7, result: ring });
    expect(JSON.parse(written())).toMatchObject({ id: 7, error: { code: -32603 } });
  });
});
