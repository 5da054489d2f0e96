import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type HostOptions, openHost } from "gantry";
import { type Contribution, definePlugin, defineTool, type Plugin, type SessionEvent, text, z } from "gantry/sdk";
import { scriptedModel } from "gantry/sdk/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import sessionJsonl from "../plugins/session-jsonl/index.ts";
import { kernelWith } from "./kernels.ts";

const empty = z.object({});

test("a tool whose input no model can be told of ends the turn in words that name it and its plugin", async () => {
  const plugin = defineTool({ name: "When", description: "", input: z.object({ day: z.date() }), run: () => "now" });
  const kernel = await kernelWith({ plugins: [plugin], model: scriptedModel([{ text: "never" }]) });
  const { end } = await kernel.run("hello");
  expect(end.reason).toBe("error");
  expect(end.error).toMatch(/^No model can be told what the tool When of when takes: Date cannot/);
});

describe("a contribution made at run time", () => {
  function server() {
    let contribute: ((contribution: Contribution) => Promise<void>) | undefined;
    const plugin = definePlugin({
      name: "server",
      setup: (context) => {
        contribute = context.contribute;
        return {};
      },
    });
    return { plugin, contribute: (contribution: Contribution) => contribute?.(contribution) };
  }
  const tool = { description: "", input: { jsonSchema: { type: "object" } }, traits: { readOnly: true } };

  test("is there from the next turn on, until it is replaced", async () => {
    const { plugin, contribute } = server();
    const kernel = await kernelWith({ plugins: [plugin] });
    expect((await kernel.call("Far", {})).outcome).toBe("invalid");
    await contribute({ tools: { Far: { ...tool, run: () => "far" } } });
    expect((await kernel.call("Far", { any: 1 })).content).toEqual([text("far")]);
    await contribute({ tools: { Near: { ...tool, run: () => "near" } } });
    expect((await kernel.call("Far", {})).outcome).toBe("invalid");
    expect((await kernel.call("Near", {})).content).toEqual([text("near")]);
    expect(kernel.report().plugins.find(({ name }) => name === "server")?.contributes.tools).toEqual(["Near"]);
  });

  test("is there with the next request of a turn that is running", async () => {
    const { plugin, contribute } = server();
    const slow = defineTool({
      name: "Slow",
      description: "",
      input: empty,
      traits: { readOnly: true },
      run: async () => {
        await contribute({ tools: { Far: { ...tool, run: () => "far" } } });
        return "done";
      },
    });
    const model = scriptedModel([
      { calls: [{ name: "Slow", input: {} }] },
      { calls: [{ name: "Far", input: {} }] },
      { text: "End." },
    ]);
    const kernel = await kernelWith({ plugins: [plugin, slow], model });
    expect((await kernel.run("Go")).results.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
    expect(model.requests.map(({ tools }) => tools.map(({ name }) => name))).toEqual([
      ["Slow"],
      ["Slow", "Far"],
      ["Slow", "Far"],
    ]);
    expect((await kernel.call("Far", {})).outcome).toBe("ok");
  });

  test("that claims a name another plugin has is refused, and what was stays", async () => {
    const { plugin, contribute } = server();
    const mine = defineTool({
      name: "Mine",
      description: "",
      input: empty,
      traits: { readOnly: true },
      run: () => "mine",
    });
    const kernel = await kernelWith({ plugins: [plugin, mine] });
    await expect(contribute({ tools: { Mine: { ...tool, run: () => "stolen" } } })).rejects.toMatchObject({
      code: "GANTRY_PLUGIN_CLASH",
    });
    const commands = { shout: { description: "", run: () => "!" } };
    const other = definePlugin({
      name: "other",
      commands: { shout: { description: "" } },
      setup: () => ({ commands: { shout: () => "?" } }),
    });
    const { plugin: second, contribute: add } = server();
    await kernelWith({ plugins: [second, other] });
    await expect(add({ commands })).rejects.toMatchObject({ code: "GANTRY_PLUGIN_CLASH" });
    expect((await kernel.call("Mine", {})).content).toEqual([text("mine")]);
    await contribute({ tools: { Far: { ...tool, run: () => "far" } } });
    expect((await kernel.call("Far", {})).content).toEqual([text("far")]);
  });
});

describe("a reload", () => {
  /** A host on a folder whose gate denies everything, with a tool that waits to be let go. */
  async function guarded(plugins: readonly Plugin[], options: HostOptions = {}) {
    const home = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-reload-")));
    onTestFinished(() => fs.rmSync(home, { recursive: true, force: true }));
    const project = path.join(home, "project");
    fs.mkdirSync(path.join(project, ".gantry", "plugins"), { recursive: true });
    const host = await openHost({
      cwd: project,
      env: { HOME: home, PATH: process.env.PATH },
      trust: true,
      plugins,
      ...options,
    });
    onTestFinished(() => host.close());
    return { host, project };
  }
  async function turn(events: AsyncIterable<SessionEvent>) {
    const all: SessionEvent[] = [];
    for await (const event of events) all.push(event);
    return all.flatMap((event) => (event.type === "tool_end" ? [event.result.outcome] : []));
  }
  const GATE = `import { definePlugin, deny } from "gantry/sdk";
export default definePlugin({ name: "gate", setup: () => ({ taps: { toolGate: { only: ["Second"], handler: () => deny("no") } } }) });`;

  test("takes in what was added and leaves out what is gone", async () => {
    const model = scriptedModel();
    const { host, project } = await guarded([model.plugin]);
    const file = path.join(project, ".gantry", "plugins", "hello.ts");
    fs.writeFileSync(
      file,
      `import { defineTool, z } from "gantry/sdk"; export default defineTool({ name: "Hello", description: "", input: z.object({}), run: () => "hi" });`,
    );
    await host.reload();
    expect([...host.generation.tools.keys()]).toEqual(["Hello"]);
    fs.rmSync(file);
    await host.reload();
    expect([...host.generation.tools.keys()]).toEqual([]);
  });

  test("leaves a session its transcript, which goes on", async () => {
    const model = scriptedModel([{ text: "one" }, { text: "two" }]);
    const { host } = await guarded([model.plugin, sessionJsonl]);
    const session = await host.open();
    await turn(session.send("first"));
    await host.reload();
    await turn(session.send("second"));
    const transcript = fs.readFileSync(session.transcriptPath as string, "utf8");
    expect([transcript.includes("first"), transcript.includes("second")]).toEqual([true, true]);
  });

  test("leaves no gate open in a turn that is running", async () => {
    let letGo: () => void = () => undefined;
    let isRunning: () => void = () => undefined;
    const running = new Promise<void>((resolve) => {
      isRunning = resolve;
    });
    const first = defineTool({
      name: "First",
      description: "",
      input: empty,
      traits: { readOnly: true },
      run: () =>
        new Promise<string>((resolve) => {
          letGo = () => resolve("done");
          isRunning();
        }),
    });
    const second = defineTool({
      name: "Second",
      description: "",
      input: empty,
      traits: { readOnly: true },
      run: () => "ran",
    });
    const model = scriptedModel([
      { calls: [{ name: "First", input: {} }] },
      { calls: [{ name: "Second", input: {} }] },
      { text: "End." },
    ]);
    const { host, project } = await guarded([model.plugin, first, second]);
    fs.writeFileSync(path.join(project, ".gantry", "plugins", "gate.ts"), GATE);
    await host.reload();
    const session = await host.open();
    const outcomes = turn(session.send("Go"));
    await running;
    await host.reload();
    letGo();
    expect(await outcomes).toEqual(["ok", "denied"]);
  });

  test("ends the old plugins' scopes once no turn needs them", async () => {
    const ended: number[] = [];
    let setups = 0;
    const owner = definePlugin({
      name: "owner",
      setup: ({ scope }) => {
        const mine = ++setups;
        scope.own(() => void ended.push(mine));
        return {};
      },
    });
    const { host } = await guarded([scriptedModel().plugin, owner]);
    await host.reload();
    await host.close();
    expect(ended).toEqual([1, 2]);
  });

  test("whose configuration is broken changes nothing", async () => {
    const { host, project } = await guarded([scriptedModel().plugin]);
    const before = host.generation;
    fs.writeFileSync(path.join(project, "gantry.config.json"), "{");
    await expect(host.reload()).rejects.toMatchObject({ code: "GANTRY_CONFIG_BROKEN" });
    expect(host.generation).toBe(before);
    fs.rmSync(path.join(project, "gantry.config.json"));
    await host.reload();
    expect(host.generation.number).toBe(before.number + 1);
  });
});
