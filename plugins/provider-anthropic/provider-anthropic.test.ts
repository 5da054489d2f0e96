import { createTestKernel } from "gantry/sdk/testing";
import { describe, expect, it } from "vitest";
import httpNode from "../http-node/index.ts";
import anthropic from "./index.ts";
import {
  answer,
  begin,
  callBlock,
  eventStream,
  finish,
  hello,
  json,
  KEY,
  request,
  serve,
  sse,
  start,
  stop,
  textBlock,
} from "./test-server.ts";

describe("the provider", () => {
  const signal = new AbortController().signal;

  it("counts the tokens of a request", async () => {
    const { url, seen } = await serve(json(200, { input_tokens: 42 }));
    const { provider } = await start(url);
    expect(await provider.countTokens?.(request(), { signal })).toBe(42);
    expect(seen[0]?.url).toBe("/v1/messages/count_tokens");
    expect(Object.keys(JSON.parse(seen[0]?.body as string))).toEqual(["model", "messages"]);
  });

  it("does not know the count when the server does not say", async () => {
    const { url } = await serve(json(404, {}), json(200, {}));
    const { provider } = await start(url);
    expect(await provider.countTokens?.(request(), { signal })).toBeUndefined();
    expect(await provider.countTokens?.(request(), { signal })).toBeUndefined();
  });

  it("lists the models of the key, and knows them from then on", async () => {
    const model = { id: "claude-next", display_name: "Next", max_input_tokens: 5, max_tokens: 3 };
    const { url, seen } = await serve(json(200, { data: [model] }));
    const { provider } = await start(url);
    const known = { id: "claude-next", title: "Next", contextWindow: 5, maxOutputTokens: 3 };
    expect(provider.info?.("claude-next")).toBeUndefined();
    expect(await provider.models?.(signal)).toEqual([known]);
    expect(provider.info?.("claude-next")).toEqual(known);
    expect(seen[0]).toMatchObject({ method: "GET", url: "/v1/models?limit=1000" });
  });

  it("names the models it knows when the server does not", async () => {
    const { provider } = await start("http://127.0.0.1:1");
    const ids = (await provider.models?.(signal))?.map(({ id }) => id);
    expect(ids).toContain("claude-sonnet-5-5");
    expect(provider.info?.("claude-haiku-4-5-20251001")).toMatchObject({ contextWindow: 200_000 });
  });

  it.each([
    [
      { "5h-utilization": "0.314", "5h-reset": "1790000000", "7d-utilization": "1.02" },
      { five_hour: { usedPercentage: 31.4, resetsAt: 1_790_000_000 }, seven_day: { usedPercentage: 102 } },
    ],
    [{ status: "allowed", "5h-reset": "1790000000" }, undefined],
    [{ "5h-utilization": "much", "7d-utilization": "-1" }, undefined],
  ])("knows what the headers said of the plan: %j", async (said, expected) => {
    const headers = Object.fromEntries(
      Object.entries(said).map(([name, value]) => [`anthropic-ratelimit-unified-${name}`, value]),
    );
    const { url } = await serve(eventStream(sse(begin, ...textBlock(0, "Hello"), finish("end_turn"), stop), headers));
    const kernel = await createTestKernel({
      plugins: [httpNode, anthropic],
      env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: KEY },
    });
    await kernel.session.setModel("anthropic/claude-sonnet-5-5");
    await kernel.run("Hi");
    const provider = await kernel.provider("anthropic");
    await kernel.close();
    expect(provider.info?.("claude-sonnet-5-5")?.rateLimits).toEqual(expected);
  });

  it("answers in a session, and its calls reach the tools", async () => {
    const { url, seen } = await serve(
      answer(begin, ...callBlock(0, "a", '{"command": '), finish("max_tokens"), stop),
      hello,
    );
    const kernel = await createTestKernel({
      plugins: [httpNode, anthropic],
      env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: KEY },
    });
    await kernel.session.setModel("anthropic/claude-sonnet-5-5");
    const { text, end, results } = await kernel.run("Hi");
    await kernel.close();
    expect(end).toMatchObject({ reason: "completed" });
    expect(text).toBe("Hello");
    expect(results).toMatchObject([{ outcome: "invalid" }]);
    expect(JSON.parse(seen[1]?.body as string).messages.at(-1).content[0]).toMatchObject({
      type: "tool_result",
      tool_use_id: "a",
      is_error: true,
    });
  });
});
