import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import type { AssistantMessage, Message, ModelRequest } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { API_VERSION, Client } from "./client.ts";
import { gather, hello, json, KEY, request, serve, start, user } from "./test-server.ts";

const OMITTED = { thinkingDisplay: "omitted" };

describe("the request", () => {
  it("carries what the SDK itself would send", async () => {
    const { host, http } = await start("http://127.0.0.1:1");
    const options = { method: "post", path: "/v1/messages", body: "{}" } as const;
    const ours = await new Client(http, host, []).buildRequest(options);
    const sdk = new BaseAnthropic({ apiKey: KEY, baseURL: "http://127.0.0.1:1", openTelemetry: false });
    const theirs = await sdk.buildRequest({ ...options, headers: { "content-type": "application/json" } });
    const own = ours.req.headers as unknown as Record<string, string>;
    for (const name of ["authorization", "anthropic-version", "content-type", "accept"]) {
      expect([name, own[name]]).toEqual([name, theirs.req.headers.get(name)]);
    }
    expect(own["anthropic-version"]).toBe(API_VERSION);
    expect(ours.url).toBe(theirs.url);
  });

  it("uses the key, or else the token, and custom headers", async () => {
    const { url, seen } = await serve(hello);
    const env = { ANTHROPIC_AUTH_TOKEN: "token-123", ANTHROPIC_CUSTOM_HEADERS: "X-Team: red" };
    await gather((await start(url, { env })).provider);
    await gather((await start(url, { env: { ...env, ANTHROPIC_API_KEY: "" } })).provider);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, "Bearer token-123"]);
    expect(seen[0]?.headers).toMatchObject({ "x-team": "red", "user-agent": "gantry/1.2.3" });
  });

  it("keeps the path of a base address", async () => {
    const { url, seen } = await serve(hello);
    await gather((await start(`${url}/proxy/`)).provider);
    expect(seen[0]).toMatchObject({ method: "POST", url: "/proxy/v1/messages" });
  });

  const sent = async (asked: Partial<ModelRequest>, config: object = {}) => {
    const { url, seen } = await serve(hello);
    await gather((await start(url, { config })).provider, request(asked));
    return JSON.parse(seen[0]?.body as string);
  };

  it("holds model, limits, tools, prompt and messages", async () => {
    const image = { type: "base64", media_type: "image/png", data: "aGk=" } as const;
    const body = await sent(
      {
        system: [{ key: "a", text: "Be kind.", cache: "stable" }],
        tools: [{ name: "Bash", description: "Runs.", input_schema: { type: "object" } }],
        messages: [
          {
            role: "user",
            content: [
              { type: "text", text: "Hi" },
              { type: "image", source: image },
            ],
          },
        ],
        maxTokens: 100,
      },
      { cache: "off" },
    );
    expect(body).toEqual({
      model: "claude-sonnet-4-5",
      max_tokens: 100,
      stream: true,
      tools: [{ name: "Bash", description: "Runs.", input_schema: { type: "object" } }],
      system: [{ type: "text", text: "Be kind." }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Hi" },
            { type: "image", source: image },
          ],
        },
      ],
    });
  });

  const prompt = (["stable", "stable", "session", "session"] as const).map((cache, number) => ({
    key: `${number}`,
    text: `Section ${number}`,
    cache,
  }));
  const assistant = (text: string): Message => ({
    role: "assistant",
    id: "m",
    model: "claude-sonnet-4-5",
    stop_reason: "end_turn",
    usage: { input_tokens: 1, output_tokens: 1, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
    content: [{ type: "text", text }],
  });
  const talk = [user("1"), assistant("2"), user("3"), assistant("4"), user("5")];

  it("has breakpoints after the stable and the session part and on the last two messages of the person", async () => {
    const body = await sent({ system: prompt, messages: talk });
    const marked = (blocks: { cache_control?: unknown }[]) => blocks.map((block) => block.cache_control !== undefined);
    expect(marked(body.system)).toEqual([false, true, false, true]);
    expect(marked(body.messages.map((message: { content: unknown[] }) => message.content.at(-1)))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(body.system[1].cache_control).toEqual({ type: "ephemeral" });
  });

  it("keeps the cache for an hour, or none, if configured", async () => {
    const hour = JSON.stringify(await sent({ system: prompt, messages: talk }, { cache: "1h" }));
    expect(hour.match(/"cache_control":\{"type":"ephemeral","ttl":"1h"\}/g)).toHaveLength(4);
    expect(JSON.stringify(await sent({ system: prompt, messages: talk }, { cache: "off" }))).not.toContain(
      "cache_control",
    );
  });

  it("has its first breakpoint on the last tool when there is no prompt", async () => {
    const tool = { description: "", input_schema: { type: "object" } };
    const body = await sent({
      tools: [
        { name: "A", ...tool },
        { name: "B", ...tool },
      ],
    });
    expect(body.tools.map((each: object) => "cache_control" in each)).toEqual([false, true]);
  });

  it("repeats the bytes of the one before it, breakpoints aside", async () => {
    const { url, seen } = await serve(hello);
    const { provider } = await start(url);
    const tools = [{ name: "A", description: "", input_schema: { type: "object" } }];
    for (const length of [1, 3, 5]) {
      await gather(provider, request({ system: prompt, tools, messages: talk.slice(0, length) }));
    }
    const bodies = seen.map(({ body }) => body.replaceAll(/,"cache_control":\{[^}]*\}/g, "").slice(0, -2));
    for (const [earlier, later] of [bodies.slice(0, 2), bodies.slice(1)]) {
      expect(later?.startsWith(earlier as string)).toBe(true);
    }
    const upToMessages = seen.map(({ body }) => body.slice(0, body.indexOf('"messages"')));
    expect(new Set(upToMessages).size).toBe(1);
  });

  it("writes each final message once", async () => {
    const { url } = await serve(hello);
    const { provider } = await start(url);
    let writes = 0;
    const block = { type: "text", text: "Hi" } as const;
    const toJSON = () => {
      writes++;
      return block;
    };
    const message: Message = { role: "user", content: [{ ...block, toJSON } as typeof block] };
    for (let turn = 0; turn < 3; turn++) await gather(provider, request({ messages: [message] }));
    expect(writes).toBe(1);
  });

  it("sends thinking back unchanged, but not unsigned and not to another Claude model", async () => {
    const thinking = { type: "thinking", thinking: "Hm.", signature: "c2ln" } as const;
    const redacted = { type: "redacted_thinking", data: "ZGF0YQ==" } as const;
    const unsigned = { type: "thinking", thinking: "Ha." } as const;
    const said: Message = {
      ...(assistant("Yes.") as AssistantMessage),
      model: "claude-sonnet-4-5-20250929",
      content: [thinking, redacted, unsigned, { type: "text", text: "Yes." }],
    };
    const messages = [user("1"), said, user("2")];
    expect((await sent({ messages })).messages[1].content).toEqual([
      thinking,
      redacted,
      { type: "text", text: "Yes." },
    ]);
    const other = { provider: "anthropic", id: "claude-opus-4-5" };
    expect((await sent({ messages, model: other })).messages[1].content).toEqual([{ type: "text", text: "Yes." }]);
  });

  it("is sent once more without thinking that the server refuses, and leaves that out from then on", async () => {
    const message = "messages.1.content.0: Invalid `signature` in `thinking` block";
    const refusal = json(400, { type: "error", error: { type: "invalid_request_error", message } });
    const { url, seen } = await serve(refusal, hello, hello, refusal, hello);
    const { provider } = await start(url);
    const thinking = { type: "thinking", thinking: "Hm.", signature: "c2ln" } as const;
    const said = { ...assistant("Yes."), content: [thinking, { type: "text", text: "Yes." }] } as Message;
    const asked = request({ messages: [user("1"), said, user("2")] });
    expect((await gather(provider, asked)).at(-1)?.type).toBe("end");
    expect((await gather(provider, asked)).at(-1)?.type).toBe("end");
    expect(seen.map(({ body }) => body.includes('"thinking"'))).toEqual([true, false, false]);
    expect((await gather(provider, asked)).at(-1)?.type).toBe("failure");
  });

  it("leaves out what the API would refuse: empty texts, empty messages, halves of characters", async () => {
    const result = (content: never[]) => ({ type: "tool_result", tool_use_id: "a", content, is_error: true }) as const;
    const body = await sent(
      {
        messages: [
          user(""),
          {
            role: "user",
            content: [
              { type: "text", text: "" },
              { type: "text", text: "half \ud83d, \\ud83d, 🚀" },
            ],
          },
          { role: "user", content: [result([]), result([{ type: "text", text: "" } as never])] },
        ],
      },
      { cache: "off" },
    );
    const nothing = [{ type: "text", text: "(no output)" }];
    expect(body.messages).toEqual([
      { role: "user", content: [{ type: "text", text: "half \ufffd, \\ud83d, 🚀" }] },
      {
        role: "user",
        content: [
          { ...result([]), content: nothing },
          { ...result([]), content: nothing },
        ],
      },
    ]);
  });

  it("asks each model to think in the way it can", async () => {
    const thinking = { budgetTokens: 5_000 };
    const ofModel = async (id: string, more: Partial<ModelRequest> = {}) =>
      (await sent({ model: { provider: "anthropic", id }, ...more })).thinking;
    const adaptive = { type: "adaptive", display: "summarized" };
    expect(await ofModel("claude-sonnet-4-5")).toBeUndefined();
    expect(await ofModel("claude-sonnet-4-5", { thinking })).toEqual({ type: "enabled", budget_tokens: 5_000 });
    expect(await ofModel("claude-sonnet-4-5", { thinking, maxTokens: 3_000 })).toMatchObject({ budget_tokens: 2_999 });
    expect(await ofModel("claude-opus-4-7")).toBeUndefined();
    expect(await ofModel("claude-opus-4-7", { thinking })).toEqual(adaptive);
    expect(await ofModel("claude-opus-5-5")).toEqual(adaptive);
  });

  it("asks for fast answers, with the beta feature, of the models that have them", async () => {
    const { url, seen } = await serve(hello);
    const { provider } = await start(url, { config: { betas: "context-1m-2025-08-07" } });
    for (const [id, isFast] of [
      ["claude-opus-5-5", true],
      ["claude-sonnet-5-5", true],
      ["claude-opus-5-5", false],
    ] as const)
      await gather(provider, request({ model: { provider: "anthropic", id }, isFast }));
    expect(seen.map(({ body }) => (JSON.parse(body) as { speed?: string }).speed)).toEqual([
      "fast",
      undefined,
      undefined,
    ]);
    expect(seen.map(({ headers }) => headers["anthropic-beta"])).toEqual([
      "context-1m-2025-08-07,fast-mode-2026-02-01",
      "context-1m-2025-08-07",
      "context-1m-2025-08-07",
    ]);
  });

  it("says how much effort is wanted, and how long the task may be, where the model takes that", async () => {
    const ofModel = async (id: string, more: Partial<ModelRequest>, config = {}) =>
      (await sent({ model: { provider: "anthropic", id }, ...more }, config)).output_config;
    expect(await ofModel("claude-opus-5-5", {})).toBeUndefined();
    expect(await ofModel("claude-opus-5-5", { effort: "xhigh" })).toEqual({ effort: "xhigh" });
    expect(await ofModel("claude-opus-4-6", { effort: "xhigh" })).toEqual({ effort: "high" });
    expect(await ofModel("claude-haiku-4-5", { effort: "low" })).toBeUndefined();
    const task_budget = { type: "tokens", total: 50_000 };
    expect(await ofModel("claude-opus-5-5", {}, { taskBudget: 50_000 })).toEqual({ task_budget });
    const thinking = (await sent({ model: { provider: "anthropic", id: "claude-opus-5-5" } }, OMITTED)).thinking;
    expect(thinking).toEqual({ type: "adaptive", display: "omitted" });
  });

  it("names beta features that are known, and no others", async () => {
    const { url, seen } = await serve(hello);
    const config = { betas: "context-1m-2025-08-07, x-evil\r\ny: z", taskBudget: 50_000 };
    const env = { ANTHROPIC_CUSTOM_HEADERS: "anthropic-beta: mine" };
    await gather((await start(url, { config, env })).provider);
    await gather((await start(url)).provider);
    expect(seen.map(({ headers }) => headers["anthropic-beta"])).toEqual([
      "mine,context-1m-2025-08-07,task-budgets-2026-03-13",
      undefined,
    ]);
  });

  it("asks for no more than a model can write", async () => {
    const ofModel = async (id: string, maxTokens?: number) =>
      (await sent({ model: { provider: "anthropic", id }, ...(maxTokens && { maxTokens }) })).max_tokens;
    expect(await ofModel("claude-sonnet-4-5")).toBe(32_000);
    expect(await ofModel("claude-sonnet-4-5", 1_000_000)).toBe(64_000);
    expect(await ofModel("my-own-model", 1_000_000)).toBe(1_000_000);
    expect((await sent({}, { maxTokens: 5_000 })).max_tokens).toBe(5_000);
  });
});
