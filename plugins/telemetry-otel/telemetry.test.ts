import { type Context, context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { allow, ChildSessions, definePlugin, defineTool, z } from "gantry/sdk";
import { createTestKernel, type ScriptedModel, scriptedModel, type TestKernelOptions } from "gantry/sdk/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import httpNode from "../http-node/index.ts";
import usageMeter from "../usage-meter/index.ts";
import telemetryOtel from "./index.ts";
import { type Collector, collector } from "./test-collector.ts";

const look = defineTool({
  name: "Look",
  description: "Looks.",
  input: z.object({ at: z.string() }),
  traits: { readOnly: true },
  run: ({ at }) => `I saw ${at}.`,
});
const change = defineTool({
  name: "Change",
  description: "Changes a file.",
  input: z.object({ file_path: z.string() }),
  permission: { family: "Edit", path: "file_path" },
  run: () => ({ content: "Done.", data: { structuredPatch: [{ lines: [" a", "-b", "+c", "+d"] }] } }),
});
const shell = defineTool({
  name: "Shell",
  description: "Runs a command.",
  input: z.object({ command: z.string() }),
  permission: { family: "Bash", command: "command" },
  run: () => "Done.",
});

interface Run extends Partial<TestKernelOptions> {
  readonly more?: TestKernelOptions["plugins"];
  readonly prompts?: readonly string[];
}

/** Runs the prompts with telemetry on, and closes: what was gathered has been sent by then. */
async function run(to: Collector, model: ScriptedModel, { env, more = [], prompts = ["Go."], ...options }: Run = {}) {
  const kernel = await createTestKernel({
    plugins: [httpNode, usageMeter, telemetryOtel, look, change, shell, ...more],
    model,
    env: { GANTRY_ENABLE_TELEMETRY: "1", OTEL_EXPORTER_OTLP_ENDPOINT: to.url, ...env },
    ...options,
  });
  const turns = [];
  for (const prompt of prompts) turns.push(await kernel.run(prompt));
  await kernel.close();
  return turns;
}

const calling = (name: string, input: unknown) => scriptedModel([{ calls: [{ name, input }] }, { text: "Done." }]);
const named = <T extends { readonly name: string }>(all: readonly T[], name: string) =>
  all.filter((one) => one.name === name);

test("an agent is a span below the call that has started it, in the session of whoever speaks with it all", async () => {
  const delegating = definePlugin({
    name: "delegating",
    needs: { children: ChildSessions },
    tools: { Delegate: { description: "Delegates.", input: z.object({}), traits: { readOnly: true } } },
    setup: ({ use }) => ({
      tools: {
        Delegate: async (_, { session, id }) => {
          const child = await use.children.open(session, { agent: { type: "scout", callId: id } });
          for await (const _event of child.send("Look."));
          await child.close();
          return "Done.";
        },
      },
    }),
  });
  const to = await collector();
  const script = [{ calls: [{ name: "Delegate", input: {} }] }, { text: "Seen." }, { text: "Done." }];
  await run(to, scriptedModel(script), { more: [delegating] });
  const spans = to.spans();
  const [turn] = named(spans, "invoke_agent gantry");
  const [call] = named(spans, "execute_tool Delegate");
  const [agent] = named(spans, "invoke_agent scout");
  expect(agent).toMatchObject({ parentSpanId: call?.spanId, traceId: turn?.traceId });
  expect(agent?.attributes).toMatchObject({
    "session.id": turn?.attributes["session.id"],
    "gen_ai.agent.id": expect.any(String),
    "gen_ai.agent.name": "scout",
  });
  expect(named(spans, "chat script").filter(({ parentSpanId }) => parentSpanId === agent?.spanId)).toHaveLength(1);
});

describe.each(["http/protobuf", "http/json"])("over %s", (protocol) => {
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: protocol };

  test("a turn is a trace: the turn, its requests to the model, its calls and what plugins did", async () => {
    const to = await collector();
    await run(to, calling("Look", { at: "the sea" }), { env });
    const spans = to.spans();
    const [turn] = named(spans, "invoke_agent gantry");
    const chats = named(spans, "chat script");
    const [call] = named(spans, "execute_tool Look");
    expect(turn).toMatchObject({
      parentSpanId: "",
      kind: 1,
      isError: false,
      attributes: { "gantry.turn.reason": "completed" },
    });
    expect(chats).toHaveLength(2);
    expect(chats[0]).toMatchObject({ kind: 3, parentSpanId: turn?.spanId });
    expect(chats[0]?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "scripted",
      "gen_ai.response.finish_reasons": ["tool_use"],
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
    });
    expect(call).toMatchObject({
      parentSpanId: turn?.spanId,
      attributes: { "gen_ai.tool.name": "Look", "gantry.tool.outcome": "ok" },
    });
    // What plugins do before the first turn is a trace of its own.
    const inTurn = spans.filter(({ name, parentSpanId }) => !name.startsWith("hook ") || parentSpanId !== "");
    expect(new Set(inTurn.map(({ traceId }) => traceId))).toEqual(new Set([turn?.traceId]));
    expect(turn?.traceId).toMatch(/^[\da-f]{32}$/);
    for (const span of spans) expect(span.ms).toBeGreaterThanOrEqual(0);
  });

  test("figures of a session are counted", async () => {
    const to = await collector();
    const price = { input: 1, output: 2, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    const usage = { input_tokens: 500_000, output_tokens: 250_000, cache_read_input_tokens: 7 };
    const model = scriptedModel([
      { calls: [{ name: "Change", input: { file_path: "/a" } }], usage },
      { text: "Done." },
    ]);
    await run(to, model, { env, answer: "allow", config: { "usage-meter": { prices: { script: price } } } });
    const points = to.points();
    const sum = (name: string, type?: string) =>
      named(points, name)
        .filter(({ attributes }) => type === undefined || attributes.type === type)
        .reduce((total, { value }) => total + value, 0);
    expect(sum("gantry.session.count")).toBe(1);
    expect(sum("gantry.token.usage", "input")).toBe(500_010);
    expect(sum("gantry.token.usage", "cacheRead")).toBe(7);
    expect(sum("gantry.cost.usage")).toBeCloseTo(1.00002);
    expect(sum("gantry.lines_of_code.count", "added")).toBe(2);
    expect(sum("gantry.lines_of_code.count", "removed")).toBe(1);
    expect(sum("gantry.active_time.total")).toBeGreaterThan(0);
    expect(named(points, "gantry.code_edit_tool.decision")).toMatchObject([
      { value: 1, attributes: { decision: "accept", source: "test-kernel", "gen_ai.tool.name": "Change" } },
    ]);
    expect(named(points, "gen_ai.client.operation.duration")).toMatchObject([{ count: 2, temporality: 2 }]);
    const input = named(points, "gen_ai.client.token.usage").find(
      (one) => one.attributes["gen_ai.token.type"] === "input",
    );
    expect(input).toMatchObject({ count: 2, value: 500_017 });
  });

  test("events say what happened, in order, and none of the texts", async () => {
    const to = await collector();
    await run(to, calling("Look", { at: "the sea" }), { env, prompts: ["Tell me of hunter2."] });
    const events = to.events();
    const order = events.map(({ attributes }) => attributes["event.sequence"]);
    expect(order).toEqual(order.map((_, index) => index));
    const told = events.map(({ name }) => name).filter((name) => !/plugin_loaded|tap_complete/.test(name));
    expect(told).toEqual([
      "gantry.user_prompt",
      "gantry.api_request",
      "gantry.assistant_response",
      "gantry.tool_decision",
      "gantry.tool_result",
      "gantry.api_request",
      "gantry.assistant_response",
    ]);
    expect(named(events, "gantry.user_prompt")[0]?.attributes.prompt_length).toBe(19);
    expect(named(events, "gantry.tool_result")[0]?.attributes).toMatchObject({ success: true, outcome: "ok" });
    expect(to.text()).not.toMatch(/hunter2|the sea|I saw|Done\./);
  });

  test("the resource is what the variables say", async () => {
    const to = await collector();
    const more = { OTEL_RESOURCE_ATTRIBUTES: "team=blue%20whale,service.name=other", OTEL_SERVICE_NAME: "mine" };
    await run(to, scriptedModel(), { env: { ...env, ...more } });
    expect(to.resource()).toMatchObject({
      team: "blue whale",
      "service.name": "mine",
      "telemetry.sdk.name": "opentelemetry",
    });
  });
});

test("figures are what has come since, where that is preferred", async () => {
  const to = await collector();
  const env = { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" };
  await run(to, calling("Look", { at: "the sea" }), { env });
  const points = to.points();
  expect(new Set(points.map(({ temporality }) => temporality))).toEqual(new Set([1]));
  expect(named(points, "gantry.session.count").map(({ value }) => value)).toEqual([1]);
});

test("texts are sent when they are asked for by name, secrets masked", async () => {
  const to = await collector();
  const env = {
    OTEL_LOG_USER_PROMPTS: "1",
    OTEL_LOG_ASSISTANT_RESPONSES: "1",
    OTEL_LOG_TOOL_DETAILS: "1",
    OTEL_LOG_TOOL_CONTENT: "1",
    MY_API_KEY: "correct-horse-battery",
  };
  const model = scriptedModel([
    { calls: [{ name: "Look", input: { at: "password=swordfish99 and sk-ant-0123456789abcdefghij" } }] },
    { text: "The key is correct-horse-battery." },
  ]);
  await run(to, model, { env, prompts: ["Use ghp_0123456789abcdefghij0123."] });
  const events = to.events();
  expect(named(events, "gantry.user_prompt")[0]?.attributes.prompt).toBe("Use [masked].");
  expect(named(events, "gantry.assistant_response").at(-1)?.attributes.response).toBe("The key is [masked].");
  const [result] = named(events, "gantry.tool_result");
  expect(result?.attributes.tool_input).toBe('{"at":"password=[masked] and [masked]"}');
  expect(result?.attributes.tool_output).toBe("I saw password=[masked] and [masked].");
  expect(to.text()).not.toMatch(/swordfish99|ghp_0|sk-ant|correct-horse/);
});

test("a refusal and what is refused are told of, with who decided", async () => {
  const to = await collector();
  const [turn] = await run(to, calling("Change", { file_path: "/a" }), { answer: () => ({ decision: "deny" }) });
  expect(turn?.results[0]?.outcome).toBe("denied");
  const events = to.events();
  expect(named(events, "gantry.tool_decision")[0]?.attributes).toMatchObject({
    decision: "reject",
    source: "test-kernel",
  });
  expect(named(events, "gantry.tool_result")[0]?.attributes).toMatchObject({ success: false, outcome: "denied" });
  expect(named(to.spans(), "execute_tool Change")).toEqual([]);
});

test("commits and pull requests are counted where commands make them", async () => {
  const to = await collector();
  const commands = ["git add -A && git -C sub commit -m x", "gh pr create --fill", "echo 'git commit'", "git log"];
  const calls = commands.map((command) => ({ name: "Shell", input: { command } }));
  await run(to, scriptedModel([{ calls }, { text: "Done." }]), { answer: "allow" });
  const points = to.points();
  expect(named(points, "gantry.commit.count")).toMatchObject([{ value: 1 }]);
  expect(named(points, "gantry.pull_request.count")).toMatchObject([{ value: 1 }]);
});

test("a failed request is told of by its kind alone, and its turn is an error", async () => {
  const to = await collector();
  await run(to, scriptedModel([{ failure: { kind: "server", status: 500, message: "You said hunter2." } }]));
  expect(named(to.events(), "gantry.api_error")[0]?.attributes).toMatchObject({
    "error.type": "server",
    "http.response.status_code": 500,
    attempt: 1,
  });
  expect(named(to.spans(), "chat script")[0]).toMatchObject({ isError: true, attributes: { "error.type": "server" } });
  expect(named(to.spans(), "invoke_agent gantry")[0]).toMatchObject({ isError: true });
  expect(to.text()).not.toContain("hunter2");
});

test("a trace that somebody else has begun goes on", async () => {
  const to = await collector();
  const [traceId, parent] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
  await run(to, scriptedModel(), { env: { TRACEPARENT: `00-${traceId}-${parent}-01` } });
  expect(named(to.spans(), "invoke_agent gantry")[0]).toMatchObject({ traceId, parentSpanId: parent });
  const unsampled = await collector();
  await run(unsampled, scriptedModel(), { env: { TRACEPARENT: `00-${traceId}-${parent}-00` } });
  expect(named(unsampled.spans(), "invoke_agent gantry")).toEqual([]);
  expect(named(unsampled.events(), "gantry.user_prompt")).toMatchObject([{ traceId }]);
});

test("headers, compression, an address of its own and a signal that is not wanted are heeded", async () => {
  const to = await collector();
  const env = {
    OTEL_EXPORTER_OTLP_HEADERS: "x-api-key=a%20b,x-team=blue",
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: "x-team=red",
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${to.url}/elsewhere/traces`,
    OTEL_METRICS_EXPORTER: "none",
  };
  await run(to, scriptedModel(), { env });
  const by = (path: string) => to.received.find((one) => one.path === path)?.headers;
  expect(by("/elsewhere/traces")).toMatchObject({ "x-api-key": "a b", "x-team": "blue", "content-encoding": "gzip" });
  expect(by("/v1/logs")).toMatchObject({ "x-team": "red", "content-type": "application/x-protobuf" });
  expect(to.received.map(({ path }) => path)).not.toContain("/v1/metrics");
  expect(to.spans().length).toBeGreaterThan(0);
});

test("what plugins are asked on the way stands in the trace", async () => {
  const to = await collector();
  const more = [definePlugin({ name: "gatekeeper", setup: () => ({ taps: { toolGate: () => allow("it may") } }) })];
  await run(to, calling("Look", { at: "x" }), { more });
  const [turn] = named(to.spans(), "invoke_agent gantry");
  expect(named(to.spans(), "hook toolGate")).toMatchObject([
    { parentSpanId: turn?.spanId, attributes: { "plugin.name": "gatekeeper", "gantry.hook.effect": "voted" } },
  ]);
  expect(named(to.events(), "gantry.tool_decision")[0]?.attributes.source).toBe("gatekeeper");
});

test("who runs the host in a program that is traced itself is not disturbed, nor mixed up with it", async () => {
  const theirs = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
  const active = trace.setSpanContext(ROOT_CONTEXT, theirs);
  const manager = {
    active: () => active,
    with: <A extends unknown[], R>(
      _: Context,
      work: (...args: A) => R,
      self?: ThisParameterType<typeof work>,
      ...args: A
    ) => work.apply(self, args),
    bind: <T>(_: Context, target: T) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
  onTestFinished(() => context.disable());
  const registered = globalThis[Symbol.for("opentelemetry.js.api.1") as never] as object;
  const before = Object.keys(registered);
  const to = await collector();
  await run(to, scriptedModel());
  expect(Object.keys(registered)).toEqual(before);
  expect(to.events().length).toBeGreaterThan(0);
  for (const { traceId } of [...to.spans(), ...to.events()]) expect(traceId).not.toBe(theirs.traceId);
});

test("the answers are the same with telemetry as without it", async () => {
  const to = await collector();
  const [turn] = await run(to, scriptedModel([{ text: "Hello." }]));
  expect(turn?.text).toBe("Hello.");
  expect(turn?.events.map(({ type }) => type)).toEqual([
    "turn_start",
    "request",
    "answer_start",
    "text",
    "assistant",
    "turn_end",
  ]);
});
