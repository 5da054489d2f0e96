import { describe, expect, it } from "vitest";
import { createLineReader } from "./lines.ts";
import { readMessage } from "./messages.ts";

function reading() {
  const messages: unknown[] = [];
  const broken: string[] = [];
  const read = createLineReader({ message: (one) => messages.push(one), broken: (why) => broken.push(why) });
  return { messages, broken, read: (text: string) => read(Buffer.from(text)) };
}

describe("lines", () => {
  it("are messages, wherever the pieces they come in are cut", () => {
    const { messages, broken, read } = reading();
    for (const sign of '{"a":"ä"}\r\n\n{"b":2}\n{"c"') read(sign);
    read(":3}\n");
    expect(messages).toEqual([{ a: "ä" }, { b: 2 }, { c: 3 }]);
    expect(broken).toEqual([]);
  });

  it("that are no messages are passed over, a few", () => {
    const { messages, broken, read } = reading();
    read('Starting…\n[1]\n{"half\n"text"\n{"a":1}\n');
    expect(messages).toEqual([{ a: 1 }]);
    expect(broken).toEqual([]);
  });

  it("end it when they are garbage without end, with or without line ends", () => {
    for (const piece of ["x".repeat(64 * 1024), `${"x".repeat(64 * 1024)}\n`, `{${"x".repeat(64 * 1024)}\n`]) {
      const { messages, broken, read } = reading();
      for (let count = 0; count < 40; count++) read(piece);
      read('\n{"a":1}\n');
      expect(messages).toEqual([]);
      expect(broken).toEqual(["it prints something else than messages of the protocol"]);
    }
  });

  it("end it when one message is too large", () => {
    const { broken, read } = reading();
    read('{"a":"');
    for (let count = 0; count < 20; count++) read("x".repeat(1024 * 1024));
    expect(broken).toEqual(["one of its messages is larger than 16777216 bytes"]);
  });

  it("that are refused stand for an error to whoever waits: the host, the server, or nobody", () => {
    const about = 'This is no strict JSON: line 1, column 15: the key "a" is there twice';
    const twice = (more: string) => readMessage(`{"x":{"a":0  ,"a":1},${more}}`);
    expect(twice('"id":7,"result":{}')).toEqual({ jsonrpc: "2.0", id: 7, error: { code: -32700, message: about } });
    expect(twice('"id":"q","method":"ping"')).toMatchObject({ id: "q", method: "gantry/refused", params: { about } });
    expect(twice('"method":"notifications/message"')).toBeUndefined();
  });

  it("nested without end are refused", () => {
    const deep = `{"id":1,"result":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
    expect(readMessage(deep)).toMatchObject({ id: 1, error: { message: expect.stringContaining("nested deeper") } });
  });
});
