import {
  createService,
  definePlugin,
  later,
  lazy,
  Models,
  manifest,
  optional,
  Tools,
  text,
  textOf,
  z,
} from "gantry/sdk";
import { describe, expect, test } from "vitest";
import { kernelWith, looking } from "./kernels.ts";

interface Tides {
  at(harbour: string): string;
}
const Tides = createService<Tides>("tides");

const data = manifest({ name: "tides", provides: { tides: Tides } });

/** Who knows the tides, and how often that was set up. */
function provider(fails = false) {
  const counted = { setups: 0 };
  const setup = () => {
    counted.setups++;
    if (fails) throw new Error("no moon");
    return { services: { tides: { at: (harbour: string) => `noon in ${harbour}` } } };
  };
  return {
    counted,
    plugin: definePlugin(
      data,
      lazy<typeof data>(async () => ({ default: setup })),
    ),
  };
}

/** A tool that asks for the tides. */
const sailor = definePlugin({
  name: "sailor",
  needs: { tides: later(Tides) },
  tools: { Sail: { description: "", input: z.object({}), traits: { readOnly: true } } },
  setup: ({ use }) => ({ tools: { Sail: async () => (await use.tides()).at("Oslo") } }),
});

/** Calls `Act`, which needs a yes, and says how that ended. */
function acting(isUnasked: boolean) {
  return definePlugin({
    name: "acting",
    needs: { tools: Tools },
    tools: {
      Act: { description: "", input: z.object({}) },
      Try: { description: "", input: z.object({}), traits: { readOnly: true } },
    },
    setup: ({ use }) => ({
      tools: {
        Act: () => "done",
        Try: async (_, { session }) => {
          const result = await use.tools.call(session, { name: "Act", input: {}, origin: "plugin", isUnasked });
          return `${result.outcome}: ${textOf(result.content)}`;
        },
      },
    }),
  });
}

test("a call that nobody shall be asked about is refused where it needs a yes", async () => {
  const said = async (isUnasked: boolean) => {
    const kernel = await kernelWith({ plugins: [acting(isUnasked)], answer: "allow" });
    return textOf((await kernel.call("Try", {})).content);
  };
  expect(await said(false)).toBe("ok: done");
  expect(await said(true)).toBe(
    "denied: Act was not allowed to run: it needs a yes, and nobody is asked for this call.",
  );
});

test("a turn may ask another model, and the session keeps its own", async () => {
  const choosing = definePlugin({
    name: "choosing",
    needs: { models: Models },
    setup: ({ use }) => ({
      taps: {
        input: async (input, turn) => {
          if (textOf(input.content) === "small") await use.models.chooseFor(turn, "scripted/small");
          if (textOf(input.content) === "none") await use.models.chooseFor(turn, "nobody/none").catch(() => undefined);
        },
      },
    }),
  });
  const kernel = await kernelWith({ plugins: [choosing] });
  for (const prompt of ["small", "other", "none"]) await kernel.run(prompt);
  expect(kernel.model.requests.map(({ model }) => model.id)).toEqual(["small", "script", "script"]);
  expect(kernel.session.entries.flatMap((entry) => (entry.type === "assistant" ? [entry.model] : []))).toEqual([
    "scripted/small",
    "scripted/script",
    "scripted/script",
  ]);
});

describe("a service for later", () => {
  test("is set up at the first call, and only once", async () => {
    const { plugin, counted } = provider();
    const kernel = await kernelWith({ plugins: [plugin, sailor] });
    expect(counted.setups).toBe(0);
    expect((await kernel.call("Sail", {})).content).toEqual([text("noon in Oslo")]);
    await kernel.call("Sail", {});
    expect(counted.setups).toBe(1);
  });

  test("is a need like any other: its provider comes first, and without one nothing starts", async () => {
    const kernel = await kernelWith({ plugins: [sailor, provider().plugin] });
    const { plugins } = kernel.report();
    const names = plugins.map(({ name }) => name);
    expect(names.indexOf("tides")).toBeLessThan(names.indexOf("sailor"));
    expect(plugins.find(({ name }) => name === "sailor")?.needs).toEqual(["tides"]);
    await expect(kernelWith({ plugins: [sailor] })).rejects.toMatchObject({ code: "GANTRY_PLUGIN_NEEDS" });
    const Harbour = createService<object>("harbour");
    const harbour = definePlugin({
      name: "harbour",
      needs: { tides: Tides },
      provides: { harbour: Harbour },
      setup: () => ({ services: { harbour: {} } }),
    });
    const inn = definePlugin({ name: "inn", needs: { harbour: Harbour } });
    await expect(kernelWith({ plugins: [inn, harbour] })).rejects.toMatchObject({
      remedy: expect.stringContaining('"-harbour", "-inn"'),
    });
  });

  test("cannot be had by two plugins of each other", async () => {
    const Boats = createService<object>("boats");
    const boats = definePlugin({
      name: "boats",
      needs: { tides: later(Tides) },
      provides: { boats: Boats },
      setup: () => ({ services: { boats: {} } }),
    });
    const tides = definePlugin({
      name: "tides",
      needs: { boats: later(Boats) },
      provides: { tides: Tides },
      setup: () => ({ services: { tides: { at: () => "" } } }),
    });
    await expect(kernelWith({ plugins: [boats, tides] })).rejects.toMatchObject({ code: "GANTRY_PLUGIN_CYCLE" });
  });

  test("may be one that nobody provides, where it is optional", async () => {
    const given: unknown[] = [];
    const wondering = definePlugin({
      name: "wondering",
      needs: { tides: later(optional(Tides)) },
      taps: { sessionStart: true },
      setup: ({ use }) => ({
        taps: { sessionStart: async () => void given.push((await use.tides?.())?.at("Bergen")) },
      }),
    });
    await kernelWith({ plugins: [wondering] });
    await kernelWith({ plugins: [wondering, provider().plugin] });
    expect(given).toEqual([undefined, "noon in Bergen"]);
  });

  test("may be one of the kernel itself", async () => {
    const counting = definePlugin({
      name: "counting",
      needs: { tools: later(Tools) },
      tools: { Count: { description: "", input: z.object({}), traits: { readOnly: true } } },
      setup: ({ use }) => ({
        tools: { Count: async (_, { session }) => `${(await use.tools()).list(session).length} tools` },
      }),
    });
    const kernel = await kernelWith({ plugins: [counting, looking()] });
    expect((await kernel.call("Count", {})).content).toEqual([text("2 tools")]);
  });

  test("that cannot be set up fails each call, and is told of once", async () => {
    const { plugin, counted } = provider(true);
    const kernel = await kernelWith({ plugins: [plugin, sailor] });
    for (let call = 0; call < 2; call++) {
      expect(await kernel.call("Sail", {})).toMatchObject({
        outcome: "error",
        content: [{ text: expect.stringContaining("no moon") }],
      });
    }
    expect(counted.setups).toBe(1);
    expect(kernel.report().notices.map((notice) => notice.text)).toEqual(["The plugin tides is off: no moon"]);
  });
});
