import { type AnnouncedEvent, definePlugin, type Plugin } from "gantry/sdk";
import { createTestKernel, scriptedModel, type TestKernelOptions } from "gantry/sdk/testing";
import { expect, test } from "vitest";
import contextMentions from "../context-mentions/index.ts";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import hookScripts from "../hook-scripts/index.ts";
import httpNode from "../http-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import telemetryOtel from "./index.ts";
import { type Collector, collector } from "./test-collector.ts";

async function converse(
  to: Collector,
  plugins: readonly Plugin[],
  { env, ...options }: Partial<TestKernelOptions> = {},
  prompt = "Go.",
) {
  const kernel = await createTestKernel({
    plugins: [httpNode, settingsFiles, execNode, filesNode, telemetryOtel, ...plugins],
    model: scriptedModel([{ text: "Done." }]),
    env: { GANTRY_ENABLE_TELEMETRY: "1", OTEL_EXPORTER_OTLP_ENDPOINT: to.url, PATH: process.env.PATH ?? "", ...env },
    ...options,
  });
  expect((await kernel.run(prompt)).text).toBe("Done.");
  await kernel.close();
}
const eventsOf = (to: Collector, name: string) =>
  to.events().flatMap((event) => (event.name === `gantry.${name}` ? [event.attributes] : []));
const DETAILS = { env: { OTEL_LOG_TOOL_DETAILS: "1" } };

/** Stands for a plugin that has these to tell. */
const announcing = (...events: readonly AnnouncedEvent[]) =>
  definePlugin({
    name: "announcing",
    setup: () => ({
      taps: {
        sessionStart: (session) => {
          for (const event of events) session.announce(event);
        },
      },
    }),
  });

const ABOUT_SERVER = { type: "mcpServerChanged", server: "hunter2", transport: "stdio", scope: "user" } as const;

test("a server that was connected, failed or is lost is told of, its name only to who wants details", async () => {
  const to = await collector();
  const plugin = announcing(
    { ...ABOUT_SERVER, status: "connected", durationMs: 12.4 },
    { ...ABOUT_SERVER, status: "failed", durationMs: 7, errorCode: "GANTRY_EXEC_ABSENT" },
    { ...ABOUT_SERVER, status: "disconnected", durationMs: 90_000 },
  );
  await converse(to, [plugin]);
  const common = { transport_type: "stdio", server_scope: "user" };
  expect(eventsOf(to, "mcp_server_connection")).toMatchObject([
    { ...common, status: "connected", duration_ms: 12 },
    { ...common, status: "failed", duration_ms: 7, error_code: "GANTRY_EXEC_ABSENT" },
    { ...common, status: "disconnected", duration_ms: 90_000 },
  ]);
  expect(to.text()).not.toContain("hunter2");

  const detailed = await collector();
  await converse(detailed, [plugin], DETAILS);
  expect(eventsOf(detailed, "mcp_server_connection")[0]).toMatchObject({ server_name: "hunter2" });
});

test("what a prompt names is told of by its kind, and not by its name", async () => {
  const to = await collector();
  await converse(to, [contextMentions], {}, "Compare @hunter2.ts with @./hunter3/");
  expect(eventsOf(to, "at_mention")).toMatchObject([
    { mention_type: "file", success: false },
    { mention_type: "file", success: false },
  ]);
  expect(to.text()).not.toMatch(/hunter/);
});

test("hooks are told of when they are there, when they begin and how they have ended; not what they run, read or print", async () => {
  const to = await collector();
  const hook = (command: string) => [{ matcher: "hunter2|startup", hooks: [{ type: "command", command }] }];
  const hooks = {
    SessionStart: hook("echo hunter3"),
    UserPromptSubmit: [{ hooks: hook("exit 3 # hunter4")[0]?.hooks }],
  };
  await converse(to, [hookScripts], { settings: { hooks } as never });
  expect(eventsOf(to, "hook_registered")).toMatchObject([
    { hook_event: "SessionStart", hook_type: "command", hook_source: "flag", is_active: true },
    { hook_event: "UserPromptSubmit", hook_type: "command", hook_source: "flag", is_active: true },
  ]);
  expect(eventsOf(to, "hook_execution_start").map(({ hook_event }) => hook_event)).toEqual([
    "SessionStart",
    "UserPromptSubmit",
  ]);
  expect(eventsOf(to, "hook_execution_complete")).toMatchObject([
    { hook_event: "SessionStart", outcome: "success", exit_code: 0 },
    { hook_event: "UserPromptSubmit", outcome: "error", exit_code: 3 },
  ]);
  const spans = to.spans();
  const turn = spans.find(({ name }) => name === "invoke_agent gantry");
  const failed = spans.find(({ name }) => name === "hook_script UserPromptSubmit");
  expect(failed).toMatchObject({ isError: true, parentSpanId: turn?.spanId });
  expect(to.text()).not.toMatch(/hunter/);

  const detailed = await collector();
  await converse(detailed, [hookScripts], { settings: { hooks } as never, ...DETAILS });
  expect(eventsOf(detailed, "hook_registered")[0]).toMatchObject({ hook_matcher: "hunter2|startup" });
  expect(eventsOf(detailed, "hook_execution_start")[0]).toMatchObject({ hook_name: "SessionStart:startup" });
});
