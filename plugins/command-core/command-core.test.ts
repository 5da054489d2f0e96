import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, type ListItem, Meter, NO_USAGE } from "gantry/sdk";
import { createTestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, describe, expect, it } from "vitest";
import permitModes from "../permit-modes/index.ts";
import settingsFiles from "../settings-files/index.ts";
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

const mine = definePlugin({
  name: "mine",
  commands: {
    ask: {
      description: "Ask somebody",
      argumentHint: "<name>",
      group: "Session",
      aliases: ["question"],
      help: "Be kind.\n/ask Ann",
    },
    secret: { description: "Nobody sees it", isHidden: true },
  },
  setup: () => ({ commands: { ask: () => "", secret: () => "" } }),
});

describe("/help", () => {
  it("lists the commands of every plugin under their headings, but for hidden ones", async () => {
    const { text, panel } = await (await kernelWith(mine)).run("/help");
    expect(text.split("\n")).toEqual([
      "Session",
      "  /ask <name>                   Ask somebody",
      "  /exit                         End the session",
      "",
      "Insight",
      "  /cost                         Show what this session has used",
      "  /status                       Show version, model, account, folders, mode, sandbox, servers and settings files",
      "",
      "Help",
      "  /help [command]               List the commands, or say what one of them does",
      "  /release-notes [version|all]  Show what has changed",
      "  /version                      Show the version",
    ]);
    expect(panel).toMatchObject({ type: "list", title: "Commands" });
  });

  it.each(["ask", "/ask", "question"])("says all of one that is named as %s", async (name) => {
    expect((await (await kernelWith(mine)).run(`/help ${name}`)).text).toBe(
      ["/ask <name>", "Ask somebody", "", "Be kind.", "/ask Ann", "", "Also    /question", "Plugin  mine"].join("\n"),
    );
  });

  it("shows the help of the entry that is chosen", async () => {
    const { panel } = await (await kernelWith(mine)).run("/help");
    if (panel?.type !== "list") throw new Error("no list");
    const [entry] = await panel.load();
    expect(await panel.actions[0]?.run(entry as ListItem)).toMatchObject({ panel: { title: "/ask" } });
    expect(await panel.preview?.(entry as ListItem, new AbortController().signal)).toHaveLength(3);
  });

  it("knows hidden ones by their whole name, and names the nearest to a wrong one", async () => {
    const kernel = await kernelWith(mine);
    expect((await kernel.run("/help secret")).text).toContain("Nobody sees it");
    expect((await kernel.run("/help stats")).text).toBe(
      'There is no command /stats. Did you mean "status"? /help lists all.',
    );
  });
});

describe("/status", () => {
  it("says what the session runs on, and never a key", async () => {
    const home = mkdtempSync(join(tmpdir(), "gantry-status-"));
    closers.push(async () => rmSync(home, { recursive: true }));
    writeFileSync(join(home, "settings.json"), '{"theme": "dark"}');
    const kernel = await createTestKernel({
      plugins: [commandCore, settingsFiles, permitModes],
      env: { ANTHROPIC_API_KEY: "sk-ant-not-to-be-seen", CLAUDE_CONFIG_DIR: home },
    });
    closers.push(kernel.close);
    const { text, panel } = await kernel.run("/status");
    expect(text).toContain("Model    scripted/script");
    expect(text).toContain("Account  ANTHROPIC_API_KEY of the environment");
    expect(text).toContain(`Folder   ${kernel.cwd}`);
    expect(text).toContain("Mode     default");
    expect(text).toContain(`user  ${join(home, "settings.json")}`);
    expect(text).not.toContain("sk-ant");
    expect(panel).toMatchObject({
      type: "page",
      parts: [{ title: "Session" }, { title: "Settings" }, { title: "MCP servers" }],
    });
  });

  it("does without the plugins that it could tell of", async () => {
    const { text } = await (await kernelWith()).run("/status");
    expect(text).toContain("Account  no key");
    expect(text).toContain("No plugin reads settings.");
  });
});

describe("/version and /release-notes", () => {
  it("name the version and show the newest notes, those of a version, or all", async () => {
    const kernel = await kernelWith();
    expect((await kernel.run("/version")).text).toMatch(/^Gantry \d+\.\d+\.\d+, Node \d+/);
    expect((await kernel.run("/release-notes")).text).toMatch(/^## \[/);
    expect((await kernel.run("/release-notes v0.1.0")).text).toMatch(/^## \[0\.1\.0\]/);
    const { panel } = await kernel.run("/release-notes all");
    expect(panel?.type === "page" && panel.parts.length).toBeGreaterThan(1);
    expect((await kernel.run("/release-notes 99")).text).toMatch(
      /^There are no notes of a version "99"\. There are: .*0\.1\.0/,
    );
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
