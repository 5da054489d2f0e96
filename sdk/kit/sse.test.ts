import fc from "fast-check";
import { createSseReader, type ServerSentEvent } from "gantry/sdk/kit/sse";
import { describe, expect, it } from "vitest";

function read(stream: string | Uint8Array, pieces: number = Number.POSITIVE_INFINITY): ServerSentEvent[] {
  const bytes = typeof stream === "string" ? Buffer.from(stream) : stream;
  const reader = createSseReader();
  const events: ServerSentEvent[] = [];
  for (let at = 0; at < bytes.length; at += pieces) events.push(...reader.push(bytes.subarray(at, at + pieces)));
  return events;
}

describe("the reader of server-sent events", () => {
  it("reads name and data", () => {
    expect(read("event: ping\ndata: {}\n\n")).toEqual([{ event: "ping", data: "{}" }]);
  });

  it("calls an event without a name message", () => {
    expect(read("data: a\n\n")).toEqual([{ event: "message", data: "a" }]);
  });

  it.each([
    ["line feeds", "\n"],
    ["carriage returns", "\r"],
    ["both", "\r\n"],
  ])("ends lines at %s, wherever the bytes are cut", (_, end) => {
    const stream = ["event: a", "data: one", "", "data: two", "data: three", "", ""].join(end);
    for (const pieces of [1, 2, 3, 1000]) {
      expect(read(stream, pieces)).toEqual([
        { event: "a", data: "one" },
        { event: "message", data: "two\nthree" },
      ]);
    }
  });

  it("joins characters whose bytes came apart", () => {
    expect(read("data: Grüße, 世界, 🚀\n\n", 1)).toEqual([{ event: "message", data: "Grüße, 世界, 🚀" }]);
  });

  it("skips a byte order mark, comments, ids, unknown fields and events without data", () => {
    const stream = "\uFEFF: hello\n:\nid: 7\nretry: 10\ndatabase: x\nevents: y\nevent: empty\n\ndata: a\n\n";
    expect(read(stream)).toEqual([{ event: "message", data: "a" }]);
    expect(read(stream, 1)).toEqual([{ event: "message", data: "a" }]);
  });

  it("takes one space off a value, and a field without a colon as empty", () => {
    expect(read("data:  a\ndata\ndata:b\n\n")).toEqual([{ event: "message", data: " a\n\nb" }]);
  });

  it("forgets the name of an event that had no data", () => {
    expect(read("event: a\n\ndata: b\n\n")).toEqual([{ event: "message", data: "b" }]);
  });

  it("drops an event that the stream ends in", () => {
    expect(read("data: a\n\ndata: b\n")).toEqual([{ event: "message", data: "a" }]);
  });

  it("refuses a line without end, and an event of endless lines", () => {
    const line = createSseReader(100);
    line.push(Buffer.from(`data: ${"x".repeat(90)}`));
    expect(() => line.push(Buffer.from("yyyyyy"))).toThrow(expect.objectContaining({ code: "GANTRY_SSE_TOO_LONG" }));
    const lines = createSseReader(100);
    expect(() => lines.push(Buffer.from("data: 123456789\n".repeat(11)))).toThrow(
      expect.objectContaining({ code: "GANTRY_SSE_TOO_LONG" }),
    );
  });

  it("keeps a line of 16 MiB from growing further", () => {
    const reader = createSseReader();
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    const flood = () => {
      for (let count = 0; count < 64; count++) reader.push(megabyte);
    };
    expect(flood).toThrow(/more than 16777216 characters/);
  });

  it("gives the same events however the bytes are cut", () => {
    const line = fc.constantFrom("data: ä", "data:", "event: x", ": c", "", "data: 🚀 b");
    const end = fc.constantFrom("\n", "\r", "\r\n");
    const stream = fc.array(fc.tuple(line, end), { maxLength: 30 }).map((all) => all.flat().join(""));
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 7 }), (text, pieces) => {
        expect(read(text, pieces)).toEqual(read(text));
      }),
    );
  });
});
