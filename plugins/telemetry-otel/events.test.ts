import { definePlugin, Models, Permissions, type Plugin, text } from "gantry/sdk";
import { createTestKernel, type ScriptedModel, scriptedModel, type TestKernelOptions } from "gantry/sdk/testing";
import { expect, test } from "vitest";
import httpNode from "../http-node/index.ts";
import modelRetry from "../model-retry/index.ts";
import permitModes from "../permit-modes/index.ts";
import settingsFiles from "../settings-files/index.ts";
import telemetryOtel from "./index.ts";
import { type Collector, collector } from "./test-collector.ts";

async function kernelFor(
  to: Collector,
  plugins: readonly Plugin[],
  model: ScriptedModel,
  options: Partial<TestKernelOptions> = {},
) {
  return createTestKernel({
    plugins: [httpNode, telemetryOtel, ...plugins],
    model,
    env: { GANTRY_ENABLE_TELEMETRY: "1", OTEL_EXPORTER_OTLP_ENDPOINT: to.url },
    ...options,
  });
}
const eventsOf = (to: Collector, name: string) =>
  to.events().flatMap((event) => (event.name === `gantry.${name}` ? [event.attributes] : []));

test("every try of a request is told of, and that there will be no more", async () => {
  const to = await collector();
  const failure = { kind: "overloaded", status: 529, isRetryable: true } as const;
  const model = scriptedModel([{ failure }, { text: "At last." }, { failure }, { failure }]);
  const config = { "model-retry": { firstDelayMs: 1, tries: 2 } };
  const kernel = await kernelFor(to, [modelRetry], model, { config });
  expect((await kernel.run("One.")).text).toBe("At last.");
  expect((await kernel.run("Two.")).end.reason).toBe("model_error");
  await kernel.close();
  expect(eventsOf(to, "api_error").map(({ attempt }) => attempt)).toEqual([1, 1, 2]);
  expect(eventsOf(to, "api_request")).toMatchObject([{ attempts: 2 }]);
  expect(eventsOf(to, "api_retries_exhausted")).toMatchObject([{ attempts: 2, "error.type": "overloaded" }]);
});

test("what a plugin asks a model is told of as the plugin's, beside the turn", async () => {
  const to = await collector();
  const usage = { input_tokens: 3, output_tokens: 4 };
  const asking = definePlugin({
    name: "asking",
    needs: { models: Models },
    commands: { ask: { description: "Asks." } },
    setup: ({ use }) => ({
      commands: {
        ask: async (_, session) => {
          const messages = [{ role: "user" as const, content: [text("Well?")] }];
          await use.models.complete(session, { system: "", messages });
          return "Asked.";
        },
      },
    }),
  });
  const kernel = await kernelFor(to, [asking], scriptedModel([{ text: "Yes.", usage }]));
  await kernel.run("/ask");
  await kernel.close();
  expect(eventsOf(to, "api_request")).toMatchObject([
    { "gantry.request.source": "plugin", "gen_ai.usage.output_tokens": 4 },
  ]);
  expect(to.spans().map(({ name }) => name)).toContain("chat script");
});

test("a change of the permission mode is told of", async () => {
  const to = await collector();
  const moding = definePlugin({
    name: "moding",
    needs: { permissions: Permissions },
    commands: { edits: { description: "Accepts edits." } },
    setup: ({ use }) => ({
      commands: {
        edits: async (_, session) => {
          await use.permissions.setMode(session, "acceptEdits");
          return "Done.";
        },
      },
    }),
  });
  const kernel = await kernelFor(to, [settingsFiles, permitModes, moding], scriptedModel());
  await kernel.run("/edits");
  await kernel.run("Go.");
  await kernel.close();
  expect(eventsOf(to, "permission_mode_changed")).toMatchObject([{ from_mode: "default", to_mode: "acceptEdits" }]);
});

test("a compaction, plugins from elsewhere and their failures are told of, without their words", async () => {
  const to = await collector();
  const shortening = definePlugin({
    name: "shortening",
    version: "1.2.3",
    setup: () => ({
      taps: {
        compact: () => ({ summary: "Shorter, hunter2.", messages: [{ role: "user" as const, content: [text("x")] }] }),
        promptBuild: () => {
          throw new Error("hunter2");
        },
      },
    }),
  });
  const kernel = await kernelFor(to, [shortening], scriptedModel([{ text: "Long. ".repeat(400) }]));
  await kernel.run("Go.");
  expect(await kernel.session.compact()).toMatchObject({ isDone: true });
  await kernel.close();
  const [compaction] = eventsOf(to, "compaction");
  expect(compaction).toMatchObject({ trigger: "manual" });
  expect(compaction?.tokens_after).toBeLessThan(compaction?.tokens_before as number);
  expect(eventsOf(to, "plugin_loaded")).toContainEqual(
    expect.objectContaining({ "plugin.name": "shortening", "plugin.version": "1.2.3" }),
  );
  expect(eventsOf(to, "plugin_fault")).toMatchObject([{ "plugin.name": "shortening", where: "promptBuild" }]);
  const failed = to.spans().find(({ name }) => name === "hook promptBuild");
  expect(failed).toMatchObject({ isError: true, attributes: { "gantry.hook.effect": "failed" } });
  expect(to.text()).not.toContain("hunter2");
});

test("a turn that is interrupted ends its spans, and is no error", async () => {
  const to = await collector();
  const kernel = await kernelFor(to, [], scriptedModel([{ text: "Never.", after: new Promise(() => {}) }]));
  for await (const event of kernel.session.send("Go.")) if (event.type === "request") void kernel.session.interrupt();
  await kernel.close();
  const spans = to.spans().filter(({ name }) => !name.startsWith("hook "));
  expect(spans.map(({ name, isError, attributes }) => [name, isError, attributes["error.type"]])).toEqual([
    ["chat script", false, "aborted"],
    ["invoke_agent gantry", false, "aborted"],
  ]);
  expect(eventsOf(to, "api_error")).toEqual([]);
});

test("two sessions at the same time are told apart", async () => {
  const to = await collector();
  const first = await kernelFor(to, [], scriptedModel([{ text: "One." }]));
  const second = await kernelFor(to, [], scriptedModel([{ text: "Two." }]));
  await Promise.all([first.run("Go."), second.run("Go.")]);
  await Promise.all([first.close(), second.close()]);
  const prompts = eventsOf(to, "user_prompt").map((event) => event["session.id"]);
  expect(new Set(prompts)).toEqual(new Set([first.session.id, second.session.id]));
  const traces = to.spans().flatMap(({ name, traceId }) => (name === "invoke_agent gantry" ? [traceId] : []));
  expect(new Set(traces).size).toBe(2);
});
