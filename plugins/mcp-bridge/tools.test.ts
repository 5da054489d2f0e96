import { readFileSync } from "node:fs";
import { z } from "gantry/sdk";
import { scriptedModel } from "gantry/sdk/testing";
import { describe, expect, it } from "vitest";
import { bridged, olderServer, textIn } from "./test-kit.ts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("a server's tool", () => {
  it("is called by the name mcp__server__tool and answers in words", async () => {
    const server = olderServer();
    server.registerTool("add up", { inputSchema: { a: z.number(), b: z.number() } as never }, (({ a, b }: never) => ({
      content: [{ type: "text", text: `${a + b}` }],
    })) as never);
    const kernel = await bridged({ inside: { "my calc": server } });
    expect(await kernel.text("mcp__my_calc__add_up", { a: 1, b: 2 })).toBe("3");
    expect(kernel.servers.status()).toMatchObject([
      { name: "my calc", status: "connected", scope: "dynamic", serverInfo: { name: "older", version: "1.2.3" } },
    ]);
  });

  it("gives pictures, sounds, resources and links each in its way", async () => {
    const server = olderServer();
    server.registerTool("all", {}, () => ({
      content: [
        { type: "text", text: "words" },
        { type: "image", data: PIXEL, mimeType: "image/png" },
        { type: "audio", data: Buffer.from("sound").toString("base64"), mimeType: "audio/mpeg" },
        { type: "resource", resource: { uri: "note://1", text: "a note" } },
        { type: "resource_link", uri: "note://2", name: "second", mimeType: "text/plain" },
      ],
    }));
    const kernel = await bridged({ inside: { s: server } });
    const { content } = await kernel.call("mcp__s__all", {});
    expect(content.map(({ type }) => type)).toEqual(["text", "image", "text", "text", "text"]);
    const texts = content.flatMap((block) => (block.type === "text" ? [block.text] : []));
    expect(texts[0]).toBe("words");
    const [, path = ""] = /saved to (.*\.mp3)\]$/.exec(texts[1] ?? "") ?? [];
    expect(readFileSync(path, "utf8")).toBe("sound");
    expect(texts[2]).toBe("[Resource from note://1]\na note");
    expect(texts[3]).toBe("[Resource second: note://2 (text/plain)]");
  });

  it("gives structured content to programs, and to the model where there are no words", async () => {
    const server = olderServer();
    const outputSchema = { sum: z.number() } as never;
    server.registerTool("sum", { outputSchema }, (() => ({ content: [], structuredContent: { sum: 3 } })) as never);
    const kernel = await bridged({ inside: { s: server } });
    const result = await kernel.call("mcp__s__sum", {});
    expect(textIn(result)).toBe('{"sum":3}');
    expect(result.data).toEqual({ structuredContent: { sum: 3 } });
  });

  it("that fails is a failed call, and one that the server refuses says so", async () => {
    const server = olderServer();
    server.registerTool("fail", {}, () => ({ isError: true, content: [{ type: "text", text: "no disk" }] }));
    const kernel = await bridged({ inside: { s: server } });
    expect(await kernel.call("mcp__s__fail", {})).toMatchObject({
      outcome: "error",
      content: [{ type: "text", text: "no disk" }],
    });
    server.server.setRequestHandler((await import("@modelcontextprotocol/sdk/types.js")).CallToolRequestSchema, () => {
      throw new Error("not today");
    });
    expect(await kernel.text("mcp__s__fail")).toContain('The MCP server "s" refused the call');
  });

  it("tells how far it is", async () => {
    const server = olderServer();
    server.registerTool("walk", {}, async ({ _meta, sendNotification }) => {
      const { progressToken = "" } = _meta ?? {};
      const params = { progressToken, progress: 1, total: 3, message: "first third" };
      await sendNotification({ method: "notifications/progress", params });
      return { content: [{ type: "text", text: "there" }] };
    });
    const kernel = await bridged({ inside: { s: server } });
    kernel.model.push({ calls: [{ name: "mcp__s__walk", input: {} }] }, { text: "Done." });
    const { events } = await kernel.run("Walk.");
    expect(events.flatMap((event) => (event.type === "tool_progress" ? [event.text] : []))).toEqual(["first third"]);
  });

  it("is cancelled with its turn, and the server hears of it", async () => {
    const server = olderServer();
    let hasStopped: (why: string) => void = () => undefined;
    const stopped = new Promise<string>((resolve) => {
      hasStopped = resolve;
    });
    let kernel: Awaited<ReturnType<typeof bridged>> | undefined;
    server.registerTool("wait", {}, ({ signal }) => {
      signal.addEventListener("abort", () => hasStopped("stopped"));
      void kernel?.session.interrupt();
      return new Promise<never>(() => undefined);
    });
    kernel = await bridged({ inside: { s: server } });
    kernel.model.push({ calls: [{ name: "mcp__s__wait", input: {} }] });
    expect((await kernel.run("Wait.")).end.reason).toBe("aborted");
    expect(await stopped).toBe("stopped");
  });

  it("runs beside others when it says that it only reads, and is asked for all the same", async () => {
    const server = olderServer();
    const annotations = { readOnlyHint: true, destructiveHint: false };
    server.registerTool("look", { annotations }, () => ({ content: [{ type: "text", text: "x" }] }));
    const asked: string[] = [];
    const kernel = await bridged({
      inside: { s: server },
      answer: ({ call }) => {
        asked.push(call.tool.name);
        expect(call.tool.traits).toEqual({ concurrent: true });
        return { decision: "allow" };
      },
    });
    await kernel.call("mcp__s__look", {});
    expect(asked).toEqual(["mcp__s__look"]);
  });

  it("whose output is too long is shown by its beginning, and lies in a file", async () => {
    const server = olderServer();
    const long = `${"line\n".repeat(30_000)}end`;
    server.registerTool("long", {}, () => ({ content: [{ type: "text", text: long }] }));
    const kernel = await bridged({ inside: { s: server } });
    const said = await kernel.text("mcp__s__long");
    expect(said.length).toBeLessThan(9_000);
    const [, path = ""] = /All of it is in (.*\.txt):/.exec(said) ?? [];
    expect(readFileSync(path, "utf8")).toBe(long);
  });

  it("may ask for a larger output, and the person for a smaller one", async () => {
    const server = olderServer();
    const reply = () => ({ content: [{ type: "text" as const, text: "x".repeat(120_000) }] });
    server.registerTool("large", { _meta: { "anthropic/maxResultSizeChars": 200_000 } }, reply);
    server.registerTool("usual", {}, () => ({ content: [{ type: "text", text: "x".repeat(500) }] }));
    const kernel = await bridged({ inside: { s: server }, env: { MAX_MCP_OUTPUT_TOKENS: "100" } });
    expect((await kernel.text("mcp__s__large")).length).toBe(120_000);
    expect(await kernel.text("mcp__s__usual")).toContain("more than the 400 that are shown");
  });

  it("describes itself in 2 KB at most", async () => {
    const server = olderServer({ instructions: "I".repeat(5_000) });
    server.registerTool("talk", { description: "ä".repeat(5_000) }, () => ({ content: [] }));
    const model = scriptedModel([{ text: "Hello." }]);
    const kernel = await bridged({ inside: { s: server }, model });
    await kernel.run("Hello");
    const [request] = model.requests;
    const tool = request?.tools.find(({ name }) => name === "mcp__s__talk");
    expect(Buffer.byteLength(tool?.description ?? "")).toBeLessThanOrEqual(2_048);
    expect(tool?.description).toMatch(/ä… \(cut off\)$/);
    const section = request?.system.find(({ key }) => key === "mcp-servers");
    expect(Buffer.byteLength(section?.text ?? "")).toBeLessThan(2_200);
  });
});

describe("the list of tools", () => {
  it("is taken in whole, however many pages it has", async () => {
    const { ListToolsRequestSchema } = await import("@modelcontextprotocol/sdk/types.js");
    const server = olderServer({ capabilities: { tools: {} } });
    server.server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
      const page = Number(params?.cursor ?? 0);
      const tools = Array.from({ length: 10 }, (_, at) => ({
        name: `t${page * 10 + at}`,
        inputSchema: { type: "object" as const },
      }));
      return { tools, ...(page < 99 && { nextCursor: String(page + 1) }) };
    });
    const kernel = await bridged({ inside: { s: server } });
    expect(kernel.servers.status()[0]?.tools).toHaveLength(1_000);
  });

  it("may change within a turn: what is new can be called with the next request", async () => {
    const server = olderServer();
    const reply = () => ({ content: [{ type: "text" as const, text: "here" }] });
    let kernel: Awaited<ReturnType<typeof bridged>> | undefined;
    server.registerTool("unlock", {}, async () => {
      const changed = new Promise<void>((resolve) => {
        const end = kernel?.servers.watch(() => {
          if (!kernel?.servers.status()[0]?.tools?.some(({ name }) => name === "vault")) return;
          end?.();
          resolve();
        });
      });
      server.registerTool("vault", {}, reply);
      await changed;
      return reply();
    });
    const model = scriptedModel([
      { calls: [{ name: "mcp__s__unlock", input: {} }] },
      { calls: [{ name: "mcp__s__vault", input: {} }] },
      { text: "Done." },
    ]);
    kernel = await bridged({ inside: { s: server }, model });
    expect((await kernel.run("Go")).results.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
  });
});
