import { createInterface } from "node:readline";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { type Contribution, definePlugin, type Plugin, z } from "gantry/sdk";
import { describe, expect, test } from "vitest";
import { addressOf, connected, overHttp, type Served, served, stopped } from "./test-kit.ts";

/** The client's end of the line; the transport of the SDK reads and writes lines on any streams. */
const line = ({ stdin, stdout }: Served) => new StdioServerTransport(stdout, stdin);
const textIn = (result: unknown) =>
  (result as { content: { text: string }[] }).content.map(({ text }) => text).join("");
const accept = (content: object) => () => ({ action: "accept", content });

describe.each(["modern", "legacy"] as const)("A client of the %s era on a line", (era) => {
  test("finds the tools and calls them", async () => {
    const client = await connected(line(await served()), { era });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["Look", "Change", "Fail", "Wait", "Report"]);
    expect(tools[0]).toMatchObject({
      inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
      annotations: { readOnlyHint: true },
    });
    expect(client.getProtocolEra()).toBe(era);
    expect(textIn(await client.callTool({ name: "Look", arguments: { city: "Oslo" } }))).toBe("Rain in Oslo.");
  });

  test("is told no where a person would be asked and it has nobody", async () => {
    const client = await connected(line(await served()), { era });
    const result = await client.callTool({ name: "Change", arguments: { to: "sunny" } });
    expect(result.isError).toBe(true);
    expect(textIn(result)).not.toContain("sunny now");
  });

  test("is asked where it can ask, and a yes is a yes", async () => {
    const asked: { message: string }[] = [];
    const answer = (params: { message: string }) => {
      asked.push(params);
      return { action: "accept", content: { decision: "allow" } };
    };
    const client = await connected(line(await served()), { era, answer });
    expect(textIn(await client.callTool({ name: "Change", arguments: { to: "sun\u202eny" } }))).toContain("It is sun");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.message).toMatch(/^Change wants to run:\nto: sun<U\+202E>ny/);
  });

  test.each([
    ["declines", { action: "decline" }],
    ["cancels", { action: "cancel" }],
    ["says no", { action: "accept", content: { decision: "deny" } }],
    ["accepts without choosing", { action: "accept", content: {} }],
  ])("that %s gets nothing", async (_, given) => {
    const client = await connected(line(await served()), { era, answer: () => given });
    const result = await client
      .callTool({ name: "Change", arguments: { to: "sunny" } })
      .catch(() => ({ isError: true }));
    expect(result.isError).toBe(true);
  });

  test("fills in what a tool asks for, with its usual values", async () => {
    const client = await connected(line(await served()), { era, answer: accept({ degrees: 12 }) });
    const result = await client.callTool({ name: "Report", arguments: {} });
    expect(JSON.parse(textIn(result))).toEqual({ degrees: 12, sky: "blue" });
  });

  test("that fills in what does not fit has filled in nothing", async () => {
    const client = await connected(line(await served()), { era, answer: accept({ degrees: 600 }) });
    const result = await client
      .callTool({ name: "Report", arguments: {} })
      .catch(() => ({ content: [{ text: '"nobody"' }] }));
    expect(textIn(result)).toBe('"nobody"');
  });

  test("sees rules hold: what is denied is denied whatever its person says", async () => {
    const host = await served({}, { settings: { permissions: { deny: ["Change"] } } });
    const client = await connected(line(host), { era, answer: accept({ decision: "allow" }) });
    expect((await client.callTool({ name: "Change", arguments: { to: "sunny" } })).isError).toBe(true);
  });

  test("learns how far a call is, and of its failure", async () => {
    const client = await connected(line(await served()), { era });
    const seen: unknown[] = [];
    const options = { onprogress: (progress: object) => void seen.push(progress) };
    await client.callTool({ name: "Look", arguments: { city: "Oslo" } }, options);
    expect(seen).toEqual([{ progress: 1, message: "looking out" }]);
    const failed = await client.callTool({ name: "Fail", arguments: {} });
    expect(failed.isError).toBe(true);
    expect(textIn(failed)).toContain("no weather today");
  });

  test("can break a call off", async () => {
    const client = await connected(line(await served()), { era });
    const stop = new AbortController();
    const ended = new Promise<unknown>((resolve) => {
      stopped.ended = () => resolve("ended");
    });
    stopped.began = () => stop.abort();
    await expect(client.callTool({ name: "Wait", arguments: {} }, { signal: stop.signal })).rejects.toThrow();
    expect(await ended).toBe("ended");
  });

  test("finds the prompts, and no command that acts", async () => {
    const client = await connected(line(await served()), { era });
    expect((await client.listPrompts()).prompts).toEqual([
      {
        name: "forecast",
        description: "Ask for a forecast.",
        arguments: [
          { name: "city", required: true },
          { name: "day", required: false },
        ],
      },
    ]);
    const { messages } = await client.getPrompt({ name: "forecast", arguments: { city: "New York", day: "today" } });
    expect(messages).toEqual([
      { role: "user", content: { type: "text", text: 'The forecast for "New York" today, please.' } },
    ]);
    await expect(client.getPrompt({ name: "reset" })).rejects.toThrow("no prompt");
  });

  test("lists the folder's sessions and reads them, and no file", async () => {
    const host = await served();
    for await (const _ of host.session.send("How is the weather?"));
    const client = await connected(line(host), { era });
    const { resources } = await client.listResources();
    expect(resources).toHaveLength(1);
    expect(resources[0]?.title).toContain("How is the weather?");
    const { contents } = await client.readResource({ uri: resources[0]?.uri as string });
    expect(contents[0]).toMatchObject({
      mimeType: "text/markdown",
      text: expect.stringContaining("## Person\n\nHow is"),
    });
    const { completion } = await client.complete({
      ref: { type: "ref/resource", uri: "gantry://sessions/{id}" },
      argument: { name: "id", value: host.session.id.slice(0, 4) },
    });
    expect(completion.values).toEqual([host.session.id]);
    for (const uri of ["gantry://sessions/../../etc/passwd", "gantry://sessions/none", "file:///etc/passwd"]) {
      await expect(client.readResource({ uri })).rejects.toThrow();
    }
  });
});

describe.each([
  ["line", "modern"],
  ["line", "legacy"],
  ["HTTP", "modern"],
  ["HTTP", "legacy"],
] as const)("A client on %s, of the %s era, is told", (way, era) => {
  async function listening(plugins: readonly Plugin[] = []) {
    const host = await served(way === "HTTP" ? { http: true } : {}, { plugins });
    const client = await connected(way === "HTTP" ? overHttp(await addressOf(host)) : line(host), { era });
    const heard = (method: Told) =>
      new Promise<unknown>((resolve) => client.setNotificationHandler(method, ({ params }) => resolve(params)));
    return { host, client, heard };
  }

  test("when tools come and go, at once, and not when only something else has changed", async () => {
    const growing = growingPlugin();
    const { client, heard } = await listening([growing.plugin]);
    const told = [heard("notifications/tools/list_changed"), heard("notifications/prompts/list_changed")] as const;
    if (era === "modern") await client.listen({ toolsListChanged: true, promptsListChanged: true });
    await client.listTools();
    let isPromptTold = false;
    void told[1].then(() => {
      isPromptTold = true;
    });
    await growing.grow();
    await told[0];
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("Grown");
    expect(isPromptTold).toBe(false);
  });

  test("of a session that goes on", async () => {
    const { host, client, heard } = await listening();
    for await (const _ of host.session.send("How is the weather?"));
    const uri = `gantry://sessions/${host.session.id}`;
    const told = heard("notifications/resources/updated");
    if (era === "modern") await client.listen({ resourceSubscriptions: [uri] });
    else {
      await expect(client.subscribeResource({ uri: "gantry://sessions/none" })).rejects.toThrow();
      await client.subscribeResource({ uri });
    }
    host.session.rename("The weather");
    expect(await told).toMatchObject({ uri });
    if (era === "legacy") expect(await client.unsubscribeResource({ uri })).toEqual({});
  });
});

type Told =
  | "notifications/tools/list_changed"
  | "notifications/prompts/list_changed"
  | "notifications/resources/updated";

/** A plugin that brings one more tool when the test says so. */
function growingPlugin() {
  let contribute: ((what: Contribution) => Promise<void>) | undefined;
  const plugin = definePlugin({
    name: "growing",
    setup: (context) => {
      contribute = context.contribute;
      return { taps: { sessionStart: () => undefined } };
    },
  });
  const run = async () => "grown";
  const Grown = { description: "It has grown.", input: z.object({}), traits: { readOnly: true }, run };
  return { plugin, grow: async () => contribute?.({ tools: { Grown } } as never) };
}

describe("On a line", () => {
  test("garbage is answered or passed over, and the next message is heard", async () => {
    const host = await served();
    host.stdin.write("this is no message\n{]\n[]\n42\n");
    host.stdin.write(`{"jsonrpc":"2.0","id":1,"method":"no/such/method","params":{}}\n`);
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    host.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 2, method: "initialize", params })}\n`);
    for await (const text of createInterface({ input: host.stdout })) {
      const message = JSON.parse(text);
      if (message.id === 2) {
        expect(message.result.serverInfo.name).toBe("gantry");
        break;
      }
    }
  });

  test("the end of the line is the end of the service", async () => {
    const host = await served();
    host.stdin.end();
    expect(await host.exit).toBe(0);
  });

  test("a call that has asked and was not answered is told no in the end", async () => {
    const host = await served({}, { config: { "mcp-serve": { questionTimeoutMs: 1 } } });
    const never = new Promise<object>(() => undefined);
    const client = await connected(line(host), { era: "modern", answer: () => never });
    const late = new AbortController();
    const call = client.callTool({ name: "Change", arguments: { to: "sunny" } }, { signal: late.signal });
    late.abort();
    await expect(call).rejects.toThrow();
    expect(textIn(await client.callTool({ name: "Look", arguments: { city: "Oslo" } }))).toBe("Rain in Oslo.");
  });
});

describe.each(["modern", "legacy"] as const)("A client of the %s era over HTTP", (era) => {
  test("finds the tools, calls them, and is asked", async () => {
    const where = await addressOf(await served({ http: true }));
    const client = await connected(overHttp(where), { era, answer: accept({ decision: "allow" }) });
    expect((await client.listTools()).tools).toHaveLength(5);
    expect(textIn(await client.callTool({ name: "Change", arguments: { to: "sunny" } }))).toBe("It is sunny now.");
    expect(textIn(await client.callTool({ name: "Look", arguments: { city: "Oslo" } }))).toBe("Rain in Oslo.");
  });
});

describe("Over HTTP", () => {
  const initialize = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
  });
  const post = (url: string, headers: Record<string, string>, body = initialize) => {
    const usual = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    return fetch(url, { method: "POST", headers: { ...usual, ...headers }, body });
  };

  test("nobody is served without the token", async () => {
    const { url, token } = await addressOf(await served({ http: true }));
    expect(token.length).toBeGreaterThan(40);
    expect((await post(url, {})).status).toBe(401);
    expect((await post(url, { authorization: `Bearer ${token}x` })).status).toBe(401);
    expect((await post(url, { authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await post(`${url}?token=${token}`, {})).status).toBe(401);
  });

  test("no page of the web is served, nor another name of this machine", async () => {
    const { url, token } = await addressOf(await served({ http: true }));
    const authorization = `Bearer ${token}`;
    expect((await post(url, { authorization, origin: "https://evil.example" })).status).toBe(403);
    expect((await post(url, { authorization, origin: "null" })).status).toBe(403);
    expect((await post(url, { authorization, origin: new URL(url).origin })).status).toBe(200);
    expect(await statusFor(url, authorization, "evil.example")).toBe(403);
    expect(await statusFor(url, authorization, `evil.example:${new URL(url).port}`)).toBe(403);
  });

  test("a question comes on the line of the call, whether or not the client listens elsewhere", async () => {
    const { url, token } = await addressOf(await served({ http: true }));
    const authorization = `Bearer ${token}`;
    const begun = await post(
      url,
      { authorization },
      initialize.replace('"capabilities":{}', '"capabilities":{"elicitation":{}}'),
    );
    const own = { authorization, "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
    await post(url, own, JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }));
    const params = { name: "Change", arguments: { to: "sunny" } };
    const answer = await post(url, own, JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/call", params }));
    let said = "";
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
      said += Buffer.from(chunk).toString("utf8");
      const [, id] = /"method":"elicitation\/create".*"id":(\d+)/.exec(said) ?? [];
      const result = { action: "accept", content: { decision: "allow" } };
      if (id && !said.includes("It is sunny")) {
        await post(url, own, JSON.stringify({ jsonrpc: "2.0", id: Number(id), result }));
      }
    }
    expect(said).toContain("It is sunny now.");
  });

  test("garbage is an error, and the next request is served", async () => {
    const { url, token } = await addressOf(await served({ http: true }));
    const authorization = `Bearer ${token}`;
    for (const body of [
      "",
      "{",
      "[]",
      "42",
      "{}",
      `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`,
      "x".repeat(9_000_000),
    ]) {
      const { status } = await post(url, { authorization }, body);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect((await post(url, { authorization, "mcp-session-id": "no-such" })).status).toBe(404);
    expect((await post(url, { authorization })).status).toBe(200);
  });

  test("an answer counts once, for the call that has asked", async () => {
    const { url, token } = await addressOf(await served({ http: true }));
    const authorization = `Bearer ${token}`;
    const meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
    };
    const call = async (more: object, name = "Change") => {
      const params = { name, arguments: { to: "sunny" }, _meta: meta, ...more };
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
      const headers = {
        authorization,
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": name,
      };
      return (await (await post(url, headers, body)).json()) as { result: { requestState?: string }; error?: object };
    };
    const inputResponses = { answer: { action: "accept", content: { decision: "allow" } } };
    const { requestState } = (await call({})).result;
    expect(requestState).toMatch(/^\S{32}$/);
    expect((await call({ requestState: "guessed", inputResponses })).error).toBeDefined();
    expect((await call({ requestState, inputResponses }, "Look")).error).toBeDefined();
    expect(textIn((await call({ requestState, inputResponses })).result)).toBe("It is sunny now.");
    expect((await call({ requestState, inputResponses })).error).toBeDefined();
  });

  test("a token of the person's own is taken, if it is long enough", async () => {
    const env = { GANTRY_MCP_TOKEN: "correct-horse-battery" };
    expect((await addressOf(await served({ http: true }, { env }))).token).toBe(env.GANTRY_MCP_TOKEN);
    const short = await served({ http: true }, { env: { GANTRY_MCP_TOKEN: "horse" } });
    await expect(short.exit).rejects.toMatchObject({ code: "GANTRY_MCP_SERVE_INPUT" });
  });

  test("a port that is taken, or none, is an error that says so", async () => {
    const first = await addressOf(await served({ http: true }));
    const second = await served({ http: true, port: new URL(first.url).port });
    await expect(second.exit).rejects.toMatchObject({ code: "GANTRY_MCP_SERVE_PORT" });
    const third = await served({ http: true, port: "many" });
    await expect(third.exit).rejects.toMatchObject({ code: "GANTRY_MCP_SERVE_INPUT" });
  });
});

/** `fetch` sets the host by itself. */
async function statusFor(url: string, authorization: string, host: string): Promise<number | undefined> {
  const { request } = await import("node:http");
  return new Promise((resolve, reject) => {
    const asking = request(url, { method: "POST", headers: { host, authorization } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asking.on("error", reject).end("{}");
  });
}
