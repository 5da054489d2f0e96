import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type CompactRequest, definePlugin, defineTool, entrySchema, type Provider, text, z } from "gantry/sdk";
import { createTestKernel, type ScriptedModel, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import sessionJsonl from "../plugins/session-jsonl/index.ts";
import { kernelWith } from "./kernels.ts";

function folder() {
  const made = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-session-")));
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

const look = defineTool({
  name: "Look",
  description: "",
  input: z.object({ at: z.string() }),
  traits: { readOnly: true },
  run: ({ at }) => `saw ${at}`,
});

describe("the log", () => {
  test("holds a record for everything, each valid by the schema, each after its parent", async () => {
    const model = scriptedModel([{ thinking: "hm", calls: [{ name: "Look", input: { at: "x" } }] }, { text: "Done." }]);
    const prompt = definePlugin({
      name: "prompt",
      setup: () => ({
        taps: {
          promptBuild: (draft) =>
            draft
              .with({ key: "a", cache: "stable", text: "Be kind." })
              .with({ key: "b", cache: "turn", text: "It is late." }),
        },
      }),
    });
    const { session, run } = await kernelWith({ plugins: [look, prompt], model });
    await run("Go");
    session.record("mine", "mark", { n: 1 });
    expect(session.entries.map(({ type }) => type)).toEqual([
      "session",
      "user",
      "prompt",
      "user",
      "assistant",
      "tool_result",
      "assistant",
      "turn_end",
      "plugin",
    ]);
    for (const [i, entry] of session.entries.entries()) {
      expect(entrySchema.safeParse(JSON.parse(JSON.stringify(entry))).error).toBeUndefined();
      expect(entry.parentUuid).toBe(session.entries[i - 1]?.uuid ?? null);
    }
  });

  test("keeps the prefix of one request in the next, so that a provider can cache it", async () => {
    const model = scriptedModel([
      { calls: [{ name: "Look", input: { at: "x" } }] },
      { text: "One." },
      { text: "Two." },
    ]);
    let turns = 0;
    const prompt = definePlugin({
      name: "prompt",
      setup: () => ({
        taps: {
          promptBuild: (draft) =>
            draft
              .with({ key: "late", cache: "session", text: "Second." })
              .with({ key: "early", cache: "stable", text: "First." })
              .with({ key: "turn", cache: "turn", text: `Turn ${++turns}.` }),
        },
      }),
    });
    const { run } = await kernelWith({ plugins: [look, prompt], model });
    await run("Go");
    await run("Again");
    expect(model.requests[0]?.system.map(({ text }) => text)).toEqual(["First.", "Second."]);
    for (const [i, request] of model.requests.slice(1).entries()) {
      const before = model.requests[i];
      expect(JSON.stringify(request.system)).toBe(JSON.stringify(before?.system));
      const kept = (before?.messages.length ?? 0) - (i === 0 ? 0 : 1);
      expect(JSON.stringify(request.messages.slice(0, kept))).toBe(JSON.stringify(before?.messages.slice(0, kept)));
    }
  });

  test("gives the same conversation when it is opened again", async () => {
    const cwd = folder();
    const home = folder();
    const model = scriptedModel([{ calls: [{ name: "Look", input: { at: "x" } }] }, { text: "Done." }]);
    const options = { plugins: [sessionJsonl, look], cwd, env: { HOME: home } };
    const first = await createTestKernel({ ...options, model });
    await first.run("Go");
    const { id, messages } = first.session;
    await first.close();
    const second = await kernelWith({ ...options, resume: id });
    expect(second.session.id).toBe(id);
    expect(second.session.messages).toEqual(messages);
  });

  test("that was cut off between a call and its result is whole again when it is opened", async () => {
    const cwd = folder();
    const home = folder();
    const model = scriptedModel([
      {
        calls: [
          { name: "Look", input: { at: "x" } },
          { name: "Look", input: { at: "y" } },
        ],
      },
      { text: "Done." },
    ]);
    const options = { plugins: [sessionJsonl, look], cwd, env: { HOME: home } };
    const first = await createTestKernel({ ...options, model });
    await first.run("Go");
    const { id } = first.session;
    await first.close();
    const log = findLog(path.join(home, ".gantry"));
    const lines = fs.readFileSync(log, "utf8").split("\n");
    const cut = lines.findIndex((line) => line.includes('"tool_result"')) + 1;
    fs.writeFileSync(log, `${lines.slice(0, cut).join("\n")}\n`);
    const second = await kernelWith({ ...options, resume: id });
    const last = second.session.messages.at(-1);
    expect(
      last?.content.map((block) => block.type === "tool_result" && [block.tool_use_id, block.is_error ?? false]),
    ).toEqual([
      ["call_1", false],
      ["call_2", true],
    ]);
  });
});

function findLog(under: string): string {
  for (const entry of fs.readdirSync(under, { withFileTypes: true, recursive: true })) {
    if (entry.name.endsWith(".jsonl")) return path.join(entry.parentPath ?? entry.path, entry.name);
  }
  throw new Error(`no log under ${under}`);
}

describe("a conversation", () => {
  /** A model whose first answer waits to be let go. */
  function held(...rest: Parameters<typeof scriptedModel>[0] & object): { model: ScriptedModel; letGo: () => void } {
    let letGo: () => void = () => undefined;
    const after = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    return { model: scriptedModel([{ text: "One.", after }, ...rest]), letGo };
  }

  async function asked(model: ScriptedModel, count: number) {
    while (model.requests.length < count) await new Promise((resolve) => setImmediate(resolve));
  }

  test("that is interrupted while the model writes ends with the turn aborted, and goes on", async () => {
    const { model } = held({ text: "Two." });
    const { session, run } = await kernelWith({ plugins: [], model });
    const turn = run("Go");
    await asked(model, 1);
    await session.interrupt();
    expect((await turn).end.reason).toBe("aborted");
    expect((await run("On")).text).toBe("Two.");
    expect(model.requests[1]?.messages).toEqual([
      { role: "user", content: [text("Go"), text("[Request interrupted by user]"), text("On")] },
    ]);
  });

  test("takes in what is sent while a turn runs, before that turn ends", async () => {
    const { model, letGo } = held({ text: "Two." });
    const { run } = await kernelWith({ plugins: [], model });
    const first = run("Go");
    await asked(model, 1);
    const second = run("And this");
    letGo();
    expect((await first).text).toBe("Two.");
    expect((await second).text).toBe("Two.");
    expect(model.requests[1]?.messages.at(-1)).toEqual({ role: "user", content: [text("And this")] });
  });

  test("lets no input past the input taps, not even one that comes while a turn runs", async () => {
    const clerk = definePlugin({
      name: "clerk",
      setup: () => ({
        taps: {
          input: (input) =>
            JSON.stringify(input.content).includes("secret")
              ? { ...input, outcome: { kind: "refused", text: "Not that." } as const }
              : undefined,
        },
      }),
    });
    const { model, letGo } = held({ text: "Two." });
    const { run } = await kernelWith({ plugins: [clerk], model });
    const first = run("Go");
    await asked(model, 1);
    const second = run("the secret");
    letGo();
    await first;
    const { events } = await second;
    expect(events).toContainEqual({ type: "notice", notice: { level: "warning", text: "Not that." } });
    expect(JSON.stringify(model.requests)).not.toContain("secret");
    expect(model.requests).toHaveLength(1);
  });

  test("is interrupted when whoever listens leaves", async () => {
    const { model } = held();
    const { session } = await kernelWith({ plugins: [], model });
    for await (const event of session.send("Go")) if (event.type === "request") break;
    expect(session.entries.at(-1)).toMatchObject({ type: "turn_end", reason: "aborted" });
  });

  test("goes on when turnStop gives a reason, but not for ever", async () => {
    const model = scriptedModel();
    const stubborn = definePlugin({ name: "stubborn", setup: () => ({ taps: { turnStop: () => "Not yet." } }) });
    const { run } = await kernelWith({ plugins: [stubborn], model });
    expect((await run("Go")).end.reason).toBe("completed");
    expect(model.requests).toHaveLength(11);
    expect(model.requests[1]?.messages.at(-1)).toEqual({ role: "user", content: [text("Not yet.")] });
  });

  test("can be dealt with or refused by an input tap", async () => {
    const clerk = definePlugin({
      name: "clerk",
      setup: () => ({
        taps: { input: (input) => ({ ...input, outcome: { kind: "refused", text: "We are closed." } as const }) },
      }),
    });
    const model = scriptedModel();
    const { run } = await kernelWith({ plugins: [clerk], model });
    expect((await run("Go")).end).toEqual({ reason: "refused", text: "We are closed.", error: "We are closed." });
    expect(model.requests).toHaveLength(0);
  });

  test("runs slash commands, and names the nearest when there is none", async () => {
    const commands = definePlugin({
      name: "commands",
      commands: { shout: { description: "" }, plan: { description: "" } },
      setup: () => ({
        commands: { shout: (args) => args.toUpperCase(), plan: (args) => ({ prompt: `Plan ${args}` }) },
      }),
    });
    const model = scriptedModel([{ text: "Planned." }]);
    const { run } = await kernelWith({ plugins: [commands], model });
    expect((await run("/shout hello")).end).toEqual({ reason: "handled", text: "HELLO" });
    expect((await run("/plan a trip")).text).toBe("Planned.");
    expect(model.requests[0]?.messages).toEqual([{ role: "user", content: [text("Plan a trip")] }]);
    expect((await run("/shuot x")).end).toMatchObject({
      reason: "refused",
      text: expect.stringContaining('Did you mean "shout"?'),
    });
    expect((await run("/etc/hosts is odd")).end.reason).toBe("completed");
  });

  test("is shortened by a compact tap when the model's window fills, and what was said before is replaced", async () => {
    const requests: CompactRequest[] = [];
    const small = definePlugin({
      name: "small",
      providers: { small: { title: "Small", usable: "always", defaultModel: "tiny" } },
      setup: () => ({
        providers: {
          small: {
            stream: (request, call) => scripted.stream(request, call),
            info: () => ({ id: "tiny", contextWindow: 100 }),
          },
        },
        taps: {
          compact: (request) => {
            requests.push(request);
            return { messages: [{ role: "user" as const, content: [text("Summary.")] }], summary: "Shortened." };
          },
        },
      }),
    });
    const inner = scriptedModel([{ text: "One.", usage: { input_tokens: 90 } }, { text: "Two." }]);
    const scripted = providerOf(inner);
    const { session, run } = await kernelWith({ plugins: [small], model: inner });
    await session.setModel("small/tiny");
    await run("Go");
    const turn = await run("On");
    expect(requests).toHaveLength(1);
    expect(turn.events).toContainEqual({ type: "notice", notice: { level: "info", text: "Shortened." } });
    expect(inner.requests[1]?.messages).toEqual([{ role: "user", content: [text("Summary.")] }]);
    expect(session.messages.at(-1)).toMatchObject({ role: "assistant" });
  });

  function providerOf(model: ScriptedModel): Provider {
    const setup = model.plugin.setup as unknown as () => { readonly providers: { readonly scripted: Provider } };
    return setup().providers.scripted;
  }
});
