import { completable } from "@modelcontextprotocol/sdk/server/completable.js";
import { ResourceTemplate } from "@modelcontextprotocol/sdk/server/mcp.js";
import { definePlugin, type MentionSuggestion, Mentions, z } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import contextMentions from "../context-mentions/index.ts";
import filesNode from "../files-node/index.ts";
import permitRules from "../permit-rules/index.ts";
import seenFiles from "../seen-files/index.ts";
import toolRead from "../tool-read/index.ts";
import { bridged, olderServer } from "./test-kit.ts";

function library() {
  const server = olderServer();
  server.registerResource("rules", "lib://rules", { mimeType: "text/plain" }, () => ({
    contents: [{ uri: "lib://rules", text: "Be quiet." }],
  }));
  const template = new ResourceTemplate("lib://book/{title}", {
    list: undefined,
    complete: { title: (start: string) => ["Emma", "Evelina"].filter((title) => title.startsWith(start)) },
  });
  server.registerResource("book", template, {}, (uri) => ({ contents: [{ uri: uri.href, text: "Chapter 1" }] }));
  const title = completable(z.string() as never, () => ["Emma"] as never);
  const argsSchema = { title, tone: (z.string() as never as { optional(): never }).optional() } as never;
  server.registerPrompt("review", { description: "Review a book.", argsSchema }, (({ title, tone }: never) => ({
    messages: [{ role: "user", content: { type: "text", text: `Review ${title}, ${tone ?? "kindly"}.` } }],
  })) as never);
  return server;
}

describe("resources", () => {
  it("are listed and read by tools, which are there once a server has some", async () => {
    const kernel = await bridged({ inside: { lib: library(), none: olderServer() } });
    expect(await kernel.text("ListMcpResourcesTool")).toBe(
      '{"server":"lib","uri":"lib://rules","name":"rules","mimeType":"text/plain"}',
    );
    expect(await kernel.text("ReadMcpResource", { server: "lib", uri: "lib://rules" })).toBe(
      "[Resource from lib://rules]\nBe quiet.",
    );
    expect(await kernel.text("ReadMcpResourceTool", { server: "lib", uri: "lib://nothing" })).toMatch(/refused/);
    expect(await kernel.text("ReadMcpResourceTool", { server: "lab", uri: "x" })).toMatch(/Did you mean "lib"\?/);
    expect(await kernel.servers.readResource("lib", "lib://book/Emma")).toEqual([
      { uri: "lib://book/Emma", text: "Chapter 1" },
    ]);
  });
});

describe("resources in prompts", () => {
  it("are offered while they are typed, what steers a screen left out", async () => {
    const server = library();
    server.registerResource("bad\u001b[2J", "lib://a b", { title: "Blank" }, () => ({ contents: [] }));
    let mentions: Mentions | undefined;
    const asking = definePlugin({
      name: "asking",
      needs: { mentions: Mentions },
      setup: ({ use }) => {
        mentions = use.mentions;
        return {};
      },
    });
    const kernel = await bridged({
      inside: { lib: server },
      plugins: [filesNode, contextMentions, seenFiles, toolRead, asking],
    });
    await kernel.run("Hello.");
    const last = async (query: string) => {
      let newest: readonly MentionSuggestion[] = [];
      const { signal } = new AbortController();
      for await (const list of (mentions as Mentions).suggest(query, kernel.session, signal)) newest = list;
      return newest.filter(({ kind }) => kind === "resource");
    };
    expect(await last("rul")).toEqual([{ mention: "lib:lib://rules", kind: "resource", detail: "rules", score: 0.85 }]);
    expect((await last("lib:")).map(({ mention }) => mention)).toEqual(["lib:lib://rules"]);
    expect(await last("none")).toEqual([]);
  });
});

describe("prompts", () => {
  it("are commands, their arguments words in order, the last one the rest", async () => {
    const kernel = await bridged({ inside: { lib: library() } });
    await kernel.run('/mcp__lib__review "Sense and Sensibility" very harshly');
    expect(JSON.stringify(kernel.model.requests[0]?.messages)).toContain("Review Sense and Sensibility, very harshly.");
    const missing = await kernel.run("/mcp__lib__review");
    expect(missing.text).toBe("/mcp__lib__review <title> [tone]: title is missing.");
  });

  it("and addresses are completed", async () => {
    const { servers } = await bridged({ inside: { lib: library() } });
    expect(await servers.prompts()).toMatchObject([
      {
        server: "lib",
        name: "review",
        arguments: [
          { name: "title", isRequired: true },
          { name: "tone", isRequired: false },
        ],
      },
    ]);
    expect(
      await servers.complete("lib", { uriTemplate: "lib://book/{title}" }, { name: "title", value: "Ev" }),
    ).toEqual(["Evelina"]);
  });
});

describe("a resource in a prompt", () => {
  it("is read, as a call that rules see", async () => {
    const kernel = await bridged({
      inside: { lib: library() },
      plugins: [filesNode, contextMentions, seenFiles, toolRead],
    });
    await kernel.run("What does @lib:lib://rules say?");
    expect(JSON.stringify(kernel.model.requests[0]?.messages)).toContain("Be quiet.");
    const denied = await bridged({
      inside: { lib: library() },
      plugins: [filesNode, contextMentions, seenFiles, toolRead, permitRules],
      settings: { permissions: { deny: ["ReadMcpResourceTool"] } },
    });
    await denied.run("What does @lib:lib://rules say?");
    expect(JSON.stringify(denied.model.requests[0]?.messages)).not.toContain("Be quiet.");
  });
});

describe("/mcp", () => {
  it("is a panel in which a server is looked at and switched off and on", async () => {
    const kernel = await bridged({
      servers: { away: { command: "no-such-program", env: { KEY: "hunter2" } } },
      inside: { lib: olderServer() },
    });
    await kernel.settled();
    const { events, text } = await kernel.run("/mcp");
    expect(text).toMatch(/lib \[dynamic\]: connected/);
    const shown = events.find((event) => event.type === "panel");
    if (shown?.type !== "panel" || shown.panel.type !== "list") throw new Error("no list");
    const { load, preview, actions } = shown.panel;
    const lib = (await load()).find(({ id }) => id === "lib");
    const away = (await load()).find(({ id }) => id === "away");
    const said = JSON.stringify(await preview?.(away as never, AbortSignal.abort()));
    expect(said).toContain("no-such-program");
    expect(said).toContain("KEY");
    expect(said).not.toContain("hunter2");
    const act = (key: string) => actions.find((one) => one.key === key)?.run(lib as never);
    expect(await act("e")).toEqual({ stay: "lib is switched off in this folder." });
    expect((await load()).find(({ id }) => id === "lib")?.title).toContainEqual({ text: "switched off", tone: "dim" });
    expect(await act("e")).toEqual({ stay: "lib is switched on in this folder." });
  });
});
