import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AssistantContent, defineTool, type Entry, type ModelEvent, NO_USAGE, text, z } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import plugin, { providerReplay } from "./index.ts";
import setup from "./replay.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "gantry-replay-"));
});
afterAll(() => rm(cwd, { recursive: true }));

const common = { uuid: "u", parentUuid: null, sessionId: "s", timestamp: "2026-01-01T00:00:00Z" };
const prompt = (words: string, isMeta = false): Entry => ({
  ...common,
  type: "user",
  ...(isMeta && { isMeta }),
  message: { role: "user", content: [text(words)] },
});
const answer = (id: string, ...content: AssistantContent[]): Entry => ({
  ...common,
  type: "assistant",
  model: "p/m",
  ms: 1,
  message: {
    role: "assistant",
    id,
    model: "m",
    content,
    stop_reason: content.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn",
    usage: NO_USAGE,
  },
});
const use = (id: string, name = "Read", input: unknown = { file_path: "a.txt" }) =>
  ({ type: "tool_use", id, name, input }) as const;
const result = (toolUseId: string, outcome: "ok" | "error" | "invalid" = "ok"): Entry => ({
  ...common,
  type: "tool_result",
  toolUseId,
  tool: "Read",
  outcome,
  content: [text("content")],
  ms: 1,
});

const RECORDED = [
  prompt("Read a.txt"),
  answer("m1", { type: "thinking", thinking: "Let me look." }, use("c1")),
  result("c1"),
  answer("m2", text("It says content. ".repeat(20))),
];

let files = 0;
async function replay(lines: readonly (Entry | object | string)[], config: object = {}) {
  const file = join(cwd, `${++files}.jsonl`);
  await writeFile(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  const context = { config: providerReplay.config().parse({ file, ...config }), host: { cwd } };
  const { stream } = (await setup(context as never)).providers.replay;
  return async (entries?: readonly Entry[], signal = new AbortController().signal) => {
    const events: ModelEvent[] = [];
    const turn = entries && { session: { entries } };
    for await (const event of stream({} as never, { signal, turn } as never)) events.push(event);
    return events;
  };
}
const failureOf = (events: readonly ModelEvent[]) => {
  const last = events.at(-1);
  return last?.type === "failure" ? last.failure : undefined;
};

test("the recorded answers come in order, as streams that end in the recorded messages", async () => {
  const ask = await replay(RECORDED);
  const first = await ask(RECORDED.slice(0, 1));
  expect(first.map(({ type }) => type)).toEqual(["start", "thinking", "tool_input", "end"]);
  expect(first.at(-1)).toEqual({ type: "end", message: (RECORDED[1] as { message: object }).message });
  const second = await ask(RECORDED.slice(0, 3));
  const words = second.flatMap((event) => (event.type === "text" ? [event.text] : []));
  expect(words.length).toBeGreaterThan(2);
  expect(words.join("")).toBe("It says content. ".repeat(20));
});

test("asking again for the same place gives the same answer", async () => {
  const ask = await replay(RECORDED);
  expect(await ask(RECORDED.slice(0, 1))).toEqual(await ask(RECORDED.slice(0, 1)));
});

test("when the recording is over, it says so", async () => {
  const ask = await replay(RECORDED);
  expect(failureOf(await ask([...RECORDED, prompt("And now?")]))).toEqual({
    kind: "protocol",
    message: "The recording is over: it has 2 answers, and answer 3 was asked for.",
    isRetryable: false,
  });
});

test("the first divergence is named: prompts, a missing result, another outcome, a result too many", async () => {
  const ask = await replay(RECORDED);
  const upTo = RECORDED.slice(0, 2);
  const message = async (entries: readonly Entry[]) => failureOf(await ask(entries))?.message;
  expect(await message([prompt("a"), prompt("b")])).toMatch(
    /answer 1: .* 1 prompt before it, and this session 2 prompts/,
  );
  expect(await message(upTo)).toMatch(/answer 2: the call c1 \(Read\) has a result in the recording, and none here/);
  expect(await message([...upTo, result("c1", "error")])).toMatch(
    /c1 \(Read\) succeeded in the recording, and failed here/,
  );
  expect(await message([...upTo, result("c1"), result("c9")])).toMatch(/c9 \(Read\) has a result here, and none in/);
});

test("what the host adds by itself is no divergence", async () => {
  const ask = await replay(RECORDED);
  const events = await ask([RECORDED[0] as Entry, prompt("<system-reminder>", true)]);
  expect(events.at(-1)?.type).toBe("end");
});

test("a call whose input could not be used then does not run with an empty one now", async () => {
  const lines = [prompt("Go"), answer("m1", use("c1", "Bash", {})), result("c1", "invalid"), answer("m2", text("Oh."))];
  const events = await (await replay(lines))(lines.slice(0, 1));
  expect(events.at(-1)).toMatchObject({ type: "end", badInputs: { c1: expect.any(String) } });
});

test("unknown records, blank lines and a torn last line are skipped", async () => {
  const ask = await replay([...RECORDED.slice(0, 2), { type: "from-the-future" }, "", '{"type":"assist']);
  expect((await ask(RECORDED.slice(0, 1))).at(-1)?.type).toBe("end");
});

test("a transcript that is absent, empty, too new or not named is a failure with a remedy", async () => {
  const entries = RECORDED.slice(0, 1);
  const absent = failureOf(await (await replay([], { file: "nowhere.jsonl" }))(entries));
  expect(absent).toMatchObject({
    kind: "invalid_request",
    message: expect.stringContaining("nowhere.jsonl"),
  });
  expect(failureOf(await (await replay([prompt("Hi")]))(entries))?.message).toContain("no answer of a model");
  const tooNew = { ...common, type: "session", version: 99, cwd: "/", gantry: "9" };
  expect(failureOf(await (await replay([tooNew, ...RECORDED]))(entries))?.message).toContain("version 99");
  expect(failureOf(await (await replay([], { file: undefined }))(entries))?.remedy).toContain("--replay");
});

test("a request outside a turn is refused", async () => {
  expect(failureOf(await (await replay(RECORDED))())).toMatchObject({ kind: "protocol" });
});

test("an aborted request ends at once", async () => {
  const events = await (await replay(RECORDED))(RECORDED.slice(0, 1), AbortSignal.abort());
  expect(failureOf(events)).toMatchObject({ kind: "aborted" });
});

test("a session recorded by the kernel is played again, tools and all; with another outcome it says where it parts", async () => {
  const door = (isOpen: boolean) =>
    defineTool({
      name: "Door",
      description: "Opens the door.",
      input: z.object({}),
      traits: { readOnly: true },
      run: async () => {
        if (!isOpen) throw new Error("locked");
        return "open";
      },
    });
  const model = scriptedModel([{ text: "I try.", calls: [{ name: "Door", input: {} }] }, { text: "It is open." }]);
  const recording = await createTestKernel({ plugins: [door(true)], model });
  await recording.run("Open the door");
  const file = join(cwd, "kernel.jsonl");
  await writeFile(file, recording.session.entries.map((entry) => JSON.stringify(entry)).join("\n"));
  await recording.close();

  const again = async (isOpen: boolean) => {
    const kernel = await createTestKernel({
      plugins: [door(isOpen), plugin],
      config: { "provider-replay": { file } },
    });
    await kernel.session.setModel("replay");
    const turn = await kernel.run("Open the door");
    await kernel.close().catch(() => undefined);
    return turn;
  };
  const same = await again(true);
  expect(same.end).toEqual({ reason: "completed", text: "It is open." });
  expect(same.results.map(({ content }) => content)).toEqual([[text("open")]]);
  expect((await again(false)).end).toMatchObject({
    reason: "model_error",
    error: expect.stringContaining("(Door) succeeded in the recording, and failed here"),
  });
});

test("/replay says how a transcript is played again, and what cannot be", async () => {
  await writeFile(
    join(cwd, "a talk.jsonl"),
    [prompt("Hi"), answer("m1", text("Hello"))].map((one) => JSON.stringify(one)).join("\n"),
  );
  await writeFile(join(cwd, "garbage.jsonl"), "no transcript");
  await writeFile(join(cwd, "unanswered.jsonl"), JSON.stringify(prompt("Hi")));
  const kernel = await createTestKernel({ plugins: [plugin], cwd });
  try {
    const said = async (args: string) => {
      const { text: answered, faults } = await kernel.run(`/replay ${args}`);
      expect(faults).toEqual([]);
      return answered;
    };
    expect(await said("")).toMatch(/^This session is kept in no file\./);
    expect(await said("a talk.jsonl")).toMatch(
      /^1 answer can be played.*\n\n {2}gantry --model replay --replay '.*a talk\.jsonl'\n/,
    );
    expect(await said("unanswered.jsonl")).toMatch(/unanswered\.jsonl holds no answer of a model/);
    expect(await said("nosuch.jsonl")).toMatch(/nosuch\.jsonl/);
    expect(await said("garbage.jsonl")).toMatch(/garbage\.jsonl/);
  } finally {
    await kernel.close();
  }
});
