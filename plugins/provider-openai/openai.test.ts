import type { ServerResponse } from "node:http";
import { type AssistantMessage, defineTool, type ModelEvent, type ModelRequest, NO_USAGE, text, z } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { afterEach, expect, test } from "vitest";
import httpNode from "../http-node/index.ts";
import { type Asked, freePort, http, serve, sse } from "./fixtures/server.ts";
import plugin, { providerOpenai } from "./index.ts";
import setup from "./openai.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function provider(env: Record<string, string>, config: object = {}) {
  const context = { config: providerOpenai.config().parse(config), use: { http }, host: { env }, log: () => {} };
  return (await setup(context as never)).providers.openai;
}

type Answering = (asked: Asked, response: ServerResponse) => void | Promise<void>;

/** Asks a server that answers so, and gives the events and what the server was asked. */
async function ask(
  answer: Answering,
  request: Partial<ModelRequest> = {},
  more: { env?: Record<string, string>; config?: object; signal?: AbortSignal } = {},
) {
  const server = await serve(answer);
  cleanups.push(server.close);
  const { stream } = await provider({ OPENAI_BASE_URL: server.url, ...more.env }, more.config);
  const events: ModelEvent[] = [];
  const whole = { model: { provider: "openai", id: "m" }, system: [], messages: [USER], tools: [], ...request };
  for await (const event of stream(whole, { signal: more.signal ?? new AbortController().signal })) events.push(event);
  expectWellOrdered(events);
  const last = events.at(-1);
  return {
    events,
    server,
    sent: server.asked[0] && JSON.parse(server.asked[0].body || "{}"),
    end: last?.type === "end" ? last : undefined,
    failure: last?.type === "failure" ? last.failure : undefined,
  };
}

/** One start, any number of deltas, then exactly one end or failure. */
function expectWellOrdered(events: readonly ModelEvent[]) {
  const types = events.map(({ type }) => type);
  expect(types.filter((type) => type === "end" || type === "failure")).toHaveLength(1);
  expect(["end", "failure"]).toContain(types.at(-1));
  if (types.length > 1) expect(types[0]).toBe("start");
  expect(types.filter((type) => type === "start").length).toBeLessThanOrEqual(1);
}

const USER = { role: "user", content: [text("Hello")] } as const;
const delta = (delta: object, finish_reason: string | null = null) => ({
  id: "chat-1",
  model: "m-2026",
  choices: [{ index: 0, delta, finish_reason }],
});
const streaming =
  (...chunks: unknown[]): Answering =>
  (_, response) =>
    sse(response, chunks);
const assistant = (...content: AssistantMessage["content"][number][]): AssistantMessage => ({
  role: "assistant",
  id: "a",
  model: "m",
  content,
  stop_reason: "end_turn",
  usage: NO_USAGE,
});

// ---------------------------------------------------------------- what is sent

test("a conversation is sent as chat messages, with the key, and nothing is added to it", async () => {
  const tool = { name: "Read", description: "Reads.", input_schema: { type: "object", properties: {} } } as const;
  const { sent, server } = await ask(
    streaming(delta({ content: "Hi" }, "stop")),
    {
      system: [
        { key: "a", cache: "stable", text: "Be brief." },
        { key: "b", cache: "session", text: "It is Monday." },
      ],
      tools: [tool],
      maxTokens: 99,
      messages: [
        USER,
        assistant(
          { type: "thinking", thinking: "secret thoughts", signature: "s" },
          { type: "redacted_thinking", data: "x" },
          text("I read."),
          { type: "tool_use", id: "c1", name: "Read", input: { file_path: "a" } },
          { type: "tool_use", id: "c2", name: "Read", input: { file_path: "b" } },
        ),
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "c1", content: [text("one"), text("two")] },
            { type: "tool_result", tool_use_id: "c2", content: [text("There is no b.")], is_error: true },
            text("Go on."),
            text("Quickly."),
          ],
        },
      ],
    },
    { env: { OPENAI_API_KEY: "k-123" } },
  );
  expect(server.asked[0]).toMatchObject({ method: "POST", path: "/v1/chat/completions" });
  expect(server.asked[0]?.headers.authorization).toBe("Bearer k-123");
  expect(sent).toEqual({
    model: "m",
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 99,
    messages: [
      { role: "system", content: "Be brief.\n\nIt is Monday." },
      { role: "user", content: "Hello" },
      {
        role: "assistant",
        content: "I read.",
        tool_calls: [
          { id: "c1", type: "function", function: { name: "Read", arguments: '{"file_path":"a"}' } },
          { id: "c2", type: "function", function: { name: "Read", arguments: '{"file_path":"b"}' } },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: "one\ntwo" },
      { role: "tool", tool_call_id: "c2", content: "Error: There is no b." },
      { role: "user", content: "Go on.\n\nQuickly." },
    ],
    tools: [
      {
        type: "function",
        function: { name: "Read", description: "Reads.", parameters: { type: "object", properties: {} } },
      },
    ],
  });
});

test("images go as data URIs, those in results behind the results", async () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } } as const;
  const { sent } = await ask(streaming(delta({ content: "Nice" }, "stop")), {
    messages: [
      { role: "user", content: [text("Look"), image] },
      assistant({ type: "tool_use", id: "c1", name: "Read", input: {} }),
      { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: [image] }] },
    ],
  });
  const url = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
  expect(sent.messages[0]).toEqual({ role: "user", content: [{ type: "text", text: "Look" }, url] });
  expect(sent.messages.slice(2)).toEqual([
    { role: "tool", tool_call_id: "c1", content: "(see the attachment)" },
    { role: "user", content: [{ type: "text", text: "Attached to the result of c1:" }, url] },
  ]);
});

test("an answer that was nothing but thought is not sent back", async () => {
  const { sent } = await ask(streaming(delta({ content: "x" }, "stop")), {
    messages: [USER, assistant({ type: "thinking", thinking: "hm" }), USER],
  });
  expect(sent.messages.map(({ role }: { role: string }) => role)).toEqual(["user", "user"]);
});

// ---------------------------------------------------------------- what comes back

test("text is streamed and comes whole at the end, with the figures, cached tokens apart", async () => {
  const { events, end } = await ask(
    streaming(
      delta({ role: "assistant", content: "" }),
      delta({ content: "Hel" }),
      delta({ content: "lo" }),
      delta({}, "stop"),
      {
        id: "chat-1",
        choices: [],
        usage: { prompt_tokens: 100, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 60 } },
      },
    ),
  );
  expect(events[0]).toEqual({ type: "start", id: "chat-1", model: "m-2026" });
  expect(events.flatMap((event) => (event.type === "text" ? [event.text] : [])).join("")).toBe("Hello");
  expect(end).toEqual({
    type: "end",
    message: {
      role: "assistant",
      id: "chat-1",
      model: "m-2026",
      content: [text("Hello")],
      stop_reason: "end_turn",
      usage: { ...NO_USAGE, input_tokens: 40, output_tokens: 7, cache_read_input_tokens: 60 },
    },
  });
});

test("usage that comes after the reason to stop still counts, without an end mark too", async () => {
  const { end } = await ask((_, response) =>
    sse(
      response,
      [delta({ content: "x" }, "stop"), { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }],
      "",
    ),
  );
  expect(end?.message.usage).toMatchObject({ input_tokens: 3, output_tokens: 2 });
});

test("pieces that arrive together are one event, and a thousand of them keep their order", async () => {
  const words = Array.from({ length: 1000 }, (_, i) => `${i} `);
  const { events, end } = await ask((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const all = words.map((content) => `data: ${JSON.stringify(delta({ content }))}\n\n`).join("");
    response.end(`${all}data: [DONE]\n\n`);
  });
  expect(end?.message.content).toEqual([text(words.join(""))]);
  expect(events.length).toBeLessThan(100);
});

test.each(["reasoning_content", "reasoning"])("thinking comes as %s and is kept apart", async (field) => {
  const { events, end } = await ask(streaming(delta({ [field]: "Let me see." }), delta({ content: "Yes." }, "stop")));
  expect(events[1]).toEqual({ type: "thinking", text: "Let me see." });
  expect(end?.message.content).toEqual([{ type: "thinking", thinking: "Let me see." }, text("Yes.")]);
});

const call = (index: number | undefined, fields: object, fn: object) =>
  delta({ tool_calls: [{ ...(index !== undefined && { index }), ...fields, function: fn }] });

test("several calls are put together by index, out of order and with gaps", async () => {
  const { events, end } = await ask(
    streaming(
      call(0, { id: "c0", type: "function" }, { name: "Read", arguments: "" }),
      call(7, { id: "c7", type: "function" }, { name: "Grep", arguments: '{"pat' }),
      call(0, {}, { arguments: '{"file_path":' }),
      call(7, {}, { arguments: 'tern":"x"}' }),
      call(0, {}, { arguments: '"a.txt"}' }),
      delta({}, "tool_calls"),
    ),
  );
  expect(end?.message.content).toEqual([
    { type: "tool_use", id: "c0", name: "Read", input: { file_path: "a.txt" } },
    { type: "tool_use", id: "c7", name: "Grep", input: { pattern: "x" } },
  ]);
  expect(end?.message.stop_reason).toBe("tool_use");
  expect(end?.badInputs).toBeUndefined();
  const pieces = events.flatMap((event) => (event.type === "tool_input" && event.id === "c0" ? [event.json] : []));
  expect(pieces.join("")).toBe('{"file_path":"a.txt"}');
});

test("calls without ids, without indices, or all with the index 0 are still several calls", async () => {
  const a = { name: "Read", arguments: '{"file_path":"a"}' };
  const b = { name: "Read", arguments: '{"file_path":"b"}' };
  const variants = [
    [call(0, {}, a), call(1, {}, b)],
    [call(undefined, {}, a), call(undefined, {}, b)],
    [call(0, { id: "x" }, a), call(0, { id: "y" }, b)],
    [
      delta({
        tool_calls: [
          { index: 0, function: a },
          { index: 1, function: b },
        ],
      }),
    ],
    [call(0, { id: "same" }, a), call(1, { id: "same" }, b)],
  ];
  for (const chunks of variants) {
    const { end } = await ask(streaming(...chunks, delta({}, "stop")));
    const uses = end?.message.content.filter((block) => block.type === "tool_use") ?? [];
    expect(uses.map(({ input }) => input)).toEqual([{ file_path: "a" }, { file_path: "b" }]);
    expect(new Set(uses.map(({ id }) => id)).size).toBe(2);
    expect(uses.every(({ id }) => id.length > 0)).toBe(true);
    expect(end?.message.stop_reason).toBe("tool_use");
  }
});

test("a server that makes an id up for every piece means one call", async () => {
  const { end } = await ask(
    streaming(
      call(0, { id: "r1" }, { name: "Read", arguments: "{" }),
      call(0, { id: "r2" }, { arguments: "}" }),
      delta({}, "tool_calls"),
    ),
  );
  expect(end?.message.content).toEqual([{ type: "tool_use", id: "r1", name: "Read", input: {} }]);
});

test("an id that an earlier call had is replaced", async () => {
  const { end } = await ask(
    streaming(call(0, { id: "call_0" }, { name: "Read", arguments: "{}" }), delta({}, "tool_calls")),
    {
      messages: [USER, assistant({ type: "tool_use", id: "call_0", name: "Read", input: {} }), USER],
    },
  );
  expect(end?.message.content[0]).toMatchObject({ id: expect.not.stringMatching(/^call_0$/) });
});

test("arguments are never repaired: cut, not an object, a key twice, too deep", async () => {
  const bad = ['{"command": "echo hi"', '"text"', "[1]", '{"a":1,"a":2}', `${'{"a":'.repeat(300)}1${"}".repeat(300)}`];
  const chunks = bad.map((json, i) => call(i, { id: `c${i}` }, { name: "Bash", arguments: json }));
  const good = call(9, { id: "good" }, { name: "Bash", arguments: '{"command":"ls"}' });
  const { end } = await ask(streaming(...chunks, good, delta({}, "tool_calls")));
  expect(Object.keys(end?.badInputs ?? {})).toEqual(["c0", "c1", "c2", "c3", "c4"]);
  expect(end?.message.content.slice(0, 5)).toEqual(
    bad.map((_, i) => ({ type: "tool_use", id: `c${i}`, name: "Bash", input: {} })),
  );
  expect(end?.message.content[5]).toMatchObject({ id: "good", input: { command: "ls" } });
});

test("a call without arguments has none, and arguments may come as an object", async () => {
  const { end } = await ask(
    streaming(
      call(0, { id: "a" }, { name: "List" }),
      call(1, { id: "b" }, { name: "Read", arguments: { file_path: "x" } }),
      delta({}, "tool_calls"),
    ),
  );
  expect(end?.message.content).toMatchObject([{ input: {} }, { input: { file_path: "x" } }]);
  expect(end?.badInputs).toBeUndefined();
});

test.each([
  ["stop", "end_turn"],
  ["length", "max_tokens"],
  ["content_filter", "refusal"],
  ["eos", "end_turn"],
  ["tool_calls", "end_turn"],
])("the finish reason %s without calls is %s", async (finish, stop) => {
  const { end } = await ask(streaming(delta({ content: "x" }, finish)));
  expect(end?.message.stop_reason).toBe(stop);
});

test("nulls, unknown fields, other choices and foreign events are passed over", async () => {
  const { end } = await ask((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write(": ping\r\n\r\nevent: hello\r\ndata: null\r\n\r\n");
    response.write('data: {"id":null,"choices":null,"usage":null}\n\n');
    response.write('data: {"choices":[{"index":1,"delta":{"content":"other"}},null]}\n\n');
    response.write('data: {"choices":[{"delta":null},{"index":0,"delta":{"content":"no"}}]}\n\n');
    response.write(
      'data: {"choices":[{"delta":{"content":"Grüße"},"finish_reason":"stop"}],"usage":{"prompt_tokens":"many"}}\n\n',
    );
    response.end("data: [DONE]\n\n");
  });
  expect(end?.message.content).toEqual([text("Grüße")]);
  expect(end?.message.usage).toEqual(NO_USAGE);
  expect(end?.message.model).toBe("m");
});

// ---------------------------------------------------------------- what goes wrong

test("a stream cut short is a failure, whatever was streamed, and may be tried again", async () => {
  const { failure, events } = await ask((_, response) => sse(response, [delta({ content: "Hel" })], ""));
  expect(events.some(({ type }) => type === "text")).toBe(true);
  expect(failure).toMatchObject({ kind: "protocol", isRetryable: true });
});

test("a connection cut in the middle is a failure that may be tried again", async () => {
  const { failure } = await ask((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "content-length": "9999" });
    response.write(`data: ${JSON.stringify(delta({ content: "x" }))}\n\n`, () => response.destroy());
  });
  expect(failure).toMatchObject({ kind: "network", isRetryable: true });
});

test("a page, a JSON body, no events at all, or broken JSON are failures", async () => {
  const page: Answering = (_, r) => void r.writeHead(200, { "content-type": "text/html" }).end("<html>");
  const body: Answering = (_, r) => void r.writeHead(200, { "content-type": "application/json" }).end('{"choices":[]}');
  const nothing: Answering = (_, r) => sse(r, [], "");
  const mark: Answering = (_, r) => sse(r, []);
  const broken: Answering = (_, r) =>
    void r.writeHead(200, { "content-type": "text/event-stream" }).end("data: {oops\n\n");
  for (const answer of [page, body, nothing, mark, broken]) {
    expect((await ask(answer)).failure?.kind).toBe("protocol");
  }
});

test("a call without a name is a failure", async () => {
  const { failure } = await ask(streaming(call(0, { id: "c" }, { arguments: "{}" }), delta({}, "tool_calls")));
  expect(failure?.kind).toBe("protocol");
});

test("an error in the stream, or with status 200, is classified by what it says", async () => {
  const inStream = await ask(
    streaming(delta({ content: "x" }), { error: { message: "Overloaded, sorry", type: "overloaded_error" } }),
  );
  expect(inStream.failure).toMatchObject({ kind: "overloaded", code: "overloaded_error", isRetryable: true });
  const withStatus = await ask(
    (_, r) =>
      void r.writeHead(200, { "content-type": "application/json" }).end('{"error":{"message":"slow down","code":429}}'),
  );
  expect(withStatus.failure).toMatchObject({ kind: "rate_limit", status: 429 });
});

const error = (message: string, more: object = {}) => JSON.stringify({ error: { message, ...more } });

test.each([
  [401, error("Incorrect API key"), "auth", false],
  [403, "Forbidden", "auth", false],
  [402, error("Pay first"), "billing", false],
  [429, error("You exceeded your current quota", { code: "insufficient_quota" }), "billing", false],
  [429, error("Rate limit reached"), "rate_limit", true],
  [404, error("The model m does not exist", { code: "model_not_found" }), "not_found", false],
  [400, error('model "m" not found, try pulling it first'), "not_found", false],
  [400, error("This model's maximum context length is 8192 tokens"), "context_overflow", false],
  [400, error("too big", { type: "exceed_context_size_error" }), "context_overflow", false],
  [413, "", "context_overflow", false],
  [422, '{"detail":[{"msg":"bad field"}]}', "invalid_request", false],
  [408, "", "timeout", true],
  [500, '{"error":"boom"}', "server", true],
  [502, "<html>Bad gateway</html>", "server", true],
  [503, error("loading model"), "overloaded", true],
])("HTTP %i with %s is %s", async (status, body, kind, isRetryable) => {
  const { failure } = await ask((_, response) => void response.writeHead(status).end(body));
  expect(failure).toMatchObject({ kind, status, isRetryable });
  expect(failure?.message).not.toContain("<html>");
});

test("how long to wait is taken from the response, and the server's no to retries holds", async () => {
  const wait = async (headers: Record<string, string>) =>
    (await ask((_, response) => void response.writeHead(429, headers).end(error("slow")))).failure;
  expect((await wait({ "retry-after": "2" }))?.retryAfterMs).toBe(2000);
  expect((await wait({ "retry-after-ms": "150", "retry-after": "2" }))?.retryAfterMs).toBe(150);
  expect((await wait({ "retry-after": new Date(Date.now() - 5000).toUTCString() }))?.retryAfterMs).toBe(0);
  expect((await wait({ "retry-after": "soon" }))?.retryAfterMs).toBeUndefined();
  expect((await wait({ "x-should-retry": "false" }))?.isRetryable).toBe(false);
});

test("a redirect is not followed: the conversation stays here", async () => {
  const elsewhere = await serve(streaming(delta({ content: "x" }, "stop")));
  cleanups.push(elsewhere.close);
  const { failure } = await ask((_, response) => void response.writeHead(307, { location: elsewhere.url }).end());
  expect(failure).toMatchObject({ kind: "protocol", status: 307, isRetryable: false });
  expect(elsewhere.asked).toHaveLength(0);
});

test("an unknown model comes with the nearest one on offer", async () => {
  const answer: Answering = ({ path }, response) =>
    path === "/v1/models"
      ? void response.end('{"data":[{"id":"llama3.2"},{"id":"qwen3"}]}')
      : void response.writeHead(404).end(error("model not found"));
  const { failure } = await ask(answer, { model: { provider: "openai", id: "llama3.3" } });
  expect(failure?.remedy).toContain('Did you mean "llama3.2"?');
});

test("a server's words are shown on one line, without the key and without control characters", async () => {
  const body = error(`bad key k-123-secret \u001b[2J\n${"x".repeat(5000)}`);
  const { failure } = await ask(
    (_, r) => void r.writeHead(401).end(body),
    {},
    { env: { OPENAI_API_KEY: "k-123-secret" } },
  );
  expect(failure?.message).not.toMatch(/k-123-secret|\n/);
  expect(failure?.message).not.toContain("\u001b");
  expect(failure?.message.length).toBeLessThan(600);
});

test("silence ends a request, and pings are silence", async () => {
  const silent: Answering[] = [
    () => {},
    (_, response) => void response.writeHead(200, { "content-type": "text/event-stream" }).write(": hello\n\n"),
  ];
  for (const answer of silent) {
    const { failure } = await ask(answer, {}, { config: { silenceMs: 30 } });
    expect(failure).toMatchObject({ kind: "timeout", isRetryable: true });
  }
});

test("an answer that is complete is not lost because the server does not hang up", async () => {
  const { end } = await ask((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${JSON.stringify(delta({ content: "x" }, "stop"))}\n\ndata: [DONE]\n\n`);
  });
  expect(end?.message.content).toEqual([text("x")]);
});

test("an abort ends the request, before it and in the middle of it", async () => {
  const before = await ask(streaming(delta({ content: "x" }, "stop")), {}, { signal: AbortSignal.abort() });
  expect(before.failure).toMatchObject({ kind: "aborted", isRetryable: false });
  const controller = new AbortController();
  const during = await ask(
    (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify(delta({ content: "x" }))}\n\n`, () => controller.abort());
    },
    {},
    { signal: controller.signal },
  );
  expect(during.failure).toMatchObject({ kind: "aborted", isRetryable: false });
});

test("nobody there is a network failure, and an address that is none an invalid request", async () => {
  const failureAt = async (url: string) => {
    const { stream } = await provider({ OPENAI_BASE_URL: url });
    for await (const event of stream(
      { model: { provider: "openai", id: "m" }, system: [], messages: [USER], tools: [] },
      { signal: new AbortController().signal },
    ))
      if (event.type === "failure") return event.failure;
    return undefined;
  };
  expect(await failureAt(`http://127.0.0.1:${await freePort()}/v1`)).toMatchObject({ kind: "network" });
  expect(await failureAt("not an address")).toMatchObject({ kind: "invalid_request" });
});

// ---------------------------------------------------------------- models

test("the models on offer are listed, the wished one first, embedders last", async () => {
  const server = await serve(
    (_, response) =>
      void response.end('{"data":[{"id":"nomic-embed-text"},{"id":"a","max_model_len":4096},{"id":"b"},{"x":1},null]}'),
  );
  cleanups.push(server.close);
  const { models, info } = await provider({ OPENAI_BASE_URL: server.url, OPENAI_MODEL: "b" });
  expect(await models?.(new AbortController().signal)).toEqual([
    { id: "b" },
    { id: "a", contextWindow: 4096 },
    { id: "nomic-embed-text" },
  ]);
  expect(info?.("a")).toEqual({ id: "a", contextWindow: 4096 });
  expect(info?.("never-heard-of")).toBeUndefined();
});

test("a server that lists nothing offers nothing, or what was wished for", async () => {
  const server = await serve((_, response) => void response.writeHead(404).end("no"));
  cleanups.push(server.close);
  const signal = new AbortController().signal;
  expect(await (await provider({ OPENAI_BASE_URL: server.url })).models?.(signal)).toEqual([]);
  const wishing = await provider({ OPENAI_BASE_URL: server.url, OPENAI_MODEL: "mine" });
  expect(await wishing.models?.(signal)).toEqual([{ id: "mine" }]);
});

// ---------------------------------------------------------------- in the kernel

test("a turn with a tool call goes through, and a bad call comes back to the model with the reason", async () => {
  const answers = [
    [
      call(0, { id: "c1" }, { name: "Door", arguments: "{}" }),
      call(1, { id: "c2" }, { name: "Door", arguments: "{" }),
      delta({}, "tool_calls"),
    ],
    [delta({ content: "It is open." }, "stop")],
  ];
  const server = await serve(({ path }, response) =>
    path === "/v1/models" ? void response.end('{"data":[{"id":"m"}]}') : sse(response, answers.shift() ?? []),
  );
  cleanups.push(server.close);
  const door = defineTool({
    name: "Door",
    description: "Opens the door.",
    input: z.object({}),
    traits: { readOnly: true },
    run: async () => "open",
  });
  const kernel = await createTestKernel({ plugins: [httpNode, plugin, door], env: { OPENAI_BASE_URL: server.url } });
  cleanups.unshift(kernel.close);
  await kernel.session.setModel("openai");
  expect(kernel.session.model).toEqual({ provider: "openai", id: "m" });
  const turn = await kernel.run("Open the door");
  expect(turn.end).toEqual({ reason: "completed", text: "It is open." });
  expect(turn.results.map(({ outcome }) => outcome)).toEqual(["ok", "invalid"]);
  const sent = JSON.parse(server.asked.at(-1)?.body ?? "").messages;
  expect(sent.slice(-2)).toEqual([
    { role: "tool", tool_call_id: "c1", content: "open" },
    { role: "tool", tool_call_id: "c2", content: expect.stringContaining("It was cut off after 1 characters") },
  ]);
});
