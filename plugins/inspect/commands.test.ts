import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, defineTool, type ListPanel, type Panel, z } from "gantry/sdk";
import { blocksText } from "gantry/sdk/kit/view-text";
import { createTestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import inspect from "./index.ts";

const weather = defineTool({
  name: "Weather",
  description: "Say what the weather is.\nIn any city.",
  input: z.object({ city: z.string().describe("which city") }),
  traits: { readOnly: true },
  run: ({ city }) => `12 °C in ${city}`,
});
const house = definePlugin({
  name: "house",
  setup: () => ({
    taps: {
      promptBuild: (draft) => draft.with({ key: "house", cache: "session", text: "Be kind.\u001b[2K" }),
      preTool: (call) => ({ ...call, input: { city: "Bergen" } }),
    },
  }),
});

async function opened(options: Partial<TestKernelOptions> = {}) {
  const kernel = await createTestKernel({ plugins: [weather, house, inspect], ...options });
  onTestFinished(() => kernel.close());
  return {
    ...kernel,
    async panel<T extends Panel>(command: string): Promise<T> {
      const { events } = await kernel.run(command);
      const shown = events.find((event) => event.type === "panel");
      if (shown?.type !== "panel") throw new Error(`no panel after ${command}`);
      return shown.panel as T;
    },
  };
}

describe("/why", () => {
  it("shows what plugins did to a call, what it became and what it gave", async () => {
    const kernel = await opened();
    await kernel.call("Weather", { city: "Oslo" });
    const { text } = await kernel.panel("/why weather");
    expect(text).toMatch(
      /tool +Weather, of weather\nasked for +\{"city":"Oslo"\}\nchanged to +\{"city":"Bergen"\}\noutcome +ok/,
    );
    expect(text).toMatch(/preTool +house +changed/);
    expect(text).toContain("12 °C in Bergen");
    expect((await kernel.panel("/why 1")).text).toBe(text);
  });

  it("lists the calls, newest first, and looks into each", async () => {
    const kernel = await opened();
    await kernel.call("Weather", { city: "Oslo" });
    await kernel.call("Wether", {});
    const panel = await kernel.panel<ListPanel>("/why");
    expect(panel.text).toMatch(/^ {2}2\. Wether {2}(error|invalid)/);
    const [, second] = await panel.load();
    expect(blocksText((await panel.preview?.(second as never, AbortSignal.abort())) ?? [])).toContain("Bergen");
  });

  it("names the nearest tool for one that was not called, and says so where none was", async () => {
    const kernel = await opened();
    expect((await kernel.panel("/why")).text).toBe("No tool has been called in this session.");
    await kernel.call("Weather", { city: "Oslo" });
    const { text, faults } = await kernel.run("/why Wether");
    expect([text, faults]).toEqual(['This session has no call "Wether". Did you mean "Weather"?', []]);
  });
});

describe("/inspect", () => {
  it("shows plugins, prompt, tools and taps, or one of them", async () => {
    const kernel = await opened();
    await kernel.run("Hi");
    const all = (await kernel.panel("/inspect")).text;
    for (const part of ["plugins", "prompt", "tools", "hooks"]) expect(all).toContain(`${part}\n\n`);
    expect((await kernel.panel("/inspect prompt")).text).toMatch(/house +house +session +\d+/);
    expect((await kernel.panel("/inspect hooks")).text).toMatch(/preTool\n\n1\. +house/);
    expect((await kernel.run("/inspect toils")).text).toMatch(/^There is no part "toils"\. Did you mean "tools"\?/);
  });
});

describe("/tools and /prompt", () => {
  it("list what the model is told, with owners and tokens, and show one in full", async () => {
    const kernel = await opened();
    await kernel.run("Hi");
    expect((await kernel.panel("/tools")).text).toMatch(
      / {2}Weather +\d+ tokens · weather · Say what the weather is\. ⏎ In any city\./,
    );
    expect((await kernel.panel("/tools weather")).text).toContain('"description": "which city"');
    expect((await kernel.panel("/prompt")).text).toMatch(/house +3 tokens · house · /);
    expect((await kernel.panel("/prompt house")).text).toBe("Be kind.<U+001B>[2K");
    expect((await kernel.run("/tools Nothing")).text).toMatch(/^There is no tool "Nothing"\./);
    expect((await kernel.run("/prompt hous")).text).toContain('Did you mean "house"?');
  });

  it("/prompt says so before the first turn", async () => {
    expect((await (await opened()).panel("/prompt")).text).toBe("There is no prompt before the first turn.");
  });
});

describe("/doctor, /trace and /heapdump", () => {
  it("/doctor looks at what Gantry needs", async () => {
    const { text } = await (await opened()).panel("/checkup");
    expect(text).toMatch(/^ok +node +Node /m);
    expect(text).toMatch(/of \d+ want a look\.|All is well\./);
  });

  it("/trace sums up how long each plugin took", async () => {
    const kernel = await opened();
    expect((await kernel.panel("/trace")).text).toMatch(/^No call has passed a plugin/);
    await kernel.call("Weather", { city: "Oslo" });
    expect((await kernel.panel("/trace")).text).toMatch(/house +preTool +1 +[\d.]+ +changed 1/);
  });

  it("/heapdump writes nothing before it is told to, and then for its owner alone", async () => {
    const state = fs.mkdtempSync(join(tmpdir(), "gantry-heap-"));
    onTestFinished(() => fs.rmSync(state, { recursive: true }));
    const kernel = await opened({ env: { GANTRY_HOME: state } });
    expect((await kernel.run("/heapdump")).text).toMatch(/^The program uses \d+ MiB.*\/heapdump now writes/);
    expect(fs.existsSync(join(state, "heap"))).toBe(false);
    await kernel.run("/heapdump now");
    const [file = ""] = fs.readdirSync(join(state, "heap"));
    const { mode, size } = fs.statSync(join(state, "heap", file));
    expect([mode & 0o077, size > 100_000]).toEqual([0, true]);
  });
});
