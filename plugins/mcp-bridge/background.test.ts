import { readFileSync } from "node:fs";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { definePlugin, Jobs, type Plugin, type ToolContext, textOf } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import toolJobs from "../tool-jobs/index.ts";
import { limitOf } from "./background.ts";
import { bridged, olderServer } from "./test-kit.ts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const CALL = { calls: [{ name: "mcp__s__dig", input: {} }] };

/** A kernel whose server has a tool that takes as long as the test wants, and what it says of the calls it had. */
async function digging({ backgroundMs = 1, plugins = [] as readonly Plugin[] } = {}) {
  const server = olderServer();
  let end = (_: CallToolResult) => {};
  let cancel = () => {};
  const ending = new Promise<CallToolResult>((resolve) => {
    end = resolve;
  });
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  server.registerTool("dig", {}, async ({ _meta, signal, sendNotification }) => {
    signal.addEventListener("abort", () => cancel());
    const result = await ending;
    const params = { progressToken: _meta?.progressToken ?? "", progress: 1, message: "nearly there" };
    await sendNotification({ method: "notifications/progress", params });
    return result;
  });
  const kernel = await bridged({
    inside: { s: server },
    plugins: [toolJobs, ...plugins],
    config: { "mcp-bridge": { backgroundMs } },
  });
  const results = (): readonly string[] =>
    kernel.session.entries.flatMap((entry) => (entry.type === "tool_result" ? [textOf(entry.content)] : []));
  return { kernel, end, cancelled, results };
}

describe("a call that takes long", () => {
  it("goes on in the background, and the model is told of its end and reads the result", async () => {
    const { kernel, end, results } = await digging();
    kernel.model.push(CALL, { text: "It is on its way." });
    await kernel.run("Dig.");
    const [moved = ""] = results();
    const [, id, path = ""] = /background as job (\w+)\..* written to (.*)$/.exec(moved) ?? [];
    expect(id).toBe("b1");
    end({
      content: [
        { type: "text", text: "gold" },
        { type: "image", data: PIXEL, mimeType: "image/png" },
      ],
    });
    const output = await kernel.text("TaskOutput", { task_id: "b1", block: true });
    expect(output).toMatch(
      /^Job b1 \(s: dig\): completed\. .*nearly there\ngold\n\[image, image\/png, 70 bytes, saved/s,
    );
    expect(readFileSync(path, "utf8")).toContain("gold");
    kernel.model.push({ text: "Good." });
    await kernel.run("And?");
    const heard = JSON.stringify(kernel.model.requests.at(-1)?.messages);
    expect(heard).toContain('Background call \\"s: dig\\" has ended: completed.');
  });

  it("goes at once when a person wants that", async () => {
    let move = () => 0;
    const impatient = definePlugin({
      name: "impatient",
      needs: { jobs: Jobs },
      setup: ({ use: { jobs } }) => ({
        taps: {
          sessionStart: (session) => {
            move = () => jobs.background(session);
          },
        },
      }),
    });
    const { kernel, results } = await digging({ backgroundMs: 0, plugins: [impatient] });
    kernel.model.push(CALL, { text: "It is on its way." });
    const ran = kernel.run("Dig.");
    await expect.poll(() => move()).toBe(1);
    await ran;
    expect(results()[0]).toMatch(/^The call has taken 0 s and goes on in the background as job b1\./);
  });

  it("fails as a job when the tool fails", async () => {
    const { kernel, end } = await digging();
    kernel.model.push(CALL, { text: "It is on its way." });
    await kernel.run("Dig.");
    end({ isError: true, content: [{ type: "text", text: "a rock" }] });
    expect(await kernel.text("TaskOutput", { task_id: "b1", block: true })).toMatch(/: failed\. .*a rock/s);
  });

  it("is cancelled at the server when the job is stopped", async () => {
    const { kernel, cancelled } = await digging();
    kernel.model.push(CALL, { text: "It is on its way." });
    await kernel.run("Dig.");
    expect(await kernel.text("TaskStop", { task_id: "b1" })).toContain("Stopped job b1");
    await cancelled;
    expect(await kernel.text("TaskOutput", { task_id: "b1" })).toContain(": stopped.");
  });

  it.each([
    ["model", true, undefined, 120_000],
    ["model", false, undefined, 0],
    ["model", false, 5_000, 5_000],
    ["plugin", true, undefined, 0],
    ["user", true, 5_000, 0],
  ] as const)(
    "by a %s, with a person: %s, configured: %s, moves after %d ms",
    (origin, isInteractive, backgroundMs, ms) => {
      const call = { origin, session: { isInteractive } } as unknown as ToolContext;
      expect(limitOf(call, { backgroundMs })).toBe(ms);
    },
  );
});

describe("a result of more than 10,000 tokens", () => {
  it("is told to the person, and one of more than 25,000 is in a file", async () => {
    const server = olderServer();
    const lengths = [39_000, 48_000, 120_000];
    server.registerTool("talk", {}, () => ({ content: [{ type: "text", text: "x".repeat(lengths.shift() ?? 0) }] }));
    const kernel = await bridged({ inside: { s: server } });
    for (const _ of [1, 2, 3]) await kernel.call("mcp__s__talk", {});
    expect(kernel.notices.filter((text) => text.includes("tokens"))).toEqual([
      "talk of the MCP server s gave about 12,000 tokens: all of it is in the conversation.",
      "talk of the MCP server s gave about 30,000 tokens: the model sees its beginning, the rest is in a file.",
    ]);
  });
});
