import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openHost } from "gantry";
import { type LoopbackServer, loopbackServer, scriptedModel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import execNode from "../plugins/exec-node/index.ts";
import httpNode from "../plugins/http-node/index.ts";
import settingsFiles from "../plugins/settings-files/index.ts";
import telemetryOtel from "../plugins/telemetry-otel/index.ts";

let home: string;
let project: string;
let collector: LoopbackServer;
let other: LoopbackServer;

beforeEach(async () => {
  home = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-telemetry-")));
  project = path.join(home, "work");
  fs.mkdirSync(project);
  collector = await loopbackServer((_, response) => void response.end());
  other = await loopbackServer((_, response) => void response.end());
});
afterEach(async () => {
  await Promise.all([collector.close(), other.close()]);
  fs.rmSync(home, { recursive: true, force: true });
});

const ON = { GANTRY_ENABLE_TELEMETRY: "1" };

function write(file: string, content: object) {
  const full = path.join(home, file);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.writeFileSync(full, JSON.stringify(content));
}

/** One turn in the project, which is trusted with all that is in it; what the person was told. */
async function converse(env: Record<string, string> = {}) {
  const host = await openHost({
    cwd: project,
    env: { HOME: home, PATH: process.env.PATH, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env },
    catalogue: { plugins: { "telemetry-otel": telemetryOtel }, presets: {} },
    plugins: [httpNode, execNode, settingsFiles, telemetryOtel, scriptedModel([{ text: "Hello." }]).plugin],
  });
  while ((await host.untrusted()).claims.length) await host.trust();
  expect(host.info.isTrusted).toBe(true);
  const session = await host.open();
  const told: string[] = [];
  for await (const event of session.send("Hi.")) if (event.type === "notice") told.push(event.notice.text);
  await host.close();
  return told;
}

describe("telemetry is off", () => {
  test.each<[string, Record<string, string>]>([
    ["by itself", {}],
    ["where the switch says so", { GANTRY_ENABLE_TELEMETRY: "0", CLAUDE_CODE_ENABLE_TELEMETRY: "1" }],
    ["where OpenTelemetry is off as a whole", { ...ON, OTEL_SDK_DISABLED: "true" }],
  ])("%s, and sends nothing", async (_, env) => {
    write("work/.claude/settings.json", { permissions: { allow: ["Read"] } });
    expect(await converse(env)).toEqual([]);
    expect(collector.requests).toEqual([]);
  });
});

describe("telemetry is on", () => {
  const isSent = () =>
    expect(new Set(collector.requests.map((one) => one.path))).toEqual(
      new Set(["/v1/traces", "/v1/metrics", "/v1/logs"]),
    );
  beforeEach(() => write("work/.claude/settings.json", { permissions: { allow: ["Read"] } }));

  test.each([ON, { CLAUDE_CODE_ENABLE_TELEMETRY: "1" }])("where the environment says %j", async (env) => {
    await converse(env);
    isSent();
  });

  test("where the person's own settings say so", async () => {
    write(".claude/settings.json", { env: ON });
    await converse();
    isSent();
  });

  test("where the person's own configuration says so", async () => {
    write(".gantry/config.json", { "telemetry-otel": { enabled: true } });
    await converse();
    isSent();
  });
});

test("a program of the person's own gives the headers", async () => {
  const otelHeadersHelper = ["/bin/sh", "-c", `echo '{"x-team":"blue"}'`];
  write(".claude/settings.json", { env: ON, otelHeadersHelper });
  write("work/.claude/settings.json", { permissions: { allow: ["Read"] } });
  await converse();
  expect(collector.requests.map(({ headers }) => headers["x-team"])).toContain("blue");
});

describe("a project, though trusted,", () => {
  test("cannot turn it on by its settings", async () => {
    write("work/.claude/settings.json", { env: ON, permissions: { allow: ["Read"] } });
    write("work/.claude/settings.local.json", { env: ON });
    await converse();
    expect(collector.requests).toEqual([]);
  });

  test("cannot turn it on by its configuration, and that is said", async () => {
    write("work/gantry.config.json", { "telemetry-otel": { enabled: true } });
    expect(await converse()).toEqual([
      expect.stringMatching(/"telemetry-otel.enabled" does not count in .*gantry.config.json/),
    ]);
    expect(collector.requests).toEqual([]);
  });

  test("cannot overrule the person who has it off", async () => {
    write("work/gantry.config.json", { "telemetry-otel": { enabled: true } });
    write(".gantry/config.json", { "telemetry-otel": { enabled: false } });
    await converse();
    expect(collector.requests).toEqual([]);
  });

  test("cannot have a program of its own give the headers", async () => {
    const otelHeadersHelper = ["/bin/sh", "-c", `touch ${path.join(home, "ran")}`];
    write("work/.claude/settings.json", { otelHeadersHelper, permissions: { allow: ["Read"] } });
    write("work/.claude/settings.local.json", { otelHeadersHelper });
    await converse(ON);
    expect(collector.requests.length).toBeGreaterThan(0);
    expect(fs.existsSync(path.join(home, "ran"))).toBe(false);
  });

  test("cannot steer where it goes, or have texts sent", async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: other.url, OTEL_LOG_USER_PROMPTS: "1" };
    write("work/.claude/settings.json", { env, permissions: { allow: ["Read"] } });
    await converse(ON);
    expect(collector.requests.length).toBeGreaterThan(0);
    expect(other.requests).toEqual([]);
    expect(collector.requests.map(({ body }) => body).join("")).not.toContain("Hi.");
  });
});
