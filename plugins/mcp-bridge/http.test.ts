import { createMcpHandler, McpServer as NewerServer } from "@modelcontextprotocol/server";
import { definePlugin, McpAuth, type McpChallenge } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { serve, serveByHand, serveFetch, serveOlder, serveSse } from "./test-http.ts";
import { bridged, olderServer } from "./test-kit.ts";

const said = (text: string) => ({ content: [{ type: "text" as const, text }] });

function greeting() {
  const server = olderServer();
  server.registerTool("hello", {}, () => said("hello"));
  return server;
}

describe("a server at an address", () => {
  it("of the older era is spoken with over streamable HTTP, with the headers of its entry", async () => {
    const seen = new Set<unknown>();
    const url = await serveOlder(greeting, ({ headers }) => Boolean(seen.add(headers["x-team"])));
    const kernel = await bridged({ servers: { s: { type: "http", url, headers: { "X-Team": "blue" } } } });
    await kernel.settled();
    expect(await kernel.text("mcp__s__hello")).toBe("hello");
    expect(kernel.servers.status()[0]).toMatchObject({ status: "connected", protocolVersion: "2025-11-25" });
    expect([...seen]).toEqual(["blue"]);
  });

  it("of the older era is spoken with over SSE", async () => {
    const kernel = await bridged({ servers: { s: { type: "sse", url: await serveSse(greeting) } } });
    await kernel.settled();
    expect(await kernel.text("mcp__s__hello")).toBe("hello");
  });

  it("of the newer era is spoken with in its way, and what it changes is heard", async () => {
    let hasMore = false;
    const handler = createMcpHandler(() => {
      const server = new NewerServer(
        { name: "newer", version: "3" },
        { capabilities: { tools: { listChanged: true } } },
      );
      server.registerTool("hello", {}, () => said("hello"));
      if (hasMore) server.registerTool("more", {}, () => said("more"));
      return server;
    });
    const url = await serveFetch((request) => handler.fetch(request));
    const kernel = await bridged({ servers: { s: { type: "http", url } } });
    await kernel.settled();
    expect(await kernel.text("mcp__s__hello")).toBe("hello");
    expect(kernel.servers.status()[0]).toMatchObject({
      protocolVersion: "2026-07-28",
      serverInfo: { name: "newer", version: "3" },
    });
    hasMore = true;
    handler.notify.toolsChanged();
    await expect.poll(() => kernel.servers.status()[0]?.tools?.map(({ name }) => name)).toEqual(["hello", "more"]);
    await kernel.settled();
    expect(await kernel.text("mcp__s__more")).toBe("more");
  });

  it("that has forgotten the session is given another one, and the call is made again", async () => {
    let sessions: Map<string, unknown> | undefined;
    const url = await serveOlder(greeting, undefined, (known) => {
      sessions = known;
    });
    const kernel = await bridged({ servers: { s: { type: "http", url } } });
    await kernel.settled();
    expect(await kernel.text("mcp__s__hello")).toBe("hello");
    sessions?.clear();
    expect(await kernel.text("mcp__s__hello")).toBe("hello");
  });

  it("that nobody answers at is tried three times, and says so", async () => {
    let tries = 0;
    const url = await serve((_, response) => {
      tries++;
      response.writeHead(503).end("busy");
    });
    const kernel = await bridged({ servers: { s: { type: "http", url } } });
    await expect.poll(() => kernel.servers.status()[0]?.status, { timeout: 8_000 }).toBe("failed");
    expect(tries).toBeGreaterThanOrEqual(3);
  });

  it("that sends what is no message gets an error, and nothing breaks", async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end("{not json");
    });
    const kernel = await bridged({ servers: { s: { type: "sse", url } } });
    await expect.poll(() => kernel.servers.status()[0]?.status, { timeout: 8_000 }).toBe("failed");
    kernel.model.push({ text: "Hello." });
    expect((await kernel.run("Hello")).text).toBe("Hello.");
  });
});

describe("a server that wants a sign-in", () => {
  const guarded = (word: string) => serveOlder(greeting, ({ headers }) => headers.authorization === `Bearer ${word}`);

  it("waits for it where nobody signs in", async () => {
    const kernel = await bridged({ servers: { s: { type: "http", url: await guarded("x") } } });
    await kernel.settled();
    expect(kernel.servers.status()[0]).toMatchObject({
      status: "needs-auth",
      error: expect.stringMatching(/gantry mcp login s/),
    });
  });

  it("gets the headers of whoever does, renewed when it refuses them", async () => {
    const url = await guarded("new");
    const challenges: McpChallenge[] = [];
    let token = "old";
    const auth = definePlugin({
      name: "auth",
      provides: { auth: McpAuth },
      setup: () => ({
        services: {
          auth: {
            headers: async () => ({ authorization: `Bearer ${token}` }),
            async challenged(_, challenge) {
              challenges.push(challenge);
              token = "new";
              return true;
            },
            login: async () => undefined,
            logout: async () => false,
          },
        },
      }),
    });
    const kernel = await bridged({ servers: { s: { type: "http", url } }, plugins: [auth] });
    await kernel.settled();
    expect(await kernel.text("mcp__s__hello")).toBe("hello");
    expect(challenges[0]).toMatchObject({
      status: 401,
      wwwAuthenticate: "Bearer",
      sent: { authorization: "Bearer old" },
    });
  });
});

describe("a task", () => {
  const working = {
    taskId: "t1",
    createdAt: "2026-01-01T00:00:00Z",
    lastUpdatedAt: "2026-01-01T00:00:00Z",
    ttlMs: null,
    pollIntervalMs: 50,
  };

  it("is followed to its end, and what it asks for meanwhile is asked once", async () => {
    let polls = 0;
    const updates: unknown[] = [];
    const ask = {
      method: "elicitation/create",
      params: { message: "Which?", requestedSchema: { type: "object", properties: { which: { type: "string" } } } },
    };
    const url = await serveByHand(
      () => ({ resultType: "task", status: "working", statusMessage: "Beginning", ...working }),
      (method, params) => {
        if (method === "tasks/update") updates.push(params.inputResponses);
        if (method === "tasks/update") return { resultType: "complete" };
        if (method !== "tasks/get") return undefined;
        const task = { resultType: "complete", ...working };
        polls++;
        if (polls < 3) return { ...task, status: "input_required", inputRequests: { q1: ask } };
        return { ...task, status: "completed", result: { content: [{ type: "text", text: "made" }] } };
      },
    );
    const kernel = await bridged({
      servers: { s: { type: "http", url } },
      answer: ({ form }) => ({ decision: "allow", ...(form && { values: { which: "this" } }) }),
    });
    await kernel.settled();
    expect(await kernel.text("mcp__s__work")).toBe("made");
    expect(updates).toEqual([{ q1: { action: "accept", content: { which: "this" } } }]);
  });

  it("that fails is a failed call", async () => {
    const url = await serveByHand(() => ({
      resultType: "task",
      status: "failed",
      error: { code: -32603, message: "no paper" },
      ...working,
    }));
    const kernel = await bridged({ servers: { s: { type: "http", url } } });
    await kernel.settled();
    expect(await kernel.text("mcp__s__work")).toBe('The call of the MCP server "s" failed: no paper');
  });

  it("is cancelled with its turn", async () => {
    let hasCancelled: (id: unknown) => void = () => undefined;
    const cancelled = new Promise((resolve) => {
      hasCancelled = resolve;
    });
    let kernel: Awaited<ReturnType<typeof bridged>> | undefined;
    const url = await serveByHand(
      () => ({ resultType: "task", status: "working", ...working }),
      (method, params) => {
        if (method === "tasks/get") void kernel?.session.interrupt();
        if (method === "tasks/cancel") hasCancelled(params.taskId);
        return method.startsWith("tasks/") ? { resultType: "complete", ...working, status: "working" } : undefined;
      },
    );
    kernel = await bridged({ servers: { s: { type: "http", url } } });
    await kernel.settled();
    kernel.model.push({ calls: [{ name: "mcp__s__work", input: {} }] });
    expect((await kernel.run("Work.")).end.reason).toBe("aborted");
    expect(await cancelled).toBe("t1");
  });
});

describe("a question within a call of the newer era", () => {
  it("is answered, and the call goes on", async () => {
    const ask = {
      method: "elicitation/create",
      params: {
        mode: "form",
        message: "Who?",
        requestedSchema: { type: "object", properties: { name: { type: "string" } } },
      },
    };
    const calls: unknown[] = [];
    const url = await serveByHand((params, count) => {
      calls.push(params.inputResponses);
      if (count === 0) return { resultType: "input_required", inputRequests: { q: ask }, requestState: "s" };
      return { resultType: "complete", content: [{ type: "text", text: "thanks" }] };
    });
    const kernel = await bridged({
      servers: { s: { type: "http", url } },
      answer: ({ form }) => ({ decision: "allow", ...(form && { values: { name: "Ada" } }) }),
    });
    await kernel.settled();
    expect(await kernel.text("mcp__s__work")).toBe("thanks");
    expect(calls[1]).toEqual({ q: { action: "accept", content: { name: "Ada" } } });
  });
});
