import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { inputLines } from "./input-lines.ts";

async function read(chunks: readonly string[], most?: number) {
  const lines = [];
  for await (const line of inputLines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), most)) lines.push(line);
  return lines;
}

it("passes over a line that is too long, keeps none of it, and reads on", async () => {
  const chunks = ['{"a":1}\n{"b":"', "x".repeat(50), "y".repeat(50), '"}\n', '{"c":2}'];
  expect(await read(chunks, 20)).toEqual([
    { value: { a: 1 } },
    { problem: "Line 2 of standard input has 108 bytes; at most 20 are read." },
    { value: { c: 2 } },
  ]);
});

it("counts empty lines and gives none", async () => {
  expect(await read(["\n\r\n  \nx\n"])).toEqual([{ problem: 'Line 4 of standard input is no JSON: "x"' }]);
});

it("ends where the stream breaks, with what came before", async () => {
  async function* broken() {
    yield Buffer.from('{"a":1}\n{"b"');
    throw new Error("EIO");
  }
  const lines = [];
  for await (const line of inputLines(Readable.from(broken()))) lines.push(line);
  expect(lines).toEqual([{ value: { a: 1 } }, { problem: 'Line 2 of standard input is no JSON: "{\\"b\\""' }]);
});
