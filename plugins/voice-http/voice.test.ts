import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { definePlugin, type Panel, Settings, Speech, z } from "gantry/sdk";
import { createTestKernel, type LoopbackServer, loopbackServer, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import execNode from "../exec-node/index.ts";
import httpNode from "../http-node/index.ts";
import secretsKeyring from "../secrets-keyring/index.ts";
import settingsFiles from "../settings-files/index.ts";
import voiceHttp from "./index.ts";

let speech: Speech;
let settings: Settings;
const speaking = definePlugin({
  name: "speaking",
  needs: { speech: Speech, settings: Settings },
  setup: ({ use }) => {
    ({ speech, settings } = use);
    return { taps: { sessionStart: () => undefined } };
  },
});

let base: string;
let kernel: TestKernel | undefined;
let server: LoopbackServer | undefined;
beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), "gantry-voice-"));
  await Promise.all(["bin", "claude", "work/.claude"].map((one) => mkdir(path.join(base, one), { recursive: true })));
});
afterEach(async () => {
  await kernel?.close();
  await server?.close();
  [kernel, server] = [undefined, undefined];
  await rm(base, { recursive: true, force: true });
});

const ready = () => path.join(base, "ready");

/** A program by the name of a recorder. */
const recorder = (script: string, name = "arecord") =>
  writeFile(path.join(base, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
const RECORDS = () => recorder(`printf SAMPLES! ; : > ${ready()} ; exec sleep 600`);
const isRecording = () => vi.waitFor(() => access(ready()));

/** An endpoint that answers this. */
async function endpoint(status: number, text: string): Promise<string> {
  server = await loopbackServer((_, response) => void response.writeHead(status).end(text));
  return `${server.url}/v1`;
}

async function open(voice: object = {}, env: Record<string, string> = {}, own: object = {}): Promise<TestKernel> {
  await writeFile(path.join(base, "claude/settings.json"), JSON.stringify({ voice }));
  // Only what this machine has no part in: its own recorders are out of reach.
  const programs = { PATH: `${path.join(base, "bin")}:/bin:/usr/bin`, CLAUDE_CONFIG_DIR: path.join(base, "claude") };
  kernel = await createTestKernel({
    plugins: [execNode, httpNode, settingsFiles, secretsKeyring, voiceHttp, speaking],
    config: { "secrets-keyring": { keyring: "never" }, "voice-http": own },
    cwd: path.join(base, "work"),
    env: { ...programs, GANTRY_HOME: path.join(base, "state"), ...env },
  });
  return kernel;
}

describe("what is said", () => {
  it("is recorded, written down, and in no file", async () => {
    await RECORDS();
    const url = await endpoint(200, '{"text":" fix the\\u001b tests "}');
    await open({ url, model: "small", language: "en" }, { GANTRY_VOICE_KEY: "k-123" });
    const recording = await speech.record();
    await expect(speech.record()).rejects.toMatchObject({ code: "GANTRY_SPEECH_BUSY" });
    await isRecording();
    expect(await recording.finish()).toBe("fix the<U+001B> tests");
    const [request] = server?.requests ?? [];
    expect(request).toMatchObject({
      method: "POST",
      path: "/v1/audio/transcriptions",
      headers: { authorization: "Bearer k-123" },
    });
    for (const part of [
      'name="model"\r\n\r\nsmall',
      'name="language"\r\n\r\nen',
      'filename="speech.wav"',
      "WAVEfmt",
      "SAMPLES!",
    ]) {
      expect(request?.body).toContain(part);
    }
  });

  it("is dropped when it is called off, and the next can be said", async () => {
    await RECORDS();
    await open({ url: await endpoint(200, '{"text":"x"}') });
    const recording = await speech.record();
    await isRecording();
    await recording.cancel();
    await recording.ended;
    expect(server?.requests).toEqual([]);
    await (await speech.record()).cancel();
  });

  it("ends by itself when it becomes too long, or the recorder dies", async () => {
    await recorder("exec cat /dev/zero");
    await open({ url: await endpoint(200, '{"text":"long"}') }, {}, { longestMs: 100 });
    const recording = await speech.record();
    await recording.ended;
    expect(await recording.finish()).toBe("long");
    // A tenth of a second are 3200 bytes.
    const { length } = server?.requests[0]?.body ?? "";
    expect(length).toBeGreaterThan(3_200);
    expect(length).toBeLessThan(4_000);
  });
});

describe("without", () => {
  it("an address, nothing is recorded, and it says so", async () => {
    await RECORDS();
    const { run } = await open();
    expect(await speech.problem()).toContain("/voice setup names an address");
    await expect(speech.record()).rejects.toMatchObject({ code: "GANTRY_SPEECH_UNSET" });
    expect((await run("/voice try")).text).toContain("Nothing writes down what is said");
    await expect(access(ready())).rejects.toThrow();
  });

  it("samples, it says what the recorder complained of", async () => {
    await recorder("echo 'no soundcards found' >&2; exit 1");
    const { run } = await open({ url: await endpoint(200, "{}") });
    expect((await run("/voice try")).text).toContain("arecord recorded nothing: no soundcards found.");
    expect(server?.requests).toEqual([]);
  });

  it("an address that is safe, nothing is sent", async () => {
    for (const url of ["http://example.org/v1", "https://me:secret@example.org", "file:///etc/passwd", "nonsense"]) {
      await open({ url });
      expect(await speech.problem()).toMatch(/https:|no address|does not belong/);
      await kernel?.close();
      kernel = undefined;
    }
  });

  it("the person's own word, a project's address counts for nothing", async () => {
    const mine = path.join(base, "work/.claude/settings.json");
    await writeFile(mine, '{ "voice": { "url": "https://evil.example", "mode": "hold" } }');
    await open({}, { GANTRY_TRUST: "1" });
    expect(settings.get("voice.mode", z.string())).toBe("hold");
    expect(speech.mode()).toBe("off");
    expect(await speech.problem()).toContain("/voice setup");
  });

  it("an answer that can be read, it says what came", async () => {
    await recorder("printf SAMPLES!");
    const { run } = await open({ url: await endpoint(401, "who are you?") });
    expect((await run("/voice try")).text).toMatch(/HTTP 401\): who are you\?\. Set its key/);
    await server?.close();
    await kernel?.close();
    const other = await open({ url: await endpoint(200, "<html>") });
    expect((await other.run("/voice try")).text).toContain("answered something else than what was said: <html>.");
  });
});

describe("/voice", () => {
  it("tries it out", async () => {
    await recorder("printf SAMPLES!");
    const { run } = await open({ url: await endpoint(200, '{"text":"hello there"}') });
    expect((await run("/voice try")).text).toBe("Understood: hello there");
  });

  it("chooses how speaking begins, in the person's settings, and keeps the rest", async () => {
    const { run } = await open({ url: "https://example.org/v1" });
    expect((await run("/voice hold")).text).toContain("Speak while you hold the space bar.");
    expect((await run("/voice nonsense")).text).toContain('"nonsense" is nothing that /voice does');
    const saved = JSON.parse(await readFile(path.join(base, "claude/settings.json"), "utf8"));
    expect(saved).toEqual({ voice: { url: "https://example.org/v1", mode: "hold" } });
  });

  it("is set up by a form, keeps the key as a secret, and never shows it", async () => {
    const { run } = await open();
    const { events } = await run("/voice setup");
    const panel = events.flatMap((event) => (event.type === "panel" ? [event.panel as Panel] : []))[0];
    if (panel?.type !== "form") throw new Error("no form");
    const values = { url: "https://example.org/v1", model: "large", language: "", key: "k-secret" };
    await expect(async () => panel.submit({ ...values, url: "http://example.org" })).rejects.toThrow(
      "https: addresses alone",
    );
    expect(await panel.submit(values)).toContain("Saved in");
    const settings = await readFile(path.join(base, "claude/settings.json"), "utf8");
    expect(JSON.parse(settings)).toEqual({ voice: { url: "https://example.org/v1", model: "large" } });
    const again = await open({ url: "https://example.org/v1" });
    const { text } = await again.run("/voice");
    expect(text).toMatch(/key\s+kept/);
    expect(text).not.toContain("k-secret");
  });
});
