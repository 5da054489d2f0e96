import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { definePlugin, defineTool, type Plugin, text, z } from "gantry/sdk";
import {
  createTestKernel,
  type LoopbackServer,
  loopbackServer,
  scriptedModel,
  type TestKernelOptions,
} from "gantry/sdk/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import compactSummary from "../compact-summary/index.ts";
import contextEnv from "../context-env/index.ts";
import filesNode from "../files-node/index.ts";
import httpNode from "../http-node/index.ts";
import modelRetry from "../model-retry/index.ts";
import promptBase from "../prompt-base/index.ts";
import providerAnthropic from "../provider-anthropic/index.ts";
import sessionJsonl from "../session-jsonl/index.ts";
import cacheWatch from "./index.ts";

const event = (data: { type: string; [field: string]: unknown }) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/** What a server of the Messages API streams: a text, or calls. */
function streamed(number: number, content: readonly (string | { name: string; input: unknown })[]): string {
  const model = "claude-sonnet-4-5";
  const blocks = content.flatMap((each, index) => {
    const isText = typeof each === "string";
    const content_block = isText
      ? { type: "text", text: "" }
      : { type: "tool_use", id: `toolu_${number}_${index}`, name: each.name, input: {} };
    const delta = isText
      ? { type: "text_delta", text: each }
      : { type: "input_json_delta", partial_json: JSON.stringify(each.input) };
    return [
      event({ type: "content_block_start", index, content_block }),
      event({ type: "content_block_delta", index, delta }),
      event({ type: "content_block_stop", index }),
    ];
  });
  const stop_reason = content.some((each) => typeof each !== "string") ? "tool_use" : "end_turn";
  return [
    event({
      type: "message_start",
      message: { id: `msg_${number}`, model, usage: { input_tokens: 7, output_tokens: 1 } },
    }),
    ...blocks,
    event({ type: "message_delta", delta: { stop_reason }, usage: { output_tokens: 9 } }),
    event({ type: "message_stop" }),
  ].join("");
}

type Answer = readonly (string | { name: string; input: unknown })[];

async function serve(...answers: Answer[]): Promise<LoopbackServer> {
  const rest = [...answers];
  let number = 0;
  const server = await loopbackServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(streamed(++number, rest.shift() ?? ["Done."]));
  });
  onTestFinished(() => server.close());
  return server;
}

const look = defineTool({
  name: "Look",
  description: "Looks at something.",
  input: z.object({ at: z.string() }),
  traits: { readOnly: true },
  run: ({ at }) => `I see ${at}: "ümläuts", \ud83d, <tags> & so on.`,
});
const reminding = definePlugin({
  name: "reminding",
  setup: () => {
    let turns = 0;
    return { taps: { promptBuild: (draft) => draft.with({ key: "n", cache: "turn", text: `Turn ${++turns}.` }) } };
  },
});

async function opened(server: LoopbackServer, plugins: readonly Plugin[], more: Partial<TestKernelOptions> = {}) {
  const kernel = await createTestKernel({
    ...more,
    plugins: [httpNode, filesNode, providerAnthropic, modelRetry, promptBase, contextEnv, look, ...plugins, cacheWatch],
    env: { ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: server.url, ...more.env },
  });
  onTestFinished(() => kernel.close());
  await kernel.session.setModel("anthropic/claude-sonnet-4-5");
  return kernel;
}

/** A request as the provider caches it: without marks, and open at its end. */
const cached = (body: string) => body.replaceAll(/,"cache_control":\{[^}]*\}/g, "").replace(/\]\}\]\}$/, "");

function expectPrefixes(bodies: readonly string[]) {
  for (const [at, body] of bodies.slice(1).entries()) {
    const [before, after] = [cached(bodies[at] as string), cached(body)];
    let common = 0;
    while (common < before.length && before[common] === after[common]) common++;
    const where = before.slice(Math.max(0, common - 60), common + 60);
    expect(common, `request ${at + 2} differs from the one before it at: ${where}`).toBe(before.length);
  }
}

const breaksIn = ({ session }: Awaited<ReturnType<typeof opened>>) =>
  session.entries.flatMap((entry) => (entry.type === "plugin" && entry.kind === "cache-break" ? [entry.data] : []));

describe("what the provider has cached", () => {
  test("is the beginning of each next request, byte for byte: over turns, calls, reminders and what is said meanwhile", async () => {
    const calls = (at: string) => ({ name: "Look", input: { at } });
    const server = await serve([calls("a"), calls("b")], ["One."], ["Then", calls("c")], ["Two."], ["Three."]);
    const meanwhile = definePlugin({
      name: "meanwhile",
      setup: () => ({
        taps: {
          postTool: (_, { id }, { session }) => {
            if (id.startsWith("toolu_3"))
              session.enqueue({ content: [text("And hurry.")], origin: "plugin", isMeta: true });
          },
        },
      }),
    });
    const kernel = await opened(server, [reminding, meanwhile]);
    for (const prompt of ["First", "Second", "Third"]) expect((await kernel.run(prompt)).faults).toEqual([]);
    const bodies = server.requests.map(({ body }) => body);
    expect(bodies).toHaveLength(5);
    expect(bodies.at(-1)).toContain("And hurry.");
    expectPrefixes(bodies);
    // The mark behind what the request before this one ended with stands where that one put its last.
    for (const body of bodies) expect(body.match(/"cache_control"/g)?.length).toBeLessThanOrEqual(4);
    for (const [at, body] of bodies.slice(1).entries()) {
      const { messages } = JSON.parse(body);
      const last = JSON.parse(bodies[at] as string).messages.length - 1;
      expect(messages[last].content.some((block: object) => "cache_control" in block)).toBe(true);
    }
    expect(breaksIn(kernel)).toEqual([]);
  });

  test("is still there when the session is resumed", async () => {
    const home = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-cache-")));
    const cwd = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-cache-")));
    onTestFinished(() => {
      for (const made of [home, cwd]) fs.rmSync(made, { recursive: true, force: true });
    });
    const server = await serve([{ name: "Look", input: { at: "a" } }], ["One."]);
    const more = { cwd, env: { GANTRY_HOME: home } };
    const first = await opened(server, [sessionJsonl], more);
    await first.run("First");
    await first.session.close();
    const second = await opened(server, [sessionJsonl], { ...more, resume: first.session.id });
    await second.run("Second");
    expect(server.requests).toHaveLength(3);
    expectPrefixes(server.requests.map(({ body }) => body));
  });

  test("is lost for messages alone when the conversation is shortened, which nobody is blamed for", async () => {
    const server = await serve(["One."], ["Two."], ["## What the person asked for\nx\n\n## Decisions\ny"]);
    const kernel = await opened(server, [compactSummary]);
    await kernel.run("First ".repeat(2_000));
    await kernel.run("Second");
    expect((await kernel.session.compact()).isDone).toBe(true);
    await kernel.run("Third");
    const [first, , , last] = server.requests.map(({ body }) => cached(body));
    const head = (body = "") => body.slice(0, body.indexOf('"messages"'));
    expect(head(last)).toBe(head(first));
    expect(breaksIn(kernel)).toEqual([]);
  });
});

describe("whoever loses it", () => {
  const restless = (cache: "stable" | "session") =>
    definePlugin({
      name: "restless",
      setup: () => {
        let turns = 0;
        return { taps: { promptBuild: (draft) => draft.with({ key: "clock", cache, text: `It is ${++turns}.` }) } };
      },
    });

  test.each(["stable", "session"] as const)("is named by a %s section that changes", async (cache) => {
    const server = await serve();
    const kernel = await opened(server, [restless(cache)]);
    await kernel.run("First");
    await kernel.run("Second");
    expect(breaksIn(kernel)).toEqual([
      { part: "section", name: "clock", plugin: "restless", reason: "the section clock changed (restless)" },
    ]);
    expect(() => expectPrefixes(server.requests.map(({ body }) => body))).toThrow(/It is [12]/);
  });

  test("is named by a tool that comes and goes", async () => {
    const late = definePlugin({
      name: "late",
      tools: { Later: { description: "", input: z.object({}) } },
      setup: () => {
        let turns = 0;
        return {
          tools: { Later: () => "x" },
          taps: {
            promptBuild: (draft) => (turns++ === 1 ? undefined : draft.filterTools(({ name }) => name !== "Later")),
          },
        };
      },
    });
    const kernel = await opened(await serve(), [late]);
    for (const prompt of ["First", "Second", "Third"]) await kernel.run(prompt);
    expect(breaksIn(kernel)).toMatchObject([
      { part: "tool", name: "Later", plugin: "late", reason: "the tool Later is new (late)" },
      { reason: "the tool Later is gone (late)" },
    ]);
  });

  test("is among those on the way to the model when a message changes", async () => {
    const meddling = definePlugin({
      name: "meddling",
      setup: () => {
        let requests = 0;
        return {
          taps: {
            modelWrap: (stream) => (request, call) => {
              const [first, ...rest] = request.messages;
              const changed = { ...first, content: [text(`Request ${++requests}`)] } as typeof first;
              return stream({ ...request, messages: [changed as never, ...rest] }, call);
            },
          },
        };
      },
    });
    const kernel = await opened(await serve(), [meddling]);
    await kernel.run("First");
    await kernel.run("Second");
    expect(breaksIn(kernel)).toMatchObject([
      { part: "message", name: "1", reason: expect.stringMatching(/^the message 1 changed \(.*meddling/) },
    ]);
  });

  test("is not whoever asks a model beside the conversation, or takes another one", async () => {
    const model = scriptedModel([{ text: "One." }, { text: "Two." }]);
    const kernel = await opened(await serve(), [], { model });
    await kernel.run("First");
    await kernel.session.setModel("scripted/script");
    await kernel.run("Second");
    expect(breaksIn(kernel)).toEqual([]);
  });
});
