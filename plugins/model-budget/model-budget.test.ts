import {
  defineTool,
  type Figures,
  type Meter,
  type ModelCall,
  type ModelEvent,
  type ModelRequest,
  NO_USAGE,
  type SessionView,
  type StreamFunction,
  type TurnView,
  z,
} from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { expect, test } from "vitest";
import settingsFiles from "../settings-files/index.ts";
import plugin, { modelBudget } from "./index.ts";
import setup from "./model-budget.ts";

const request = { model: { provider: "p", id: "m" }, system: [], messages: [], tools: [] } as ModelRequest;
const aSession = () => ({ id: "s" }) as SessionView;
const turnOf = (session: SessionView, id = "t1") => ({ id, session }) as TurnView;

/** The wrap around a model that always answers, and how often it was asked. */
async function limited(config: object, meter?: Meter) {
  const { taps } = await setup({ config: modelBudget.config().parse(config), use: { meter } } as never);
  const asked: ModelRequest[] = [];
  const model: StreamFunction = async function* (request) {
    asked.push(request);
    yield { type: "start", id: "a", model: "m" };
  };
  const session = aSession();
  const wrap = taps.modelWrap as (s: StreamFunction, session: SessionView) => StreamFunction | undefined;
  const stream = wrap(model, session) ?? model;
  const ask = async (turn?: TurnView): Promise<ModelEvent> => {
    const call = { signal: new AbortController().signal, ...(turn && { turn }) } as ModelCall;
    for await (const event of stream(request, call)) return event;
    throw new Error("no event");
  };
  return { ask, asked, session };
}

/** A meter that says what it is told to say. */
function meterOf(figures: { costUsd: number | undefined }, priced = true) {
  return {
    of: () =>
      ({
        usage: NO_USAGE,
        requests: 0,
        apiMs: 0,
        byModel: { "p/m": figures },
        ...figures,
      }) as unknown as Figures,
    costOf: () => (priced ? 0 : undefined),
  } as Meter;
}

test("without limits a request is sent as it is", async () => {
  const { ask, asked, session } = await limited({});
  expect(await ask(turnOf(session))).toMatchObject({ type: "start" });
  expect(asked[0]).toBe(request);
});

test("the request after the last allowed one of a turn is refused and never sent", async () => {
  const { ask, asked, session } = await limited({ maxTurns: 2 });
  const turn = turnOf(session);
  expect(await ask(turn)).toMatchObject({ type: "start" });
  expect(await ask(turn)).toMatchObject({ type: "start" });
  expect(await ask(turn)).toEqual({
    type: "failure",
    failure: {
      kind: "limit",
      code: "max_turns",
      message: "Reached maximum number of turns (2)",
      isRetryable: false,
    },
  });
  expect(asked).toHaveLength(2);
});

test("every turn, and every session, has the whole number again", async () => {
  const { ask, session } = await limited({ maxTurns: 1 });
  expect(await ask(turnOf(session, "t1"))).toMatchObject({ type: "start" });
  expect(await ask(turnOf(session, "t2"))).toMatchObject({ type: "start" });
  expect(await ask(turnOf(aSession(), "t1"))).toMatchObject({ type: "start" });
  expect(await ask(turnOf(session, "t2"))).toMatchObject({ type: "failure" });
});

test("a plugin's own request is no turn", async () => {
  const { ask } = await limited({ maxTurns: 1 });
  expect(await ask()).toMatchObject({ type: "start" });
  expect(await ask()).toMatchObject({ type: "start" });
});

test("a request is refused once the budget is spent", async () => {
  const figures = { costUsd: 0 as number | undefined };
  const { ask, asked, session } = await limited({ maxBudgetUsd: 0.5 }, meterOf(figures));
  expect(await ask(turnOf(session))).toMatchObject({ type: "start" });
  figures.costUsd = 0.5;
  expect(await ask(turnOf(session))).toMatchObject({
    type: "failure",
    failure: {
      kind: "limit",
      code: "max_budget_usd",
      message: "Reached maximum budget ($0.5): $0.5000 spent",
      isRetryable: false,
    },
  });
  expect(asked).toHaveLength(1);
});

test("what a resumed session cost before does not count", async () => {
  const figures = { costUsd: 7 as number | undefined };
  const { ask, session } = await limited({ maxBudgetUsd: 0.5 }, meterOf(figures));
  expect(await ask(turnOf(session))).toMatchObject({ type: "start" });
  figures.costUsd = 7.6;
  expect(await ask(turnOf(session))).toMatchObject({ type: "failure" });
});

test("a budget with a model of unknown price refuses the very first request and says how to set a price", async () => {
  const { ask, asked, session } = await limited({ maxBudgetUsd: 1 }, meterOf({ costUsd: 0 }, false));
  expect(await ask(turnOf(session))).toMatchObject({
    failure: { code: "max_budget_usd", remedy: expect.stringContaining('usage-meter.prices["p/m"]') },
  });
  expect(asked).toHaveLength(0);
});

test("a budget refuses too when what was spent can no longer be told", async () => {
  const figures = { costUsd: 0 as number | undefined };
  const { ask, session } = await limited({ maxBudgetUsd: 1 }, meterOf(figures));
  expect(await ask(turnOf(session))).toMatchObject({ type: "start" });
  figures.costUsd = undefined;
  expect(await ask(turnOf(session))).toMatchObject({ failure: { code: "max_budget_usd" } });
});

test("a budget that nobody can count refuses", async () => {
  const { ask, session } = await limited({ maxBudgetUsd: 1 });
  expect(await ask(turnOf(session))).toMatchObject({
    failure: { code: "max_budget_usd", remedy: expect.stringContaining("usage-meter") },
  });
});

test("limits that make no sense are refused", () => {
  for (const config of [{ maxTurns: 0 }, { maxTurns: 1.5 }, { maxBudgetUsd: 0 }, { maxBudgetUsd: -1 }]) {
    expect(modelBudget.config().safeParse(config).success).toBe(false);
  }
});

test("in the kernel a turn that asks too often ends with the limit as its reason, and the next one may begin", async () => {
  const again = { calls: [{ name: "Again", input: {} }] };
  const tool = defineTool({
    name: "Again",
    description: "Does it again.",
    input: z.object({}),
    traits: { readOnly: true },
    run: async () => "done",
  });
  const model = scriptedModel([again, again, { text: "Hello." }]);
  const kernel = await createTestKernel({
    plugins: [tool, plugin],
    model,
    config: { "model-budget": { maxTurns: 2 } },
  });
  expect((await kernel.run("Go")).end).toMatchObject({
    reason: "max_turns",
    error: "Reached maximum number of turns (2)",
  });
  expect(model.requests).toHaveLength(2);
  expect((await kernel.run("Hi")).end.reason).toBe("completed");
  await kernel.close();
});

test.each([
  [{ maxThinkingTokens: 2_000 }, { budgetTokens: 2_000 }],
  [{ maxThinkingTokens: 0 }, undefined],
  [{ thinking: "disabled", maxThinkingTokens: 2_000 }, undefined],
])("what models think is limited, in turns alone: %j", async (config, thinking) => {
  const { ask, asked, session } = await limited(config);
  await ask(turnOf(session));
  expect(asked[0]?.thinking).toEqual(thinking);
  await ask();
  expect(asked[1]).toBe(request);
});

test("the effort of the settings is asked for in turns, as it is at the time", async () => {
  const model = scriptedModel([{ text: "One." }, { text: "Two." }]);
  const kernel = await createTestKernel({ plugins: [settingsFiles, plugin], model, settings: { effortLevel: "low" } });
  await kernel.run("Go");
  expect(model.requests[0]?.effort).toBe("low");
  await kernel.close();
});

test.each([
  [{ fastMode: true }, {}, { isFast: true }],
  [{ alwaysThinkingEnabled: true }, {}, { thinking: { budgetTokens: 16_000 } }],
  [{ alwaysThinkingEnabled: false }, {}, {}],
  [{ alwaysThinkingEnabled: false }, { maxThinkingTokens: 2_000 }, { thinking: { budgetTokens: 2_000 } }],
])("with the settings %j and the configuration %j a turn asks for %j", async (settings, config, asked) => {
  const model = scriptedModel([{ text: "One." }]);
  const kernel = await createTestKernel({
    plugins: [settingsFiles, plugin],
    model,
    settings,
    config: { "model-budget": config },
  });
  await kernel.run("Go");
  const { isFast, thinking } = model.requests[0] ?? {};
  expect({ ...(isFast && { isFast }), ...(thinking && { thinking }) }).toEqual(asked);
  await kernel.close();
});
