import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { strictBody } from "./strict-body.ts";

const TWICE = '{"jsonrpc":"2.0","id":3,"result":{"a":1,"a":2}}';
const GOOD = '{"jsonrpc":"2.0","id":3,"result":{"a":"ä"}}';

/** What is read of a body that comes in such pieces. */
const read = (mediaType: string | undefined, ...pieces: readonly (string | Buffer)[]) =>
  new Response(strictBody(Readable.from(pieces.map((piece) => Buffer.from(piece as string))), mediaType)).text();
const stream = (...pieces: readonly (string | Buffer)[]) => read("text/event-stream; charset=utf-8", ...pieces);

describe("an answer", () => {
  it("that is good JSON, or none, is as it was", async () => {
    for (const body of [GOOD, `[${GOOD}]`, "[no JSON", "Not found", ""]) {
      expect(await read("application/json", body)).toBe(body);
    }
  });

  it("in which a key stands twice fails, whatever it calls itself", async () => {
    for (const type of ["application/json", "text/plain", undefined]) {
      await expect(read(type, `[${TWICE}]`)).rejects.toThrow('the key "a" is there twice');
    }
  });
});

describe("a stream", () => {
  it("has its events, ids and comments, wherever it is cut", async () => {
    const bytes = Buffer.from(`\ufeffid: 1\r\ndata: ${GOOD}\r\n\r\n: alive\r\revent: endpoint\ndata: /x\n\n`);
    const pieces = [...bytes].map((byte) => Buffer.from([byte]));
    const all = `id: 1\ndata: ${GOOD}\n\n: alive\n\nevent: endpoint\ndata: /x\n\n`;
    expect((await stream(...pieces)).replace(/(?<=\n\n)\n+/g, "")).toBe(all);
  });

  it("has the error in place of an event in which a key stands twice", async () => {
    const [cut, rest] = [TWICE.slice(0, 16), TWICE.slice(16)];
    const said = await stream(`event: message\nid: 9\ndata: ${cut}\ndata:${rest}\n\ndata: ${GOOD}\n\n`);
    const [first, second] = said.split("\n\n");
    expect(first).toMatch(/^event: message\nid: 9\ndata: \{"jsonrpc":"2.0","id":3,"error":\{"code":-32700,/);
    expect(second).toBe(`data: ${GOOD}`);
  });

  it("has events without a message, to go on from", async () => {
    expect(await stream("id: 4\nretry: 500\ndata:\n\n")).toBe("id: 4\nretry: 500\ndata: \n\n");
  });

  it("ends without the event that was not finished", async () => {
    expect(await stream(`data: ${GOOD}`)).toBe("");
  });
});
