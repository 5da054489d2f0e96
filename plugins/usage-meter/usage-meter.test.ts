import { definePlugin, type Entry, Meter, NO_USAGE, type SessionView, type Usage } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { expect, test } from "vitest";
import plugin, { usageMeter } from "./index.ts";
import setup from "./usage-meter.ts";

const meterWith = async (prices: Record<string, unknown> = {}): Promise<Meter> => {
  const context = { config: usageMeter.config().parse({ prices }) };
  return (await setup(context as unknown as Parameters<typeof setup>[0])).services.meter;
};

let records = 0;
const answer = (model: string, usage: Partial<Usage>, more: { named?: string; ms?: number; session?: string } = {}) =>
  ({
    type: "assistant",
    uuid: `u${++records}`,
    parentUuid: null,
    sessionId: more.session ?? "s1",
    timestamp: "2026-01-01T00:00:00Z",
    model,
    ms: more.ms ?? 0,
    message: {
      role: "assistant",
      content: [],
      id: "m",
      model: more.named ?? model.slice(model.indexOf("/") + 1),
      stop_reason: "end_turn",
      usage: { ...NO_USAGE, ...usage },
    },
  }) satisfies Entry;

const session = (...entries: Entry[]) => ({ id: "s1", entries }) as unknown as SessionView & { entries: Entry[] };

test("an empty session has cost nothing", async () => {
  const figures = (await meterWith()).of(session());
  expect(figures).toEqual({ usage: NO_USAGE, costUsd: 0, requests: 0, apiMs: 0, byModel: {} });
});

test("tokens, requests, time and money add up, in all and by model", async () => {
  const meter = await meterWith();
  const figures = meter.of(
    session(
      answer("anthropic/claude-opus-4-5", { input_tokens: 1_000_000, output_tokens: 100_000 }, { ms: 40 }),
      answer("anthropic/claude-opus-4-5", { input_tokens: 1_000_000 }, { ms: 2 }),
      answer("anthropic/claude-haiku-4-5", { output_tokens: 1_000_000 }),
    ),
  );
  expect(figures.costUsd).toBeCloseTo(5 + 2.5 + 5 + 5);
  expect(figures.requests).toBe(3);
  expect(figures.apiMs).toBe(42);
  expect(figures.usage.input_tokens).toBe(2_000_000);
  expect(Object.keys(figures.byModel)).toEqual(["anthropic/claude-opus-4-5", "anthropic/claude-haiku-4-5"]);
  expect(figures.byModel["anthropic/claude-opus-4-5"]?.costUsd).toBeCloseTo(12.5);
});

test("each kind of cached token has its own price", async () => {
  const usage = {
    ...NO_USAGE,
    cache_read_input_tokens: 1_000_000,
    cache_creation_input_tokens: 3_000_000,
    cache_creation_1h_input_tokens: 1_000_000,
  };
  expect((await meterWith()).costOf("claude-sonnet-4-5", usage)).toBeCloseTo(0.3 + 2 * 3.75 + 6);
});

test("a long prompt is charged by the rates for long prompts, where there are any", async () => {
  const meter = await meterWith();
  const at = (input_tokens: number) => meter.costOf("claude-haiku-5-5", { ...NO_USAGE, input_tokens });
  expect(at(100_000)).toBeCloseTo(0.01);
  expect(at(200_000)).toBeCloseTo(0.1);
});

test("new records are counted once, however often somebody asks", async () => {
  const meter = await meterWith();
  const entries: Entry[] = [answer("anthropic/claude-opus-4-5", { input_tokens: 5 })];
  const view = session();
  Object.assign(view, { entries });
  meter.of(view);
  expect(meter.of(view).requests).toBe(1);
  entries.push(answer("anthropic/claude-opus-4-5", { input_tokens: 7 }));
  expect(meter.of(view).usage.input_tokens).toBe(12);
});

test("what a fork took over from another session is not counted again", async () => {
  const figures = (await meterWith()).of(
    session(
      answer("anthropic/claude-opus-4-5", { input_tokens: 5 }, { session: "parent" }),
      answer("anthropic/claude-opus-4-5", { input_tokens: 7 }),
    ),
  );
  expect(figures.usage.input_tokens).toBe(7);
});

test("a dated name has the price of the longest name it begins with", async () => {
  const meter = await meterWith();
  const input = { ...NO_USAGE, input_tokens: 1_000_000 };
  expect(meter.costOf("anthropic/claude-opus-4-5-20251101", input)).toBe(5);
  expect(meter.costOf("claude-opus-4-20250514", input)).toBe(15);
  expect(meter.costOf("claude-sonnet-4-5@20250929", input)).toBe(3);
});

test("a further version number is another model, whose price is unknown", async () => {
  const meter = await meterWith();
  expect(meter.costOf("claude-opus-4-9", NO_USAGE)).toBeUndefined();
  expect(meter.costOf("claude-opus-4-55", NO_USAGE)).toBeUndefined();
  expect(meter.costOf("gpt-99", NO_USAGE)).toBeUndefined();
});

test("one unknown price makes the sum unknown, and leaves the other models' alone", async () => {
  const figures = (await meterWith()).of(
    session(
      answer("openai/mystery", { input_tokens: 1 }),
      answer("anthropic/claude-opus-4-5", { input_tokens: 1_000_000 }),
    ),
  );
  expect(figures.costUsd).toBeUndefined();
  expect(figures.byModel["openai/mystery"]?.costUsd).toBeUndefined();
  expect(figures.byModel["anthropic/claude-opus-4-5"]?.costUsd).toBe(5);
});

test("the configuration adds prices and overrides built-in ones, by name, by provider/name and by wildcard", async () => {
  const price = { input: 1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 };
  const meter = await meterWith({
    "claude-opus-4-5": price,
    "openai/mystery": { ...price, input: 2 },
    "llama*": { ...price, input: 0 },
  });
  const input = { ...NO_USAGE, input_tokens: 1_000_000 };
  expect(meter.costOf("anthropic/claude-opus-4-5", input)).toBe(1);
  expect(meter.costOf("openai/mystery", input)).toBe(2);
  expect(meter.costOf("other/mystery", input)).toBeUndefined();
  expect(meter.costOf("openai/llama3.2:3b", input)).toBe(0);
});

test("the model that answered counts before the alias that was asked for", async () => {
  const figures = (await meterWith()).of(
    session(answer("anthropic/latest", { input_tokens: 1_000_000 }, { named: "claude-haiku-4-5-20251001" })),
  );
  expect(figures.costUsd).toBe(1);
});

test("a negative price is refused", () => {
  const price = { input: -1, output: 1, cacheRead: 1, cacheWrite5m: 1, cacheWrite1h: 1 };
  expect(usageMeter.config().safeParse({ prices: { x: price } }).success).toBe(false);
});

test("in the kernel each answer is counted by the time the turn has ended", async () => {
  const seen: unknown[] = [];
  const reader = definePlugin({
    name: "reader",
    needs: { meter: Meter },
    commands: { cost: { description: "Shows the figures." } },
    setup: ({ use }) => ({
      commands: {
        cost: (_args, session) => {
          seen.push(use.meter.of(session));
          return "";
        },
      },
    }),
  });
  const price = { input: 1, output: 2, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
  const model = scriptedModel([{ text: "Hi", usage: { input_tokens: 500_000, output_tokens: 250_000 } }]);
  const kernel = await createTestKernel({
    plugins: [reader, plugin],
    model,
    config: { "usage-meter": { prices: { script: price } } },
  });
  await kernel.run("Hi");
  await kernel.run("/cost");
  expect(seen).toMatchObject([
    { requests: 1, costUsd: 1, byModel: { "scripted/script": { requests: 1, costUsd: 1 } } },
  ]);
  await kernel.close();
});
