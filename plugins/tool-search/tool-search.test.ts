import { definePlugin, type ModelRequest, textOf } from "gantry/sdk";
import { createTestKernel, scriptedModel, type TestKernelOptions } from "gantry/sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import toolSearch from "./index.ts";

/** So many deferred tools, as a server might have them; the first is about the weather. */
function deferred(count: number) {
  const properties = Object.fromEntries(
    Array.from({ length: 6 }, (_, at) => [`field${at}`, { type: "string", description: "Something that it takes." }]),
  );
  const tools = Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `mcp__shop__${at === 0 ? "get_weather" : `tool_${at}`}`,
      {
        description: at === 0 ? "Say what the weather is in a city." : `Do the thing number ${at}.`,
        input: { jsonSchema: { type: "object", properties } },
        isDeferred: true,
        run: () => "sunny",
      },
    ]),
  );
  let isDone: Promise<void> | undefined;
  return definePlugin({
    name: "shop",
    setup: ({ contribute }) => ({
      taps: {
        sessionStart: () => {
          isDone ??= contribute({ tools });
          return isDone;
        },
      },
    }),
  });
}

async function kernelOf(count: number, options: Partial<TestKernelOptions> = {}) {
  const model = options.model ?? scriptedModel();
  const kernel = await createTestKernel({ answer: "allow", ...options, model, plugins: [toolSearch, deferred(count)] });
  onTestFinished(() => kernel.close());
  return kernel;
}

const toolsIn = (request: ModelRequest | undefined) => request?.tools.map(({ name }) => name);
const sizeOf = ({ system, tools }: ModelRequest) => Buffer.byteLength(JSON.stringify({ system, tools }));

describe("a thousand tools", () => {
  it("make the first request less than 2 KB larger", async () => {
    const [none, many] = [await kernelOf(0), await kernelOf(1_000)];
    for (const { model, run } of [none, many]) {
      model.push({ text: "Hello." });
      await run("Hello");
    }
    const [first, second] = [none, many].map(({ model }) => sizeOf(model.requests[0] as ModelRequest));
    expect((second ?? 0) - (first ?? 0)).toBeLessThan(2_048);
    expect(toolsIn(many.model.requests[0])).toEqual(["ToolSearch"]);
    expect(toolsIn(none.model.requests[0])).toEqual([]);
  });

  it("are searched, and the one that was found is called with the next request", async () => {
    const model = scriptedModel([
      { calls: [{ name: "ToolSearch", input: { query: "weather in a city", max_results: 1 } }] },
      { calls: [{ name: "mcp__shop__get_weather", input: {} }] },
      { text: "Done." },
    ]);
    const { run } = await kernelOf(1_000, { model });
    const { results } = await run("How is the weather?");
    expect(results.map(({ content }) => textOf(content))).toEqual([
      "Call these from your next message on:\nmcp__shop__get_weather: Say what the weather is in a city.",
      "sunny",
    ]);
    expect(model.requests.map(toolsIn)).toEqual([
      ["ToolSearch"],
      ["ToolSearch", "mcp__shop__get_weather"],
      ["ToolSearch", "mcp__shop__get_weather"],
    ]);
    expect(model.requests[1]?.tools[1]?.input_schema).toMatchObject({ type: "object" });
  });
});

describe("a tool that waits", () => {
  it("is found by its exact name, and stays found in the turns that follow, in the order found", async () => {
    const kernel = await kernelOf(50);
    const found = await kernel.call("ToolSearch", { query: "select:mcp__shop__tool_7, mcp__shop__tool_3,nothing" });
    expect(found.data).toEqual({ found: ["mcp__shop__tool_7", "mcp__shop__tool_3"] });
    await kernel.run("Hello");
    expect(toolsIn(kernel.model.requests.at(-1))).toEqual(["ToolSearch", "mcp__shop__tool_7", "mcp__shop__tool_3"]);
  });

  it("can be called without having been found, and is known from then on", async () => {
    const kernel = await kernelOf(50);
    expect((await kernel.call("mcp__shop__tool_9", {})).outcome).toBe("ok");
    expect(toolsIn(kernel.model.requests.at(-1))).toEqual(["ToolSearch", "mcp__shop__tool_9"]);
  });

  it("is not found where a word that has to be there is not", async () => {
    const kernel = await kernelOf(50);
    expect(textOf((await kernel.call("ToolSearch", { query: "weather +slack" })).content)).toBe(
      'No tool fits "weather +slack".',
    );
    expect((await kernel.call("ToolSearch", { query: "thing +weather" })).data).toEqual({
      found: ["mcp__shop__get_weather"],
    });
  });

  it("is named in the prompt while the names are few, and counted when they are many", async () => {
    const section = async (count: number) => {
      const kernel = await kernelOf(count);
      await kernel.run("Hello");
      return kernel.model.requests[0]?.system.find(({ key }) => key === "deferred-tools")?.text;
    };
    expect(await section(8)).toContain("- mcp__shop__: get_weather, tool_1, tool_2");
    expect(await section(1_000)).toContain("- mcp__shop__: 1000 tools");
  });
});

describe("tools are sent with the first request", () => {
  const shown = async (count: number, options: Partial<TestKernelOptions>) => {
    const kernel = await kernelOf(count, options);
    await kernel.run("Hello");
    return toolsIn(kernel.model.requests[0])?.length;
  };

  it("where they are small, or where settings say so", async () => {
    expect(await shown(1, {})).toBe(1);
    expect(await shown(50, { env: { ENABLE_TOOL_SEARCH: "false" } })).toBe(50);
    expect(await shown(50, { config: { "tool-search": { defer: "never" } } })).toBe(50);
    expect(await shown(50, { env: { ENABLE_TOOL_SEARCH: "auto" } })).toBe(50);
    expect(await shown(50, { env: { ENABLE_TOOL_SEARCH: "auto:1" } })).toBe(1);
    expect(await shown(50, { env: { ENABLE_TOOL_SEARCH: "true" } })).toBe(1);
  });
});
