import {
  definePlugin,
  defineTool,
  deny,
  lazy,
  manifest,
  type Plugin,
  type Question,
  type Setup,
  text,
  z,
} from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, test } from "vitest";
import { kernelWith, looking, pathInput } from "./kernels.ts";

const empty = z.object({});

/** A tool whose calls can be let go one by one, and that says who was running together. */
function gated(name: string, traits: { readOnly?: boolean; concurrent?: boolean }) {
  const waiting = new Map<string, () => void>();
  let running = 0;
  const seen = { most: 0, started: [] as string[] };
  const plugin = defineTool({
    name,
    description: "",
    input: z.object({ key: z.string() }),
    traits,
    run: async ({ key }, { signal }) => {
      running++;
      seen.started.push(key);
      seen.most = Math.max(seen.most, running);
      await new Promise<void>((resolve) => {
        waiting.set(key, resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      running--;
      return key;
    },
  });
  const until = async (ready: () => boolean) => {
    while (!ready()) await new Promise((resolve) => setImmediate(resolve));
  };
  return { plugin, seen, waiting, until };
}

describe("calls of one answer", () => {
  test("run together when they only read, and are reported in the model's order", async () => {
    const { plugin, seen, waiting, until } = gated("Look", { readOnly: true });
    const calls = ["a", "b", "c"].map((key) => ({ name: "Look", input: { key } }));
    const kernel = await kernelWith({ plugins: [plugin], model: scriptedModel([{ calls }, { text: "Done." }]) });
    const turn = kernel.run("Go");
    await until(() => waiting.size === 3);
    for (const key of ["c", "b", "a"]) waiting.get(key)?.();
    expect((await turn).results.map(({ content }) => content)).toEqual([[text("a")], [text("b")], [text("c")]]);
    expect(seen.most).toBe(3);
  });

  test("run one after another when they may change something", async () => {
    const { plugin, seen, waiting, until } = gated("Change", {});
    const calls = ["a", "b"].map((key) => ({ name: "Change", input: { key } }));
    const kernel = await kernelWith({
      plugins: [plugin],
      answer: "allow",
      model: scriptedModel([{ calls }, { text: "Done." }]),
    });
    const turn = kernel.run("Go");
    await until(() => waiting.has("a"));
    expect(seen.started).toEqual(["a"]);
    waiting.get("a")?.();
    await until(() => waiting.has("b"));
    waiting.get("b")?.();
    await turn;
    expect(seen.most).toBe(1);
  });

  test("are at most ten at a time", async () => {
    const { plugin, seen, waiting, until } = gated("Look", { readOnly: true });
    const keys = Array.from({ length: 14 }, (_, i) => `k${i}`);
    const calls = keys.map((key) => ({ name: "Look", input: { key } }));
    const kernel = await kernelWith({ plugins: [plugin], model: scriptedModel([{ calls }, { text: "Done." }]) });
    const turn = kernel.run("Go");
    for (const key of keys) {
      await until(() => waiting.has(key));
      waiting.get(key)?.();
    }
    expect((await turn).results).toHaveLength(14);
    expect(seen.most).toBeLessThanOrEqual(10);
  });

  test("have exactly one outcome each when the turn is interrupted", async () => {
    const { plugin, waiting, until } = gated("Change", {});
    const calls = ["a", "b", "c"].map((key) => ({ name: "Change", input: { key } }));
    const kernel = await kernelWith({
      plugins: [plugin],
      answer: "allow",
      model: scriptedModel([{ calls }, { text: "Done." }]),
    });
    const turn = kernel.run("Go");
    await until(() => waiting.has("a"));
    await kernel.session.interrupt();
    const { results, end } = await turn;
    expect(results.map(({ outcome }) => outcome)).toEqual(["ok", "aborted", "aborted"]);
    expect(end.reason).toBe("aborted");
    const ids = kernel.session.entries.flatMap((entry) => (entry.type === "tool_result" ? [entry.toolUseId] : []));
    expect(ids).toEqual(["call_1", "call_2", "call_3"]);
  });
});

describe("the path of a call", () => {
  test("refuses an input that does not fit the schema, and says what to correct", async () => {
    const look = looking(undefined, pathInput);
    const kernel = await kernelWith({ plugins: [look] });
    const result = await kernel.call("Look", { path: 3 });
    expect(result.outcome).toBe("invalid");
    expect(result.content[0]).toMatchObject({ text: expect.stringContaining("path: Invalid input: expected string") });
  });

  test("lets preTool change the input, and runs what was judged", async () => {
    const judged: unknown[] = [];
    const look = looking(({ path }) => `saw ${path}`, pathInput);
    const rewriter = definePlugin({
      name: "rewriter",
      setup: () => ({
        taps: {
          preTool: (call) => ({ ...call, input: { path: "/changed" } }),
          toolGate: (_, call) => void judged.push(call.input),
        },
      }),
    });
    const kernel = await kernelWith({ plugins: [look, rewriter] });
    expect((await kernel.call("Look", { path: "/given" })).content).toEqual([text("saw /changed")]);
    expect(judged).toEqual([{ path: "/changed" }]);
  });

  test("refuses a call that preTool rewrote into nonsense", async () => {
    const look = looking(undefined, pathInput);
    const rewriter = definePlugin({
      name: "rewriter",
      setup: () => ({ taps: { preTool: (call) => ({ ...call, input: { path: 1 } }) } }),
    });
    const kernel = await kernelWith({ plugins: [look, rewriter] });
    expect((await kernel.call("Look", { path: "/given" })).outcome).toBe("denied");
  });

  describe("that somebody has said yes to with another input", () => {
    /** A tool that is asked for, whoever answers with this input, and a gate that refuses one of them. */
    async function answered(input: unknown) {
      const judged: unknown[] = [];
      const change = defineTool({
        name: "Change",
        description: "",
        input: pathInput.extend({ times: z.number().default(1) }),
        permission: { family: "Edit", path: "path" },
        run: ({ path, times }) => `changed ${path} ${times} times`,
      });
      const gate = definePlugin({
        name: "gate",
        setup: () => ({
          taps: {
            toolGate: (_, call) => {
              judged.push([call.input, call.places]);
              return JSON.stringify(call.input).includes("secret") ? deny("it is a secret") : undefined;
            },
          },
        }),
      });
      const kernel = await kernelWith({ plugins: [change, gate], answer: () => ({ decision: "allow", input }) });
      const result = await kernel.call("Change", { path: "/given" });
      return { result, judged };
    }

    test("runs that, validated and judged anew, at the place that it names", async () => {
      const { result, judged } = await answered({ path: "/other" });
      expect(result).toMatchObject({ outcome: "ok", content: [text("changed /other 1 times")] });
      expect(judged).toEqual([
        [{ path: "/given", times: 1 }, ["/given"]],
        [{ path: "/other", times: 1 }, ["/other"]],
      ]);
    });

    test("is not judged anew when it is the same", async () => {
      const { result, judged } = await answered({ path: "/given", times: 1 });
      expect([result.outcome, judged.length]).toEqual(["ok", 1]);
    });

    test.each([
      ["the gates refuse", { path: "/secret" }, "it is a secret"],
      ["the tool cannot take", { path: 7 }, "path"],
    ])("is refused where %s it", async (_, input, why) => {
      const { result } = await answered(input);
      expect(result.outcome).toBe("denied");
      expect(JSON.stringify(result.content)).toContain(why);
    });
  });

  test("takes the strictest vote, whatever the order", async () => {
    const look = looking();
    const vote = (name: string, decision: "allow" | "deny") =>
      definePlugin({ name, setup: () => ({ taps: { toolGate: () => ({ decision, reason: `says ${name}` }) } }) });
    for (const plugins of [
      [vote("yes", "allow"), vote("no", "deny")],
      [vote("no", "deny"), vote("yes", "allow")],
    ]) {
      const kernel = await kernelWith({ plugins: [look, ...plugins] });
      expect((await kernel.call("Look", {})).content).toEqual([text("Look was not allowed to run: says no.")]);
    }
  });

  test("denies when a gate answers with something that is no verdict", async () => {
    const look = looking();
    const liar = definePlugin({
      name: "liar",
      setup: () => ({ taps: { toolGate: () => ({ decision: "sure" }) as never } }),
    });
    const kernel = await kernelWith({ plugins: [look, liar] });
    expect((await kernel.call("Look", {})).outcome).toBe("denied");
  });

  test("lets whoever answers decide on what needs asking", async () => {
    const change = defineTool({ name: "Change", description: "", input: empty, run: () => "changed" });
    const questions: string[] = [];
    const kernel = await kernelWith({
      plugins: [change],
      answer: ({ call }) => {
        questions.push(call.tool.name);
        return questions.length === 1 ? { decision: "allow" } : { decision: "deny", reason: "not again" };
      },
    });
    expect((await kernel.call("Change", {})).content).toEqual([text("changed")]);
    expect((await kernel.call("Change", {})).content).toEqual([text("Change was not allowed to run: not again.")]);
  });

  test("lets postTool shape the result", async () => {
    const look = looking(() => "the secret");
    const redact = definePlugin({
      name: "redact",
      setup: () => ({
        taps: { postTool: { only: ["Look"], handler: (result) => ({ ...result, content: [text("***")] }) } },
      }),
    });
    const kernel = await kernelWith({ plugins: [look, redact] });
    expect((await kernel.call("Look", {})).content).toEqual([text("***")]);
  });

  test("withholds the result when a tap that must not fail open fails", async () => {
    const look = looking(() => "the secret");
    const broken = () => {
      throw new Error("boom");
    };
    const redact = definePlugin({
      name: "redact",
      setup: () => ({ taps: { postTool: { onFail: "deny", handler: broken } } }),
    });
    const kernel = await kernelWith({ plugins: [look, redact] });
    const result = await kernel.call("Look", {});
    expect(result.outcome).toBe("error");
    expect(JSON.stringify(result.content)).not.toContain("secret");
  });

  test("reports a tool that throws and tells the model", async () => {
    const bad = defineTool({
      name: "Bad",
      description: "",
      input: empty,
      traits: { readOnly: true },
      run: () => {
        throw new Error("boom");
      },
    });
    const kernel = await kernelWith({
      plugins: [bad],
      model: scriptedModel([{ calls: [{ name: "Bad", input: {} }] }, { text: "Oh." }]),
    });
    const turn = await kernel.run("Go");
    expect(turn.results[0]?.content).toEqual([text("Bad failed: boom")]);
    expect(turn.faults.map(({ plugin, where }) => [plugin, where])).toEqual([["bad", "tool Bad"]]);
  });
});

describe("changing a tool without replacing it", () => {
  const shell = defineTool({
    name: "Shell",
    description: "",
    input: z.object({ command: z.string() }),
    traits: { readOnly: true },
    run: ({ command }) => command,
  });
  const wrapping = (name: string, mark: string): Plugin =>
    definePlugin({
      name,
      wraps: ["Shell"],
      setup: () => ({
        wraps: {
          Shell: (next) => async (input, call) => {
            const output = await next(input, call);
            return { ...output, content: `${mark}(${typeof output.content === "string" ? output.content : "?"})` };
          },
        },
      }),
    });

  test("wraps compose in plugin order, the first outermost", async () => {
    const kernel = await kernelWith({ plugins: [shell, wrapping("one", "1"), wrapping("two", "2")] });
    expect((await kernel.call("Shell", { command: "ls" })).content).toEqual([text("1(2(ls))")]);
    expect(
      kernel
        .report()
        .plugins.filter(({ wraps }) => wraps.length)
        .map(({ name }) => name),
    ).toEqual(["one", "two"]);
  });

  test("two plugins that claim one tool are an error that says which line chooses", async () => {
    const other = definePlugin({
      name: "other-shell",
      tools: { Shell: { description: "", input: empty } },
      setup: () => ({ tools: { Shell: () => "mine" } }),
    });
    await expect(createTestKernel({ plugins: [shell, other] })).rejects.toMatchObject({
      code: "GANTRY_PLUGIN_CLASH",
      remedy: expect.stringContaining('"plugins": ["-shell"]'),
    });
  });
});

describe("a plugin in two files", () => {
  test("is set up at the first call and not before", async () => {
    let setups = 0;
    const data = manifest({
      name: "late",
      tools: { Late: { description: "", input: empty, traits: { readOnly: true } } },
    });
    const setup: Setup<typeof data> = () => {
      setups++;
      return { tools: { Late: () => "here" } };
    };
    const late = definePlugin(
      data,
      lazy(async () => ({ default: setup })),
    );
    const kernel = await kernelWith({ plugins: [late] });
    expect(setups).toBe(0);
    expect((await kernel.call("Late", {})).content).toEqual([text("here")]);
    await kernel.call("Late", {});
    expect(setups).toBe(1);
  });

  test("whose setup fails is off, and its tool says why", async () => {
    const data = manifest({
      name: "late",
      tools: { Late: { description: "", input: empty, traits: { readOnly: true } } },
    });
    const late = definePlugin(
      data,
      lazy<typeof data>(async () => ({ default: () => Promise.reject(new Error("no disk")) })),
    );
    const kernel = await kernelWith({ plugins: [late] });
    const result = await kernel.call("Late", {});
    expect(JSON.stringify(result.content)).toContain("no disk");
    expect(kernel.report().plugins.find(({ name }) => name === "late")?.state).toBe("failed");
  });

  test("that returns less than it declared is off, where its manifest says what is off with it", async () => {
    const half = definePlugin({
      name: "half",
      tools: { A: { description: "", input: empty } },
      taps: { event: true },
      setup: (() => ({ tools: {}, taps: { event: () => undefined } })) as never,
    });
    const kernel = await kernelWith({ plugins: [half] });
    expect(kernel.report().notices.map(({ text }) => text)).toEqual([expect.stringContaining("it lacks tools.A")]);
  });

  test("that might have been a gate is not merely off when its setup fails: nothing starts", async () => {
    const setup = () => {
      throw new Error("no policy");
    };
    await expect(createTestKernel({ plugins: [definePlugin({ name: "gate", setup })] })).rejects.toMatchObject({
      code: "GANTRY_PLUGIN_SETUP",
      message: expect.stringContaining("no policy"),
    });
  });

  test("that is a gate by its manifest, and whose setup fails, denies every call", async () => {
    const look = looking();
    const setup = () => {
      throw new Error("no policy");
    };
    const kernel = await kernelWith({
      plugins: [look, definePlugin({ name: "gate", taps: { toolGate: true }, setup })],
    });
    for (let i = 0; i < 5; i++) expect((await kernel.call("Look", {})).outcome).toBe("denied");
  });

  test("that must not fail open never does, however often it fails", async () => {
    const look = looking();
    const handler = () => {
      throw new Error("boom");
    };
    const strict = definePlugin({ name: "strict", setup: () => ({ taps: { preTool: { onFail: "deny", handler } } }) });
    const kernel = await kernelWith({ plugins: [look, strict] });
    for (let i = 0; i < 5; i++) expect((await kernel.call("Look", {})).outcome).toBe("denied");
  });

  test("that breaks the way to the model keeps the session from starting", async () => {
    const modelWrap = () => {
      throw new Error("no budget");
    };
    const plugins = [definePlugin({ name: "limit", setup: () => ({ taps: { modelWrap } }) })];
    await expect(createTestKernel({ plugins })).rejects.toMatchObject({ code: "GANTRY_SESSION_BLOCKED" });
  });
});

describe("what happens before anybody listens", () => {
  test("is told to the first who does", async () => {
    const early = definePlugin({
      name: "early",
      setup: () => ({
        taps: { sessionStart: (session) => session.notify({ level: "warning", text: "Mind the gap." }) },
      }),
    });
    const kernel = await kernelWith({ plugins: [early] });
    const { events } = await kernel.run("Hi");
    expect(events[0]).toEqual({ type: "notice", notice: { level: "warning", text: "Mind the gap." } });
  });
});

test("a question that nobody has voted on is nobody's, also where a gate had something to say", async () => {
  const asked: Question[] = [];
  const order = defineTool({ name: "Order", description: "", input: empty, run: () => "ordered" });
  const gate = definePlugin({
    name: "gate",
    taps: { toolGate: {} },
    setup: () => ({ taps: { toolGate: () => ({ decision: "none", reason: "no rule", remedy: "Add one." }) } }),
  });
  const kernel = await kernelWith({
    plugins: [order, gate],
    answer: (question) => {
      asked.push(question);
      return { decision: "deny" };
    },
  });
  await kernel.call("Order", {});
  expect(asked.map(({ verdict }) => verdict)).toEqual([{ decision: "ask", reason: "no rule", remedy: "Add one." }]);
});
