import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, type ListItem, type Panel } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import settingsFiles from "../settings-files/index.ts";
import commandModel from "./index.ts";

let home: string;
let kernels: TestKernel[];
beforeEach(() => {
  home = fs.mkdtempSync(join(tmpdir(), "gantry-model-"));
  kernels = [];
});
afterEach(async () => {
  for (const kernel of kernels) await kernel.close();
  fs.rmSync(home, { recursive: true, force: true });
});

const other = definePlugin({
  name: "other",
  providers: {
    other: { title: "Other", usable: "always", models: ["big", "small"], aliases: { huge: "big" } },
    far: { title: "Far", usable: { env: ["FAR_KEY"] }, setup: "Set FAR_KEY." },
  },
  setup: () => {
    const stream = async function* () {};
    const models = async () => [{ id: "big", title: "Big one", contextWindow: 1_000_000 }, { id: "small" }];
    return { providers: { other: { stream, models }, far: { stream } } };
  },
});

async function open(options: Partial<TestKernelOptions> = {}): Promise<TestKernel> {
  const kernel = await createTestKernel({
    ...options,
    plugins: [settingsFiles, commandModel, other, ...(options.plugins ?? [])],
    env: { CLAUDE_CONFIG_DIR: home, ...options.env },
  });
  kernels.push(kernel);
  return kernel;
}

const file = () => join(home, "settings.json");
const saved = () => JSON.parse(fs.readFileSync(file(), "utf8"));

async function choose(panel: Panel | undefined, id: string, key = "enter") {
  if (panel?.type !== "list") throw new Error("no list");
  const item = (await panel.load()).find((one) => one.id === id) as ListItem;
  return panel.actions.find((action) => action.key === key)?.run(item);
}

describe("/model", () => {
  it("lists the models of every provider that can be used, and what the others want", async () => {
    const { text } = await (await open()).run("/model");
    expect(text.split("\n")).toEqual([
      "Scripted",
      "* scripted/script",
      "",
      "Other",
      "  other/big        Big one, 1M tokens, huge",
      "  other/small",
      "",
      "Far",
      "  far              Set FAR_KEY.",
    ]);
  });

  it("changes over and saves the choice, keeping what else the file says", async () => {
    fs.writeFileSync(file(), '{"theme": "dark"}');
    const kernel = await open();
    expect((await kernel.run("/model huge")).text).toBe(`The model is other/big. Saved in ${file()}.`);
    expect(kernel.session.model).toEqual({ provider: "other", id: "big" });
    expect(saved()).toEqual({ theme: "dark", model: "other/big" });
    expect((await kernel.run("/model default")).text).toContain("Taken out of");
    expect(saved()).toEqual({ theme: "dark" });
  });

  it("changes this session alone where that is wanted", async () => {
    const kernel = await open();
    expect((await kernel.run("/model --session other/small")).text).toBe("The model is other/small, for this session.");
    const { panel } = await kernel.run("/model");
    expect(await choose(panel, "other/big", "s")).toBe("The model is other/big, for this session.");
    expect(fs.existsSync(file())).toBe(false);
    expect(await choose(panel, "other/big")).toContain("Saved in");
    expect(saved()).toEqual({ model: "other/big" });
  });

  it("says so when another layer goes before", async () => {
    const kernel = await open({ settings: { model: "scripted/script" } });
    expect((await kernel.run("/model huge")).text).toMatch(/It does not count while .* says "scripted\/script"\.$/);
  });

  it("refuses what nobody has, and several, and keeps the one there is", async () => {
    const kernel = await open();
    const { text, faults } = await kernel.run("/model nosuch");
    expect(text).toMatch(/^No provider has a model "nosuch"\. .+/);
    expect(faults).toEqual([]);
    expect((await kernel.run("/model big small")).text).toBe("One model at a time: big small names several.");
    expect(kernel.session.model.id).toBe("script");
    expect(fs.existsSync(file())).toBe(false);
  });
});

describe("/effort, /fast and /thinking", () => {
  it.each([
    ["/effort high", { effortLevel: "high" }, "The effort is high."],
    ["/fast on", { fastMode: true }, "Fast answers are on, for models that have them."],
    ["/thinking off", { alwaysThinkingEnabled: false }, "Thinking is off."],
  ])("%s is saved, and counts at once", async (command, wanted, said) => {
    const kernel = await open();
    expect((await kernel.run(command)).text).toBe(`${said} Saved in ${file()}.`);
    expect(saved()).toEqual(wanted);
    expect((await kernel.run(`${command.split(" ")[0]} status`)).text).toBe(said);
  });

  it("go back to what the model does", async () => {
    const kernel = await open();
    await kernel.run("/effort max");
    expect((await kernel.run("/effort auto")).text).toBe(`The effort is auto. Taken out of ${file()}.`);
    expect(saved()).toEqual({});
  });

  it("offer what can be chosen, with what counts now, and name the nearest to what cannot", async () => {
    const kernel = await open({ settings: { effortLevel: "low" } });
    const { text, panel } = await kernel.run("/effort");
    expect(text.split("\n")[0]).toBe("* low");
    expect(await choose(panel, "high")).toMatch(/^The effort is low\. Saved in .* It does not count while/);
    expect((await kernel.run("/effort hihg")).text).toBe(
      '"hihg" cannot be chosen. Did you mean "high"? There are: low, medium, high, xhigh, max, auto.',
    );
  });

  it("leave a file that is broken as it is", async () => {
    fs.writeFileSync(file(), "{ broken");
    const { text } = await (await open()).run("/effort high");
    expect(text).toMatch(/left as they are, since they cannot be read/);
    expect(fs.readFileSync(file(), "utf8")).toBe("{ broken");
  });
});
