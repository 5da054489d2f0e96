import type { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  answer,
  ask,
  begin,
  callBlock,
  delta,
  type Event,
  eventStream,
  finish,
  gather,
  messageFrom,
  open,
  serve,
  shut,
  sse,
  start,
  stop,
  textBlock,
} from "./test-server.ts";

describe("an answer", () => {
  it("is put together from text, thinking and calls, with what it cost", async () => {
    const { events, last } = await ask(
      answer(
        begin,
        { type: "ping" },
        open(0, { type: "thinking", thinking: "", signature: "" }),
        delta(0, { type: "thinking_delta", thinking: "Let me " }),
        delta(0, { type: "thinking_delta", thinking: "see." }),
        delta(0, { type: "signature_delta", signature: "c2ln" }),
        shut(0),
        open(1, { type: "redacted_thinking", data: "ZGF0YQ==" }),
        shut(1),
        ...textBlock(2, "Hello, ", "world."),
        ...callBlock(3, "toolu_1", '{"command"', ': "ls"}'),
        finish("tool_use", {
          output_tokens: 20,
          cache_read_input_tokens: 5,
          cache_creation_input_tokens: 4,
          cache_creation: { ephemeral_1h_input_tokens: 3 },
        }),
        stop,
      ),
    );
    expect(events.slice(0, -1)).toEqual([
      { type: "start", id: "msg_1", model: "claude-sonnet-5-5" },
      { type: "thinking", text: "Let me see." },
      { type: "text", text: "Hello, world." },
      { type: "tool_input", id: "toolu_1", name: "Bash", json: '{"command": "ls"}' },
    ]);
    expect(last).toEqual({
      type: "end",
      message: {
        role: "assistant",
        id: "msg_1",
        model: "claude-sonnet-5-5",
        content: [
          { type: "thinking", thinking: "Let me see.", signature: "c2ln" },
          { type: "redacted_thinking", data: "ZGF0YQ==" },
          { type: "text", text: "Hello, world." },
          { type: "tool_use", id: "toolu_1", name: "Bash", input: { command: "ls" } },
        ],
        stop_reason: "tool_use",
        usage: {
          input_tokens: 7,
          output_tokens: 20,
          cache_read_input_tokens: 5,
          cache_creation_input_tokens: 4,
          cache_creation_1h_input_tokens: 3,
        },
      },
    });
  });

  it("of 33,000 parts in one piece is a handful of events", async () => {
    const parts = Array.from({ length: 33_000 }, (_, number) => `part ${number} of the answer, `);
    const { events, last } = await ask(answer(begin, ...textBlock(0, ...parts), finish("end_turn"), stop));
    const texts = events.filter((event) => event.type === "text");
    expect(texts.length).toBeLessThan(1_000);
    expect(texts.map((event) => event.text).join("")).toBe(parts.join(""));
    expect(last).toMatchObject({ message: { content: [{ text: parts.join("") }] } });
  });

  it("is whole when its bytes come apart within characters and lines", async () => {
    const bytes = Buffer.from(sse(begin, ...textBlock(0, "Grüße 世界 🚀"), finish("end_turn"), stop));
    const { message } = await messageFrom(async (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const byte of bytes) await new Promise((resolve) => response.write(Buffer.of(byte), resolve));
      response.end();
    });
    expect(message.content).toEqual([{ type: "text", text: "Grüße 世界 🚀" }]);
  });

  it("is read with carriage returns, a byte order mark, comments and gzip", async () => {
    const text = `\uFEFF: hello\n\n${sse(begin, ...textBlock(0, "Hi"), finish("end_turn"), stop)}`;
    const body = gzipSync(text.replaceAll("\n", "\r\n"));
    const { message } = await messageFrom(eventStream(body, { "content-encoding": "gzip" }));
    expect(message.content).toEqual([{ type: "text", text: "Hi" }]);
  });

  it("skips events, blocks and deltas that it does not know, and data that is null", async () => {
    const { message } = await messageFrom(
      answer(
        "event: ping\ndata: null\n\n",
        "event: weather\ndata: not JSON\n\n",
        "data: null\n\n",
        begin,
        { type: "content_block_delta_v2", index: 7 },
        open(0, { type: "hologram", data: "x" }),
        delta(0, { type: "text_delta", text: "lost" }),
        shut(0),
        open(1, { type: "text", text: "Hi" }),
        delta(1, { type: "sparkle_delta", sparkle: 1 }),
        delta(1, { type: "text_delta", text: null as never }),
        shut(1),
        finish("end_turn"),
        stop,
      ),
    );
    expect(message.content).toEqual([{ type: "text", text: "Hi" }]);
  });

  it("needs no usage, and takes null for a figure as unknown", async () => {
    const bare = { type: "message_start", message: { id: "m", model: "x" } };
    const { message } = await messageFrom(answer(bare, ...textBlock(0, "Hi"), finish("end_turn", null), stop));
    expect(message.usage).toMatchObject({ input_tokens: 0, output_tokens: 0 });
    const nulls = { input_tokens: null, cache_read_input_tokens: null, output_tokens: 3 };
    const second = await messageFrom(answer(begin, ...textBlock(0, "Hi"), finish("end_turn", nulls), stop));
    expect(second.message.usage).toMatchObject({ input_tokens: 7, output_tokens: 3, cache_read_input_tokens: 0 });
  });

  it("is put in the order of its indices, whatever the order of arrival", async () => {
    const { message } = await messageFrom(
      answer(
        begin,
        open(1, { type: "text", text: "" }),
        open(0, { type: "text", text: "" }),
        delta(1, { type: "text_delta", text: "se" }),
        delta(0, { type: "text_delta", text: "fir" }),
        delta(1, { type: "text_delta", text: "cond" }),
        delta(0, { type: "text_delta", text: "st" }),
        shut(1),
        shut(0),
        finish("end_turn"),
        stop,
      ),
    );
    expect(message.content).toEqual([
      { type: "text", text: "first" },
      { type: "text", text: "second" },
    ]);
  });

  it("with calls asks for tools even when it says it ended", async () => {
    const { message } = await messageFrom(answer(begin, ...callBlock(0, "a"), finish("end_turn"), stop));
    expect(message).toMatchObject({ stop_reason: "tool_use", content: [{ input: {} }] });
  });

  it("leaves the connection to the next request", async () => {
    const { url, sockets } = await serve((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(sse(begin, ...textBlock(0, "Hi"), finish("end_turn"), stop), () => response.end("\n"));
    });
    const { provider, bodies } = await start(url);
    for (let count = 0; count < 3; count++) {
      expect((await gather(provider)).at(-1)?.type).toBe("end");
      const body = bodies.at(-1) as Readable;
      if (!body.closed) await new Promise((resolve) => body.once("close", resolve));
      await new Promise(setImmediate);
    }
    expect(sockets.size).toBe(1);
  });
});

describe("a tool call", () => {
  it("whose input was cut off stays in the answer, empty, with the reason", async () => {
    const { message, badInputs } = await messageFrom(
      answer(begin, ...callBlock(0, "a", '{"command": "echo hi"'), finish("tool_use"), stop),
    );
    expect(message.content).toEqual([{ type: "tool_use", id: "a", name: "Bash", input: {} }]);
    expect(badInputs).toEqual({ a: expect.stringContaining("cut off after 21 characters") });
  });

  it("never runs when the answer reached its output limit, even if its input looks whole", async () => {
    const { message, badInputs } = await messageFrom(
      answer(begin, ...callBlock(0, "a", '{"command": "rm -rf build"}'), finish("max_tokens"), stop),
    );
    expect(message).toMatchObject({ stop_reason: "max_tokens", content: [{ input: {} }] });
    expect(badInputs).toEqual({ a: expect.stringContaining("output limit") });
  });

  it.each(["refusal", "pause_turn", "stop_sequence", "something_new"])("never runs after %s", async (reason) => {
    const { badInputs } = await messageFrom(answer(begin, ...callBlock(0, "a", "{}"), finish(reason), stop));
    expect(badInputs).toEqual({ a: expect.stringContaining(reason) });
  });

  it("that does not stop does not run", async () => {
    const [first, second] = callBlock(0, "a", "{}");
    const { badInputs } = await messageFrom(answer(begin, first as Event, second as Event, finish("tool_use"), stop));
    expect(badInputs).toEqual({ a: expect.stringContaining("did not come to its end") });
  });

  it("is refused alone: its neighbours run", async () => {
    const { message, badInputs } = await messageFrom(
      answer(
        begin,
        ...callBlock(0, "good", '{"command": "ls"}'),
        ...callBlock(1, "twice", '{"command": "ls", "command": "rm -rf /"}'),
        ...callBlock(2, "deep", `{"a": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`),
        ...callBlock(3, "list", "[1]"),
        ...callBlock(4, "fine", ""),
        finish("tool_use"),
        stop,
      ),
    );
    expect(message.content.map((block) => (block.type === "tool_use" ? block.input : block))).toEqual([
      { command: "ls" },
      {},
      {},
      {},
      {},
    ]);
    expect(badInputs).toEqual({
      twice: expect.stringContaining('"command" twice'),
      deep: expect.stringContaining("200 levels"),
      list: expect.stringContaining("a list"),
    });
  });
});
