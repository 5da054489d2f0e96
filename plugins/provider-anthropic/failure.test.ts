import { gzipSync } from "node:zlib";
import type { ModelEvent } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import {
  answer,
  ask,
  begin,
  callBlock,
  delta,
  eventStream,
  failureFrom,
  finish,
  gather,
  type Handler,
  hello,
  json,
  open,
  request,
  serve,
  sse,
  start,
  stop,
  textBlock,
} from "./test-server.ts";

describe("a broken answer is a failure", () => {
  const whole = [begin, ...textBlock(0, "Hi"), finish("end_turn"), stop];
  const stalled: [string, Handler][] = [
    ["that is HTML", (response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>Log in")],
    ["that is JSON", json(200, { id: "msg_1", content: [] })],
    ["without a type", (response) => response.writeHead(200).end("hello")],
  ];
  it.each(stalled)("%s: not tried again", async (_, handler) => {
    expect(await failureFrom(handler)).toMatchObject({
      kind: "protocol",
      isRetryable: false,
      remedy: expect.stringContaining("ANTHROPIC_BASE_URL"),
    });
  });

  it.each<[string, Handler]>([
    ["without any event", eventStream("")],
    ["of comments and pings alone", answer(": hi\n\n", { type: "ping" }, { type: "ping" })],
    ["without message_stop", answer(...whole.slice(0, -1))],
    ["without a beginning", answer(...whole.slice(1))],
    ["that begins twice", answer(begin, ...whole)],
    ["with a block twice", answer(begin, ...textBlock(0, "a"), ...textBlock(0, "b"), finish("end_turn"), stop)],
    ["with a block missing", answer(begin, ...textBlock(0, "a"), ...textBlock(2, "c"), finish("end_turn"), stop)],
    ["with a part before its block", answer(begin, delta(0, { type: "text_delta", text: "a" }), ...whole.slice(1))],
    ["with a part after its block", answer(...whole.slice(0, 4), delta(0, { type: "text_delta", text: "b" }))],
    [
      "with a part of another kind",
      answer(begin, open(0, { type: "text" }), delta(0, { type: "input_json_delta", partial_json: "{" })),
    ],
    ["with an index that is none", answer(begin, { ...open(0, { type: "text" }), index: "0" })],
    ["with a nameless call", answer(begin, open(0, { type: "tool_use", id: "a" }))],
    ["with two calls of one id", answer(begin, ...callBlock(0, "a"), ...callBlock(1, "a"), finish("tool_use"), stop)],
    ["without a stop reason", answer(begin, ...textBlock(0, "a"), finish(null), stop)],
    ["with an event that is no JSON", answer(begin, "event: message_delta\ndata: {oops\n\n")],
  ])("%s: tried again", async (_, handler) => {
    expect(await failureFrom(handler)).toMatchObject({ kind: "protocol", isRetryable: true });
  });

  it("when the connection is cut, with what it has cost", async () => {
    const failure = await failureFrom((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(sse(begin, ...textBlock(0, "Hel")), () => response.destroy());
    });
    expect(failure).toMatchObject({ kind: "network", isRetryable: true, usage: { input_tokens: 7 } });
  });

  it("when its gzip is cut", async () => {
    const body = gzipSync(sse(...whole));
    const failure = await failureFrom(eventStream(body.subarray(0, 60), { "content-encoding": "gzip" }));
    expect(failure).toMatchObject({ kind: "network", isRetryable: true });
  });

  it("when a line has no end", async () => {
    const failure = await failureFrom((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.on("error", () => {}).write(sse(begin));
      response.end(`data: ${"x".repeat(17 * 1024 * 1024)}`);
    });
    expect(failure).toMatchObject({ kind: "protocol", isRetryable: false });
    expect(failure.message).toContain("16777216 characters");
  });

  it("when the context window is full", async () => {
    const handler = answer(begin, ...textBlock(0, "a"), finish("model_context_window_exceeded"), stop);
    expect(await failureFrom(handler)).toMatchObject({ kind: "context_overflow", isRetryable: false });
  });

  it.each([
    ["overloaded_error", "overloaded", true],
    ["api_error", "server", true],
    ["rate_limit_error", "rate_limit", true],
    ["invalid_request_error", "invalid_request", false],
    ["brand_new_error", "server", true],
  ])("on an error event of type %s: %s", async (type, kind, isRetryable) => {
    const handler = answer(begin, ...textBlock(0, "Hel"), { type: "error", error: { type, message: "Oh no" } });
    expect(await failureFrom(handler)).toMatchObject({ kind, isRetryable, code: type, message: "API Error: Oh no" });
  });

  it("when it goes on with nothing but pings and the turn is interrupted", async () => {
    const { url } = await serve((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const ping = () => response.writable && response.write(sse({ type: "ping" }), () => setImmediate(ping));
      response.write(sse(begin, ...textBlock(0, "Hel")), ping);
    });
    const { provider } = await start(url);
    const turn = new AbortController();
    const events: ModelEvent[] = [];
    for await (const event of provider.stream(request(), { signal: turn.signal })) {
      events.push(event);
      if (event.type === "text") turn.abort();
    }
    expect(events.map(({ type }) => type)).toEqual(["start", "text", "failure"]);
    expect(events.at(-1)).toMatchObject({ failure: { kind: "aborted", isRetryable: false } });
  });

  it("when the turn is interrupted before the headers", async () => {
    const turn = new AbortController();
    const { url } = await serve(() => turn.abort());
    const events = await gather((await start(url)).provider, request(), turn.signal);
    expect(events).toEqual([expect.objectContaining({ failure: expect.objectContaining({ kind: "aborted" }) })]);
  });

  it("closes the connection when whoever listens stops", async () => {
    const { url, sockets } = await serve((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(sse(begin, ...textBlock(0, "Hel")));
    });
    const { provider } = await start(url);
    for await (const event of provider.stream(request(), { signal: new AbortController().signal })) {
      if (event.type === "text") break;
    }
    await Promise.all([...sockets].map((socket) => socket.closed || new Promise((done) => socket.once("close", done))));
  });
});

describe("a refused request", () => {
  const error = (type: string, message: string, more = {}) => ({ type: "error", error: { type, message, ...more } });

  it.each([
    [400, "invalid_request_error", "max_tokens: too big", "invalid_request", false],
    [400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", "context_overflow", false],
    [400, "invalid_request_error", "Your credit balance is too low", "billing", false],
    [401, "authentication_error", "invalid key", "auth", false],
    [403, "permission_error", "not allowed", "auth", false],
    [404, "not_found_error", "model: claude-x", "not_found", false],
    [413, "request_too_large", "too large", "context_overflow", false],
    [429, "rate_limit_error", "slow down", "rate_limit", true],
    [500, "api_error", "oops", "server", true],
    [504, "timeout_error", "too slow", "timeout", true],
    [529, "overloaded_error", "Overloaded", "overloaded", true],
  ])("%i %s (%s) is %s", async (status, type, message, kind, isRetryable) => {
    expect(await failureFrom(json(status, error(type, message)))).toMatchObject({
      kind,
      isRetryable,
      status,
      code: type,
      message: `API Error: ${status} ${message}`,
    });
  });

  it("with a web page or a long text says so shortly", async () => {
    const page: Handler = (response) =>
      response.writeHead(502, { "content-type": "text/html" }).end("<html>".repeat(1000));
    expect((await failureFrom(page)).message).toBe("API Error: 502 The server answered with a web page.");
    const long: Handler = (response) => response.writeHead(500).end("x".repeat(10_000));
    expect((await failureFrom(long)).message.length).toBeLessThan(600);
  });

  it("says how long to wait, in milliseconds, seconds or until a date", async () => {
    const waitFor = async (headers: Record<string, string>) =>
      (await failureFrom(json(429, error("rate_limit_error", "slow"), headers))).retryAfterMs;
    expect(await waitFor({ "retry-after-ms": "1500", "retry-after": "9" })).toBe(1500);
    expect(await waitFor({ "retry-after": "3600" })).toBe(3_600_000);
    const date = new Date(Date.now() + 120_000).toUTCString();
    expect(await waitFor({ "retry-after": date })).toBeGreaterThan(60_000);
    expect(await waitFor({ "retry-after": "soon" })).toBeUndefined();
    expect(await waitFor({})).toBeUndefined();
  });

  it("obeys what the server says of trying again", async () => {
    const no = json(529, error("overloaded_error", "no"), { "x-should-retry": "false" });
    expect((await failureFrom(no)).isRetryable).toBe(false);
    const yes = json(400, error("invalid_request_error", "yes"), { "x-should-retry": "true" });
    expect((await failureFrom(yes)).isRetryable).toBe(true);
  });

  it("for a spend limit is not tried again", async () => {
    const details = { details: { error_code: "enforced_spend_limit_reached" } };
    const failure = await failureFrom(json(429, error("rate_limit_error", "limit reached", details)));
    expect(failure).toMatchObject({ kind: "billing", isRetryable: false, code: "enforced_spend_limit_reached" });
  });

  it.each([301, 302, 307, 308])("%i does not take the conversation elsewhere", async (status) => {
    const elsewhere = await serve(hello);
    const failure = await failureFrom((response) => {
      response.writeHead(status, { location: `${elsewhere.url}/v1/messages?token=abc` }).end();
    });
    expect(failure).toMatchObject({ kind: "protocol", isRetryable: false, status });
    expect(failure.message).toContain(elsewhere.url);
    expect(failure.message).not.toContain("token");
    expect(elsewhere.seen).toEqual([]);
  });

  it("is sent once only", async () => {
    const { seen } = await ask(json(529, error("overloaded_error", "Overloaded")));
    expect(seen).toHaveLength(1);
  });

  it("never shows the key or a custom header, even if the server repeats it", async () => {
    const { url } = await serve((response, { headers }) => {
      json(400, error("invalid_request_error", `bad: ${headers.authorization} ${headers["x-team"]}`))(response);
    });
    const env = { ANTHROPIC_CUSTOM_HEADERS: "X-Team: hidden-value\nX-Other: 1" };
    const events = await gather((await start(url, { env })).provider);
    expect(JSON.stringify(events)).not.toMatch(/sk-ant|hidden-value/);
    expect(JSON.stringify(events)).toContain("[secret]");
  });

  it("to a server that is not there is a failure of the network, worth another try", async () => {
    const { provider } = await start("http://127.0.0.1:1");
    expect(await gather(provider)).toEqual([
      { type: "failure", failure: expect.objectContaining({ kind: "network", isRetryable: true }) },
    ]);
  });

  it("without a key is not sent", async () => {
    const { url, seen } = await serve(hello);
    const { provider } = await start(url, { env: { ANTHROPIC_API_KEY: "" } });
    expect(await gather(provider)).toEqual([
      { type: "failure", failure: expect.objectContaining({ kind: "auth", isRetryable: false }) },
    ]);
    expect(seen).toEqual([]);
  });

  it("to an address that is none names the variable", async () => {
    const { provider } = await start("not an address");
    const [event] = await gather(provider);
    expect(event).toMatchObject({
      failure: { kind: "invalid_request", remedy: expect.stringContaining("ANTHROPIC_BASE_URL") },
    });
  });
});
