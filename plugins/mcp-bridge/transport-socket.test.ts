import { describe, expect, it, vi } from "vitest";
import { bridged } from "./test-kit.ts";
import { type SocketClient, serveSocket } from "./test-socket.ts";

type Asked = { readonly id?: number; readonly method: string };
const hasSockets = "WebSocket" in globalThis;

const RESULTS: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: "2025-11-25",
    capabilities: { tools: {} },
    serverInfo: { name: "wire", version: "1" },
  },
  "tools/list": { tools: [{ name: "work", inputSchema: { type: "object" } }] },
};

/** A kernel whose server answers calls like this. */
async function wired(call: (id: number, client: SocketClient) => void, headers = {}) {
  const url = await serveSocket((text, client) => {
    const { id, method } = JSON.parse(text) as Asked;
    if (id === undefined) return;
    if (method === "tools/call") return call(id, client);
    const result = RESULTS[method];
    const reply = result ? { result } : { error: { code: -32601, message: "Method not found" } };
    client.send(JSON.stringify({ jsonrpc: "2.0", id, ...reply }));
  });
  const kernel = await bridged({ servers: { s: { type: "ws", url, headers } } });
  await kernel.settled();
  return kernel;
}

const answer = (id: number, said: string) =>
  JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: said }] } });

describe.runIf(hasSockets)("a server behind a WebSocket", () => {
  it("is spoken with, a message a frame, with the headers of its entry", async () => {
    const kernel = await wired(
      (id, client) => client.send(answer(id, `${client.request.headers["x-team"]}, ${client.request.url}`)),
      { "X-Team": "blue" },
    );
    expect(await kernel.text("mcp__s__work")).toBe("blue, /");
    expect(kernel.servers.status()[0]).toMatchObject({ status: "connected", serverInfo: { name: "wire" } });
  });

  it("that breaks off in a call fails the call, and is connected again", async () => {
    let count = 0;
    const kernel = await wired((id, client) => (count++ === 0 ? client.end() : client.send(answer(id, "again"))));
    expect(await kernel.text("mcp__s__work")).toMatch(/^The call of the MCP server "s" failed: /);
    await kernel.settled();
    expect(await kernel.text("mcp__s__work")).toBe("again");
  });

  it("that says something twice fails the call alone; what is no text ends the line", async () => {
    const said: ((id: number) => string | Buffer)[] = [
      (id) => `{"jsonrpc":"2.0","id":${id},"result":{},"result":{"content":[]}}`,
      (id) => answer(id, "good"),
      () => Buffer.from([0x82, 1, 0]),
    ];
    const kernel = await wired((id, client) => client.send(said.shift()?.(id) ?? answer(id, "again")));
    expect(await kernel.text("mcp__s__work")).toContain('the key "result" is there twice');
    expect(await kernel.text("mcp__s__work")).toBe("good");
    expect(await kernel.text("mcp__s__work")).toContain("it sent something else than messages of the protocol");
  });

  it("that nobody serves says so", async () => {
    const kernel = await bridged({ servers: { s: { type: "ws", url: "ws://127.0.0.1:1" } } });
    await expect.poll(() => kernel.servers.status()[0]?.status, { timeout: 8_000 }).toBe("failed");
    expect(kernel.servers.status()[0]?.error).toMatch(/^The WebSocket broke off/);
  });
});

describe("a Node without WebSockets", () => {
  it("says which one has them", async () => {
    vi.stubGlobal("WebSocket", undefined);
    try {
      const kernel = await bridged({ servers: { s: { type: "ws", url: "ws://127.0.0.1:1" } } });
      await kernel.settled();
      expect(kernel.servers.status()[0]).toMatchObject({
        status: "failed",
        error: expect.stringMatching(
          /^The MCP server "s" speaks over a WebSocket, which Node .* lacks\. Run Gantry with Node 22 or later.*\.$/,
        ),
      });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
