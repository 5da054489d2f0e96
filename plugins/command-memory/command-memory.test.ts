import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, MemoryDream, type Plugin } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import filesNode from "../files-node/index.ts";
import memoryAuto from "../memory-auto/index.ts";
import plugin from "./index.ts";

let shop: string;
let close: (() => Promise<void>) | undefined;
beforeEach(async () => {
  shop = await mkdtemp(join(tmpdir(), "gantry-memory-"));
  await mkdir(join(shop, ".claude/memory"), { recursive: true });
  await writeFile(
    join(shop, ".claude/memory/deploying.md"),
    "---\ntitle: Deploying the shop\ntype: command\ndate: 2026-01-02\n---\n\nRun make deploy.\u001b[2K\n",
  );
  await writeFile(join(shop, ".claude/memory/MEMORY.md"), "- [Deploying the shop](deploying.md)\n");
});
afterEach(async () => {
  await close?.();
  close = undefined;
  await rm(shop, { recursive: true });
});

async function open(plugins: readonly Plugin[] = []) {
  const env = { GANTRY_TRUST: "1", GANTRY_HOME: join(shop, "state") };
  const kernel = await createTestKernel({ plugins: [filesNode, memoryAuto, plugin, ...plugins], cwd: shop, env });
  close = kernel.close;
  const say = async (line: string) => {
    const { text, faults } = await kernel.run(line);
    expect(faults).toEqual([]);
    return text;
  };
  return { ...kernel, say };
}

describe("/memory", () => {
  it("lists what is remembered and where it lies", async () => {
    const { say } = await open();
    const [first, , project, user] = (await say("/memory")).split("\n");
    expect(first).toBe("deploying  project  command    2026-01-02  Deploying the shop");
    expect([project, user]).toEqual([
      expect.stringMatching(/^project: .*memory$/),
      `user: ${join(shop, "state/memory")}`,
    ]);
  });

  it("shows an entry, and nothing that steers the terminal", async () => {
    const { say } = await open();
    const text = await say("/memory show deploying");
    expect(text).toContain("Run make deploy.<U+001B>[2K");
    expect(text).toContain("command of the project; written 2026-01-02");
  });

  it("pins and forgets, and names what was meant", async () => {
    const { say } = await open();
    expect(await say("/memory pin deploing")).toBe('There is no entry "deploing". Did you mean "deploying"?');
    expect(await say("/memory pin deploying")).toContain("is pinned");
    expect(await say("/memory")).toContain("(pinned)");
    expect(await say("/memory forget project/deploying")).toContain("is forgotten");
    expect(await say("/memory")).toContain("Nothing is remembered yet.");
  });

  it("is a panel in which entries are read, pinned and forgotten, and instructions read", async () => {
    await writeFile(join(shop, "CLAUDE.md"), "Be kind.");
    const kernel = await open();
    const { events } = await kernel.run("/memory");
    const shown = events.find((event) => event.type === "panel");
    if (shown?.type !== "panel" || shown.panel.type !== "list") throw new Error("no list");
    const { load, preview, actions } = shown.panel;
    const [entry, guide] = await load();
    expect([entry?.id, guide?.id]).toEqual(["project/deploying", expect.stringMatching(/CLAUDE\.md$/)]);
    expect(await preview?.(guide as never, AbortSignal.abort())).toEqual([{ type: "markdown", text: "Be kind." }]);
    const act = (key: string, item = entry) => actions.find((one) => one.key === key)?.run(item as never);
    expect(await act("p")).toEqual({ stay: "deploying is pinned: nothing changes it by itself." });
    await expect(act("d", guide)).rejects.toThrow("That is a file");
    expect(await act("d")).toEqual({ stay: "deploying is forgotten." });
    expect((await load()).map(({ id }) => id)).toEqual([guide?.id]);
    expect(await act("o")).toEqual({ stay: "Memory is off in this session." });
  });

  it("says where to edit", async () => {
    const { say } = await open();
    expect(await say("/memory edit deploying")).toMatch(/\.claude\/memory\/deploying\.md$/);
    expect(await say("/memory edit")).toMatch(/^project: .*MEMORY\.md\nuser: .*MEMORY\.md$/);
  });

  it("tells which entry came into which prompt, why, and what it cost", async () => {
    const { say } = await open();
    expect(await say("/memory why")).toBe("No memory has come into a prompt of this session.");
    await say("How do I deploy the shop?");
    const [index, prompt, entry] = (await say("/memory why")).split("\n");
    expect(index).toMatch(/^Every prompt: the index of the project, 1 lines, about \d+ tokens$/);
    expect(prompt).toMatch(/^"How do I deploy the shop\?": about \d+ tokens$/);
    expect(entry).toMatch(
      /^ {2}project\/deploying \(Deploying the shop\): fits by deploy, shop; score [\d.]+, about \d+ tokens$/,
    );
  });

  it("is turned off and on", async () => {
    const { say, model } = await open();
    expect(await say("/memory off")).toContain("Memory is off in this session");
    await say("How do I deploy the shop?");
    expect(JSON.stringify(model.requests[0])).not.toContain("make deploy");
    expect(await say("/memory")).toMatch(/^Memory is off/);
    await say("/memory on");
    await say("How do I deploy the shop?");
    expect(JSON.stringify(model.requests[1])).toContain("make deploy");
  });

  it("says what it has when it is told something else", async () => {
    const { say } = await open();
    expect(await say("/memory frobnicate")).toContain('Memory has no "frobnicate". It has list, show');
    expect(await say("/memory show")).toContain("Give its id.");
    expect(await say("/memory dream")).toBe("No plugin tidies memory. Turn on the plugin memory-dream.");
    expect(await say("/memory summary")).toBe("There is no summary yet.");
  });

  it("has memory tidied, and that undone", async () => {
    const change = { name: "a.md", scope: "project", before: "x\n", after: undefined, reason: "twice" } as const;
    const asked: object[] = [];
    const dreams = definePlugin({
      name: "dreams",
      provides: { dream: MemoryDream },
      setup: () => ({
        services: {
          dream: {
            dream: async ({ isDry = false } = {}) => {
              asked.push({ isDry });
              return { changes: [change], diff: "-x\n", isDone: !isDry };
            },
            undo: async () => ({ changes: [], diff: "", isDone: false, problem: "There is nothing to undo." }),
          },
        },
      }),
    });
    const { say } = await open([dreams]);
    expect(await say("/memory dream --dry-run")).toBe("-x\n\n1 change would be made.");
    expect(await say("/memory dream")).toBe("-x\n\n1 change made.");
    expect(asked).toEqual([{ isDry: true }, { isDry: false }]);
    expect(await say("/memory undo")).toBe("There is nothing to undo.");
  });
});
