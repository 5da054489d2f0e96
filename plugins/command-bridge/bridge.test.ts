import { request as rawRequest } from "node:http";
import { connect } from "node:net";
import { type Answer, definePlugin, defineTool, type Line, Questions, type Renderer, Slots, z } from "gantry/sdk";
import { createTestKernel, scriptedModel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, describe, expect, it } from "vitest";
import permitModes from "../permit-modes/index.ts";
import settingsFiles from "../settings-files/index.ts";
import commandBridge from "./index.ts";

const change = defineTool({
  name: "Change",
  description: "",
  input: z.object({ to: z.string() }),
  run: ({ to }) => `It is ${to} now.`,
});

let kernel: TestKernel | undefined;
let streams: AbortController | undefined;
afterEach(async () => {
  streams?.abort();
  streams = undefined;
  await kernel?.close();
  kernel = undefined;
});

/** A kernel with a person at it, who answers nothing unless told otherwise; and the bridge, on. */
async function turnedOn(options: Partial<TestKernelOptions> = {}, plugins: TestKernelOptions["plugins"] = [change]) {
  kernel = await createTestKernel({ answer: () => undefined, ...options, plugins: [...plugins, commandBridge] });
  const { text } = await kernel.run("/bridge on");
  const [, base = "", token = ""] = /(http:\/\/[^/]+)\/#(\S+)/.exec(text) ?? [];
  const json = { "content-type": "application/json" };
  const post = (path: string, body: unknown, headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
    fetch(`${base}${path}`, { method: "POST", headers: { ...json, ...headers }, body: JSON.stringify(body) });
  return { kernel, base, token, port: Number(new URL(base).port), post };
}

type Told = { name: string; data: Record<string, unknown> };

/** What a device hears, from when it comes. */
async function listen(base: string, headers: Record<string, string>) {
  streams ??= new AbortController();
  const response = await fetch(`${base}/api/events`, { headers, signal: streams.signal });
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  let isOver = false;
  const read = async () => {
    let rest = "";
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      const parts = (rest + Buffer.from(chunk).toString("utf8")).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const [, name = "", data = "{}"] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? [];
        told.push({ name, data: JSON.parse(data) });
      }
      for (const look of waiting) look();
    }
  };
  const over = read()
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
      for (const look of waiting) look();
    });
  const until = (fits: (one: Told) => boolean) =>
    new Promise<Told>((resolve, reject) => {
      const look = () => {
        const found = told.find(fits);
        if (found) resolve(found);
        else if (isOver) reject(new Error(`never heard; heard ${JSON.stringify(told)}`));
        if (found || isOver) waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  return { status: response.status, told, until, over };
}

/** A request with any path and any headers, as no browser would make it. */
function raw(port: number, path: string, headers: Record<string, string>, method = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = rawRequest({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", reject).end();
  });
}

describe("/bridge", () => {
  it("listens nowhere until it is turned on, and not after it is turned off", async () => {
    kernel = await createTestKernel({ plugins: [commandBridge], answer: "allow" });
    expect((await kernel.run("/bridge")).text).toContain("nothing listens");
    expect((await kernel.run("/bridge off")).text).toBe("The bridge is off.");
    await kernel.close();

    const { base, post, kernel: on } = await turnedOn();
    const device = await listen(base, {
      authorization: `Bearer ${(await on.run("/bridge on")).text.split("#")[1]?.split("\n")[0]}`,
    });
    expect((await on.run("/bridge")).text).toContain("connected");
    expect((await on.run("/bridge off")).text).toContain("worth nothing");
    await device.over;
    expect(device.told.at(-1)?.name).toBe("off");
    await expect(post("/api/interrupt", {})).rejects.toThrow();
  });

  it("says what is wrong with its words, and with a port that is taken", async () => {
    const { kernel: on, port } = await turnedOn();
    await on.run("/bridge off");
    expect((await on.run("/bridge no")).text).toContain('"no" is nothing that /bridge does');
    expect((await on.run("/bridge on 70000")).text).toBe("70000 is no port: it has to be 1 to 65535.");
    expect((await on.run("/bridge on http://x")).text).toContain("neither a port nor the name of a host");
    expect((await on.run(`/bridge on ${port} box.example.net`)).text).toContain("https://box.example.net/#");
  });

  it("is not for a run that nobody converses with", async () => {
    kernel = await createTestKernel({ plugins: [commandBridge] });
    expect((await kernel.run("/bridge on")).text).toContain("no conversation");
  });
});

describe("a device", () => {
  it("sees what has been said, and what is said from then on, as it comes", async () => {
    const renderer: Renderer = {
      title: ({ call }) => `to ${(call.input as { to: string }).to}`,
      summary: () => "changed",
      body: () => [{ type: "diff", lines: ["-old", "+new"] }],
    };
    const looks = definePlugin({
      name: "looks",
      renderers: { Change: {} },
      setup: () => ({ renderers: { Change: renderer } }),
    });
    const model = scriptedModel([
      { text: "First." },
      { thinking: "Hm.", text: "Second \u202e!", calls: [{ name: "Change", input: { to: "warm" } }] },
      { text: "Third." },
    ]);
    const { base, token, kernel: on } = await turnedOn({ model, answer: "allow" }, [change, looks]);
    await on.run("Hello");
    const { told, until } = await listen(base, { authorization: `Bearer ${token}` });
    const [all] = told.length ? told : [await until(({ name }) => name === "all")];
    expect(all?.data).toMatchObject({
      isBusy: false,
      items: [
        { kind: "person", text: "Hello" },
        { kind: "answer", text: "First." },
      ],
    });

    await on.run("Go on");
    await until(({ data }) => (data.item as { summary?: string })?.summary === "changed");
    await until(({ data }) => data.isBusy === false);
    expect(told.map(({ data }) => data)).toEqual(
      expect.arrayContaining([
        { isBusy: true },
        { item: expect.objectContaining({ kind: "person", text: "Go on" }) },
        { item: expect.objectContaining({ kind: "thinking", text: "Hm." }) },
        { item: expect.objectContaining({ kind: "answer", text: "Second <U+202E>!" }) },
        { item: expect.objectContaining({ kind: "tool", title: "warm", state: "running" }) },
        {
          item: expect.objectContaining({
            title: "to warm",
            state: "ok",
            body: [{ type: "diff", lines: ["-old", "+new"] }],
          }),
        },
        { item: expect.objectContaining({ kind: "answer", text: "Third." }) },
      ]),
    );
  });

  it("says the next prompt, and interrupts", async () => {
    const model = scriptedModel([{ text: "Said." }, { after: new Promise(() => {}) }]);
    const { base, token, post } = await turnedOn({ model });
    const { until, told } = await listen(base, { authorization: `Bearer ${token}` });
    expect(await (await post("/api/prompt", { text: " Say it " })).json()).toEqual({ isQueued: false });
    await until(({ data }) => (data.item as { text?: string })?.text === "Said.");
    await until(({ data }) => data.isBusy === false);
    told.length = 0;
    await post("/api/prompt", { text: "Wait" });
    await until(({ data }) => data.isBusy === true);
    await post("/api/interrupt", {});
    await until(({ data }) => (data.item as { text?: string })?.text === "Interrupted.");
  });

  it("changes the mode, where it may be had", async () => {
    const { base, token, post } = await turnedOn({}, [settingsFiles, permitModes, change]);
    const { until } = await listen(base, { authorization: `Bearer ${token}` });
    expect((await post("/api/mode", { mode: "acceptEdits" })).status).toBe(200);
    await until(({ data }) => data.mode === "acceptEdits");
    const refused = await post("/api/mode", { mode: "bypassPermissions" });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ problem: expect.stringContaining("was not enabled") });
  });
});

describe("a question", () => {
  const calling = () => scriptedModel([{ calls: [{ name: "Change", input: { to: "warm" } }] }, { text: "Done." }]);
  const asked = ({ data }: Told) => "asks" in data;
  const idOf = ({ data }: Told) => (data.asks as { id: string }).id;

  it("is answered by a device: yes, or no with a reason that the model is told", async () => {
    const { base, token, post, kernel: on } = await turnedOn({ model: calling() });
    const { until, told } = await listen(base, { authorization: `Bearer ${token}` });
    const running = on.run("Change it");
    const question = await until(asked);
    expect(question.data.asks).toMatchObject({ kind: "permission", parts: { title: "Change wants to run" } });
    expect((await post("/api/answer", { id: idOf(question), answer: "always" })).status).toBe(422);
    expect((await post("/api/answer", { id: idOf(question), answer: "once" })).status).toBe(200);
    expect((await running).results[0]?.outcome).toBe("ok");
    expect((await post("/api/answer", { id: idOf(question), answer: "no" })).status).toBe(410);

    told.length = 0;
    on.model.push({ calls: [{ name: "Change", input: { to: "cold" } }] }, { text: "Done." });
    const again = on.run("Change it");
    await post("/api/answer", { id: idOf(await until(asked)), answer: "no", reason: "It is cold enough." });
    expect((await again).results[0]).toMatchObject({
      outcome: "denied",
      content: [{ text: expect.stringContaining("It is cold enough.") }],
    });
  });

  it("that somebody else answers first is withdrawn", async () => {
    let sayYes: () => void = () => undefined;
    const yes = new Promise<Answer>((resolve) => {
      sayYes = () => resolve({ decision: "allow" });
    });
    const person = definePlugin({
      name: "person",
      setup: () => ({ taps: { ask: { stage: "late", handler: () => yes } } }),
    });
    const { base, token, kernel: on } = await turnedOn({ model: calling() }, [change, person]);
    const { until } = await listen(base, { authorization: `Bearer ${token}` });
    const running = on.run("Change it");
    const id = idOf(await until(asked));
    sayYes();
    await until(({ data }) => data.settled === id);
    expect((await running).results[0]?.outcome).toBe("ok");
  });

  it("may be a form, whose answers have to fit", async () => {
    const form = {
      kind: "form",
      from: "The harbour",
      message: "Which pier?",
      fields: [{ name: "pier", type: "integer", isRequired: true }],
    } as const;
    const moor = definePlugin({
      name: "moor",
      needs: { questions: Questions },
      tools: { Moor: { description: "", input: z.object({}), traits: { readOnly: true } } },
      setup: ({ use }) => ({
        tools: {
          Moor: async (_, { session, turn }) => {
            const tool = { name: "Moor", owner: "moor", description: "", input: z.object({}) };
            return JSON.stringify((await use.questions.ask(session, { form, call: { tool }, turn }))?.values);
          },
        },
      }),
    });
    const model = scriptedModel([{ calls: [{ name: "Moor", input: {} }] }, { text: "Done." }]);
    const { base, token, post, kernel: on } = await turnedOn({ model }, [moor]);
    const { until } = await listen(base, { authorization: `Bearer ${token}` });
    const running = on.run("Moor");
    const id = idOf(await until(asked));
    const wrong = await post("/api/answer", { id, answer: "once", values: { pier: "four" } });
    expect(wrong.status).toBe(422);
    expect(await wrong.json()).toMatchObject({ fields: { pier: "It has to be a whole number." } });
    await post("/api/answer", { id, answer: "once", values: { pier: 4 } });
    expect((await running).results[0]?.content).toEqual([{ type: "text", text: '{"pier":4}' }]);
  });
});

describe("whoever does not belong there", () => {
  it("with a wrong token, half a way in, or none, is refused everything", async () => {
    const { base, token, post } = await turnedOn();
    for (const headers of [
      {},
      { authorization: "Bearer nonsense" },
      { authorization: `Bearer ${token.slice(0, -1)}` },
    ]) {
      for (const path of ["prompt", "interrupt", "mode", "answer", "leave"]) {
        expect((await post(`/api/${path}`, { text: "x" }, headers as Record<string, string>)).status).toBe(401);
      }
      expect((await listen(base, headers as Record<string, string>)).status).toBe(401);
    }
    expect((await post("/api/enter", { token: "nonsense" }, {})).status).toBe(401);

    const entered = await post("/api/enter", { token }, {});
    const cookie = (entered.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const { key } = (await entered.json()) as { key: string };
    expect(entered.headers.get("set-cookie")).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(token);
    expect((await post("/api/interrupt", {}, { cookie })).status).toBe(401);
    expect((await post("/api/interrupt", {}, { "x-bridge-key": key })).status).toBe(401);
    expect((await post("/api/interrupt", {}, { cookie, "x-bridge-key": key })).status).toBe(200);
    await post("/api/leave", {}, { cookie, "x-bridge-key": key });
    expect((await post("/api/interrupt", {}, { cookie, "x-bridge-key": key })).status).toBe(401);
  });

  it("under another host's name, or from a page of the web, is refused even the page", async () => {
    const { port, token, base } = await turnedOn();
    const authorization = `Bearer ${token}`;
    for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${port}.evil.example`]) {
      expect(await raw(port, "/", { host })).toBe(403);
    }
    for (const origin of [
      "http://evil.example",
      "null",
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port}.evil.example`,
    ]) {
      expect(await raw(port, "/api/events", { host: new URL(base).host, origin, authorization })).toBe(403);
    }
    const crossSite = { host: new URL(base).host, authorization, "sec-fetch-site": "cross-site" };
    expect(await raw(port, "/api/events", crossSite)).toBe(403);
  });

  it("gets nothing by an address: no token in it, and no way out of the page's files", async () => {
    const { port, token, base } = await turnedOn();
    const host = new URL(base).host;
    for (const path of [`/?token=${token}`, `/api/events?token=${token}`, `/api/events?${token}`]) {
      expect(await raw(port, path, { host })).toBe(400);
    }
    const paths = [
      "/../../etc/passwd",
      "/..%2f..%2fpackage.json",
      "/page/../index.ts",
      "//etc/passwd",
      "/page.js/",
      "/__proto__",
      "/constructor",
    ];
    for (const path of paths) expect(await raw(port, path, { host })).toBe(404);
    expect(await raw(port, "/", { host }, "DELETE")).toBe(405);
    expect(await raw(port, "/api/prompt", { host, authorization: `Bearer ${token}` })).toBe(405);
  });

  it("is not read beyond measure, and not at all when it is no JSON of the right shape", async () => {
    const { base, port, token, post } = await turnedOn();
    const authorization = `Bearer ${token}`;
    expect((await post("/api/prompt", { text: "x".repeat(300_000) })).status).toBe(413);
    const send = (body: string, type: string) =>
      fetch(`${base}/api/prompt`, { method: "POST", headers: { authorization, "content-type": type }, body });
    expect((await send('{"text":"x"}', "text/plain")).status).toBe(415);
    expect((await send("{", "application/json")).status).toBe(400);
    for (const body of [{}, { text: 1 }, { text: "x", more: 1 }, { text: "  " }, [], null]) {
      expect((await post("/api/prompt", body)).status).toBe(400);
    }
    // Without a length said beforehand, it is counted as it comes.
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
      });
      socket.on("error", () => undefined).on("close", () => resolve(text));
      socket.write(
        `POST /api/prompt HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
      );
      const chunk = "x".repeat(65_536);
      for (let count = 0; count < 5; count += 1) socket.write(`10000\r\n${chunk}\r\n`);
    });
    expect(answer).toContain("HTTP/1.1 413");
  });

  it("could make nothing of the page: it runs its own scripts alone, in no frame, and no text becomes HTML", async () => {
    const { base } = await turnedOn();
    const { headers } = await fetch(base);
    const policy = headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy).toContain(part);
    }
    expect(policy).not.toContain("unsafe");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  it("is served under the name of a tunnel that the person has named, and no other", async () => {
    const { kernel: on } = await turnedOn();
    await on.run("/bridge off");
    await on.run("/bridge on box.example.net");
    const { text } = await on.run("/bridge");
    const port = Number(/-L (\d+):/.exec(text)?.[1]);
    expect(await raw(port, "/", { host: "box.example.net", origin: "https://box.example.net" })).toBe(200);
    expect(await raw(port, "/", { host: "box.example.net.evil.example" })).toBe(403);
    expect(await raw(port, "/", { host: "box.example.net", origin: "https://evil.example" })).toBe(403);
  });
});

describe("the status line", () => {
  it("says that the session can be gone on with elsewhere, on how many devices it is, and nothing while it is off", async () => {
    let status: () => Promise<Line | undefined> = async () => undefined;
    const looking = definePlugin({
      name: "looking",
      needs: { slots: Slots },
      setup: ({ use }) => ({
        taps: {
          sessionStart: (session) => {
            status = async () => (await use.slots.handler(session, "statusItems", "bridge"))?.(session);
          },
        },
      }),
    });
    const { base, token, kernel } = await turnedOn({}, [looking]);
    expect(await status()).toEqual([{ text: "bridge", tone: "dim" }]);
    await (await listen(base, { authorization: `Bearer ${token}` })).until(() => true);
    expect(await status()).toEqual([{ text: "bridge: 1", tone: "accent" }]);
    streams?.abort();
    await kernel.run("/bridge off");
    expect(await status()).toBeUndefined();
  });
});
