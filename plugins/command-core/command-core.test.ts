import { definePlugin, Meter, NO_USAGE } from "gantry/sdk";
import { createTestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, describe, expect, it } from "vitest";
import commandCore from "./index.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function kernelWith(...plugins: TestKernelOptions["plugins"]) {
  const kernel = await createTestKernel({ plugins: [commandCore, ...plugins] });
  closers.push(kernel.close);
  return kernel;
}

describe("/help", () => {
  it("lists the commands of every plugin, with what they take", async () => {
    const mine = definePlugin({
      name: "mine",
      commands: { ask: { description: "Ask somebody", argumentHint: "<name>" } },
      setup: () => ({ commands: { ask: () => "" } }),
    });
    const { end } = await (await kernelWith(mine)).run("/help");
    expect(end).toMatchObject({
      reason: "handled",
      text: [
        "/ask <name>     Ask somebody",
        "/cost           Show what this session has used",
        "/exit           End the session",
        "/help           List the commands",
        "/model [model]  Show the model, or choose another one",
        "/quit           End the session",
      ].join("\n"),
    });
  });
});

describe("/model", () => {
  it("shows the model", async () => {
    expect((await (await kernelWith()).run("/model")).text).toBe("The model is scripted/script.");
  });

  it("chooses another one", async () => {
    const other = definePlugin({
      name: "other",
      providers: { other: { title: "Other", usable: "always", models: ["big"] } },
      setup: () => ({ providers: { other: { stream: async function* () {} } } }),
    });
    const kernel = await kernelWith(other);
    expect((await kernel.run("/model  other/big ")).text).toBe("The model is other/big.");
    expect(kernel.session.model).toEqual({ provider: "other", id: "big" });
  });

  it("refuses a model that nobody has, and keeps the one there is", async () => {
    const kernel = await kernelWith();
    const { text, faults } = await kernel.run("/model nosuch");
    expect(text).toMatch(/^No provider has a model "nosuch"\. .+/);
    expect(faults).toEqual([]);
    expect(kernel.session.model.id).toBe("script");
  });
});

describe("/cost", () => {
  const usage = { ...NO_USAGE, input_tokens: 100, cache_read_input_tokens: 900, output_tokens: 50 };
  const meter = (costUsd: number | undefined) =>
    definePlugin({
      name: "meter",
      provides: { meter: Meter },
      setup: () => {
        const model = { usage, costUsd, requests: 1 };
        const of = () => ({ ...model, apiMs: 1234, byModel: { "a/b": model, "c/d": model } });
        return { services: { meter: { of } as unknown as Meter } };
      },
    });

  it("says what the session has used, in all and by model", async () => {
    expect((await (await kernelWith(meter(0.12345))).run("/cost")).text.split("\n")).toEqual([
      "In all: $0.1235, 1 request, 1000 tokens in (900 from the cache), 50 out, 1.2 s of waiting for models.",
      "a/b: $0.1235, 1 request, 1000 tokens in (900 from the cache), 50 out",
      "c/d: $0.1235, 1 request, 1000 tokens in (900 from the cache), 50 out",
    ]);
  });

  it("says so when the price is not known, or when nobody counts", async () => {
    expect((await (await kernelWith(meter(undefined))).run("/cost")).text).toContain("price not known, 1 request");
    expect((await (await kernelWith()).run("/cost")).text).toBe("No plugin counts what a session uses.");
  });
});

describe("/exit", () => {
  it.each(["/exit", "/quit"])("%s ends the session after its turn", async (command) => {
    const listening = definePlugin({
      name: "listening",
      setup: () => ({ taps: { input: () => new Promise<never>(() => {}) } }),
    });
    const kernel = await kernelWith(listening);
    const { events } = await kernel.run(command);
    expect(events.at(-1)).toMatchObject({ type: "turn_end", end: { reason: "handled" } });
    await kernel.session.close();
    await expect(kernel.run("more")).rejects.toMatchObject({ code: "GANTRY_SESSION_CLOSED" });
  });
});
