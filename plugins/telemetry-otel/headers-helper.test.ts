import { chmod, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exec, SessionEvent, Settings, SettingsLayer } from "gantry/sdk";
import { createTestKernel, fakeClock, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import execNode from "../exec-node/index.ts";
import httpNode from "../http-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import { createHeadersHelper, helperIn, intervalIn } from "./headers-helper.ts";
import telemetryOtel from "./index.ts";
import { collector } from "./test-collector.ts";

const HOUR = 3_600_000;

/** A helper that prints one after the other, the last again and again; `undefined`: it fails. */
function helping(...prints: readonly (string | undefined)[]) {
  const clock = fakeClock();
  const runs: unknown[] = [];
  const failures: string[] = [];
  const exec = {
    async run({ file, args, cwd }: { file: string; args: readonly string[]; cwd: string }) {
      const stdout = prints[Math.min(runs.length, prints.length - 1)];
      runs.push([file, args, cwd]);
      return {
        exitCode: stdout === undefined ? 3 : 0,
        stdout: stdout ?? "hunter2",
        stderr: "hunter2",
        isTimedOut: false,
      };
    },
  } as unknown as Exec;
  const helper = createHeadersHelper({
    words: ["helper", "a b"],
    everyMs: HOUR,
    exec: async () => exec,
    host: { home: "/home/me" },
    clock,
    signal: new AbortController().signal,
    onFailure: (problem) => void failures.push(problem),
  });
  return { helper, clock, runs, failures };
}

const token = (value: string) => JSON.stringify({ Authorization: value });

describe("a program that prints headers", () => {
  test("runs once for many requests at the same time, by its words, in the person's home", async () => {
    const { helper, runs } = helping(token("one"));
    const all = await Promise.all([helper.headers(), helper.headers(), helper.headers()]);
    expect(all).toEqual(Array.from({ length: 3 }, () => ({ authorization: "one" })));
    expect(runs).toEqual([["helper", ["a b"], "/home/me"]]);
  });

  test("runs again when its headers have grown old, and when the collector will not have them", async () => {
    const { helper, clock, runs } = helping(token("one"), token("two"), token("three"));
    await helper.headers();
    await clock.advance(HOUR - 1);
    expect(await helper.headers()).toEqual({ authorization: "one" });
    await clock.advance(1);
    expect(await helper.headers()).toEqual({ authorization: "two" });
    helper.distrust();
    expect(await helper.headers()).toEqual({ authorization: "two" });
    await clock.advance(60_000);
    expect(await helper.headers()).toEqual({ authorization: "three" });
    expect(runs).toHaveLength(3);
  });

  test("that fails later leaves the earlier headers, is told of, and is tried again after a minute", async () => {
    const { helper, clock, failures } = helping(token("one"), undefined, token("three"));
    await helper.headers();
    await clock.advance(HOUR);
    expect(await helper.headers()).toEqual({ authorization: "one" });
    expect(failures).toEqual(["otelHeadersHelper: it ended with 3"]);
    await clock.advance(60_000);
    expect(await helper.headers()).toEqual({ authorization: "three" });
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "hunter2"],
    ["a list", '["hunter2"]'],
    ["numbers", '{"a":7}'],
    ["a header with a line break", JSON.stringify({ a: "hunter2\r\nb: c" })],
    ["a name that is none", JSON.stringify({ ":path": "hunter2" })],
  ])("that prints %s gives no headers, and what it has printed is not repeated", async (_, printed) => {
    const { helper, runs } = helping(printed);
    await expect(helper.headers()).rejects.toThrow(/^otelHeadersHelper: it printed /);
    await expect(helper.headers()).rejects.not.toThrow(/hunter2/);
    expect(runs).toHaveLength(1);
  });
});

describe("which program that is", () => {
  const settings = (layer: SettingsLayer, value: unknown) =>
    ({ layers: () => [{ value, layer, source: "", root: "" }] }) as unknown as Settings;
  const home = { home: "/home/me" };

  test.each([
    ["~/bin/headers", ["/home/me/bin/headers"]],
    ["vault read -field 'a b' \"it's\"", ["vault", "read", "-field", "a b", "it's"]],
    ["echo $(rm -rf x); y", ["echo", "$(rm", "-rf", "x);", "y"]],
    [
      ["/opt/a b/c", "~/d e"],
      ["/opt/a b/c", "/home/me/d e"],
    ],
  ])("%j stands for words, which no shell reads", (written, words) => {
    expect(helperIn(settings("user", written), home)).toEqual(words);
  });

  test("a folder has no say", () => {
    for (const layer of ["project", "local"] as const) expect(helperIn(settings(layer, "x"), home)).toEqual([]);
    expect(helperIn(undefined, home)).toEqual([]);
  });

  test("how often it runs is half an hour, nearly, or what the variable says", () => {
    expect(intervalIn({})).toBe(1_740_000);
    expect(intervalIn({ CLAUDE_CODE_OTEL_HEADERS_HELPER_DEBOUNCE_MS: "5000" })).toBe(5_000);
    expect(intervalIn({ GANTRY_OTEL_HEADERS_HELPER_DEBOUNCE_MS: "soon" })).toBe(1_740_000);
  });
});

describe("real programs", () => {
  async function converse(script: string) {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "gantry-headers-")));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "headers helper");
    await writeFile(file, `#!/bin/sh\necho x >> "${folder}/runs"\n${script}\n`);
    await chmod(file, 0o700);
    const to = await collector();
    const kernel = await createTestKernel({
      plugins: [httpNode, execNode, settingsFiles, telemetryOtel],
      model: scriptedModel([{ text: "One." }]),
      settings: { otelHeadersHelper: [file] } as never,
      env: {
        GANTRY_ENABLE_TELEMETRY: "1",
        PATH: process.env.PATH ?? "",
        OTEL_EXPORTER_OTLP_ENDPOINT: to.url,
        OTEL_EXPORTER_OTLP_HEADERS: "x-team=blue,authorization=old",
      },
    });
    const told: string[] = [];
    kernel.session.watch((event: SessionEvent) => {
      if (event.type === "notice") told.push(event.notice.text);
    });
    expect((await kernel.run("Go.")).text).toBe("One.");
    await kernel.close();
    const runs = await readFile(join(folder, "runs"), "utf8");
    return { to, told, runs: runs.trim().split("\n").length };
  }

  test("give headers to every request, before those of the environment, and run once", async () => {
    const { to, told, runs } = await converse(`echo '{"Authorization":"Bearer new"}'`);
    expect([told, runs]).toEqual([[], 1]);
    expect(to.received.length).toBeGreaterThan(2);
    for (const { headers } of to.received)
      expect(headers).toMatchObject({ authorization: "Bearer new", "x-team": "blue" });
  });

  test.each([
    ["fails", "echo hunter2 >&2; exit 7", /otelHeadersHelper: it ended with 7/],
    ["prints garbage", "head -c 100000 /dev/urandom", /otelHeadersHelper: it printed no JSON/],
    ["hangs", "sleep 60", /did not answer before the session had ended/],
  ])("one that %s harms nothing, is told of once, and nothing is sent", async (_, script, says) => {
    const { to, told } = await converse(script);
    expect(told).toEqual([expect.stringMatching(says)]);
    expect(told[0]).not.toContain("hunter2");
    expect(to.received).toEqual([]);
  });
});
