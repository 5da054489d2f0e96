import { describe, expect, it } from "vitest";
import { createLineReader, isDeep, parseMessage } from "./lines.ts";

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

  it("nested without end are no messages", () => {
    const deep = `{"a":${"[".repeat(5_000)}${"]".repeat(5_000)}}`;
    expect(parseMessage(deep)).toBeUndefined();
    expect(isDeep({ a: [1, { b: 2 }] })).toBe(false);
  });
});
