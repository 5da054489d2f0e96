import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { definePlugin, defineTool, type Line, Slots, ToolError, z } from "gantry/sdk";
import { createTestKernel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { creatureOf } from "./creature.ts";
import buddy from "./index.ts";
import { moodOf } from "./mood.ts";

const bash = defineTool({
  name: "Bash",
  description: "",
  input: z.object({ command: z.string() }),
  traits: { readOnly: true },
  run: ({ command }) => {
    if (command.includes("broken")) throw new ToolError("1 failed");
    return "all passed";
  },
});

let status: (() => Promise<Line | undefined>) | undefined;
const looking = definePlugin({
  name: "looking",
  needs: { slots: Slots },
  setup: ({ use }) => ({
    taps: {
      sessionStart: (session) => {
        status = async () => (await use.slots.handler(session, "statusItems", "buddy"))?.(session);
      },
    },
  }),
});

let stateFolder: string;
let kernel: TestKernel | undefined;
beforeEach(async () => {
  stateFolder = await mkdtemp(path.join(tmpdir(), "gantry-buddy-"));
});
afterEach(async () => {
  await kernel?.close();
  kernel = undefined;
  await rm(stateFolder, { recursive: true });
});

async function open(): Promise<TestKernel> {
  await kernel?.close();
  kernel = await createTestKernel({ plugins: [bash, looking, buddy], env: { GANTRY_HOME: stateFolder } });
  return kernel;
}

const isSaid = async (text: string) => expect((await (kernel as TestKernel).run("/buddy mood")).text).toContain(text);

describe("a buddy", () => {
  it("is an egg, and nothing in the status line, before it is hatched", async () => {
    const { run } = await open();
    expect((await run("/buddy")).text).toContain("An egg.");
    expect((await run("/buddy pet")).text).toContain("has not hatched");
    expect(await status?.()).toBeUndefined();
    await expect(readFile(path.join(stateFolder, "buddy.json"))).rejects.toThrow();
  });

  it("hatches, is named, sleeps, and is there again the next time", async () => {
    const { run } = await open();
    expect((await run("/buddy hatch")).text).toContain("has hatched");
    expect((await run("/buddy name Quill\u001b[2J")).text).toBe("It is called Quill<U+001B>[2J now.");
    expect((await run("/buddy name Quill")).text).toBe("It is called Quill now.");
    expect(JSON.stringify(await status?.())).toContain("Quill");
    const again = await open();
    expect(JSON.stringify(await status?.())).toContain("Quill");
    expect((await again.run("/buddy")).text).toContain("Quill");
    await again.run("/buddy off");
    expect(await status?.()).toBeUndefined();
    expect((await again.run("/buddy hatch")).text).toContain("Quill is back.");
  });

  it("notes what happens: tests that pass and fail, what fails, what is refused, who is kind", async () => {
    const { run, call } = await open();
    await run("/buddy hatch");
    await call("Bash", { command: "npm test" });
    await call("Bash", { command: "npm test -- broken" });
    await call("Bash", { command: "make broken" });
    await run("/buddy pet");
    await run("/buddy feed");
    await isSaid(
      "1 test run that passed, 1 test run that failed, 1 thing that failed, 3 prompts answered, 1 time petted, 1 meal",
    );
  });

  it("says what it takes, and leaves a file alone that it cannot read", async () => {
    const { run } = await open();
    expect((await run("/buddy hach")).text).toContain('Did you mean "hatch"?');
    await mkdir(stateFolder, { recursive: true });
    await writeFile(path.join(stateFolder, "buddy.json"), "{ broken");
    expect((await run("/buddy hatch")).text).toContain("cannot be read as the state of a buddy");
    expect(await readFile(path.join(stateFolder, "buddy.json"), "utf8")).toBe("{ broken");
    await open();
    expect(await status?.()).toBeUndefined();
  });
});

describe("its nature", () => {
  it("is the same in the same home, and not in all", () => {
    const { species, name, traits } = creatureOf("/home/ada");
    expect(creatureOf("/home/ada")).toMatchObject({ species, name, traits });
    const all = Array.from({ length: 40 }, (_, index) => creatureOf(`/home/${index}`).species);
    expect(new Set(all).size).toBeGreaterThan(3);
  });

  it("has moods: from what happened, from hunger, and from the hour", () => {
    const now = 1_000_000_000_000;
    const feeling = { noted: [], fedAt: now, now, hour: 12 };
    const feels = (...what: readonly ("green" | "red" | "waited" | "done")[]) =>
      moodOf({ ...feeling, noted: what.map((one) => ({ what: one, at: now })) });
    expect(feels()).toBe("content");
    expect(feels("green", "done")).toBe("happy");
    expect(feels("red", "red")).toBe("worried");
    expect(feels("done", "waited")).toBe("bored");
    expect(moodOf({ ...feeling, fedAt: now - 25 * 3_600_000 })).toBe("hungry");
    expect(moodOf({ ...feeling, hour: 2 })).toBe("sleepy");
    const longAgo = [{ what: "red", at: now - 3 * 3_600_000 } as const];
    expect(moodOf({ ...feeling, noted: [...longAgo, ...longAgo] })).toBe("content");
  });
});
