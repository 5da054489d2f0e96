import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, type Entry, NO_USAGE, PluginError, SessionStore, type SessionSummary } from "gantry/sdk";
import { createTestKernel, scriptedModel, type TestKernelOptions } from "gantry/sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import sessionJsonl from "../session-jsonl/index.ts";
import usageMeter from "../usage-meter/index.ts";
import { commandUsageWith } from "./command-usage.ts";
import plugin, { commandUsage } from "./index.ts";

const price = { input: 1, output: 2, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
const NOW = new Date(2026, 5, 15, 12).getTime();
const DAY = 24 * 60 * 60 * 1000;

async function opened(plugins: TestKernelOptions["plugins"] = [], options: Partial<TestKernelOptions> = {}) {
  const kernel = await createTestKernel({
    plugins: [usageMeter, ...plugins],
    config: { "usage-meter": { prices: { script: price } } },
    ...options,
  });
  onTestFinished(() => kernel.close());
  return kernel;
}

let records = 0;
const record = (id: string, daysAgo: number, body: object) =>
  ({
    uuid: `u${++records}`,
    parentUuid: null,
    sessionId: id,
    timestamp: new Date(NOW - daysAgo * DAY).toISOString(),
    ...body,
  }) as Entry;
const prompt = (id: string, daysAgo: number) =>
  record(id, daysAgo, { type: "user", message: { role: "user", content: [{ type: "text", text: "Hi" }] } });
const answer = (id: string, daysAgo: number, input_tokens: number, model = "scripted/script") =>
  record(id, daysAgo, {
    type: "assistant",
    model,
    ms: 1,
    message: { role: "assistant", content: [], model, usage: { ...NO_USAGE, input_tokens } },
  });
const result = (id: string, tool: string, outcome: string) =>
  record(id, 0, { type: "tool_result", toolUseId: "t", tool, outcome, content: [], ms: 1500 });

/** A store with these sessions; one of them cannot be read. */
function storeOf(sessions: Readonly<Record<string, readonly Entry[]>>, more: Partial<SessionSummary> = {}) {
  const summary = (id: string) => ({ id, cwd: "/shop", updatedMs: NOW, title: id, bytes: 10, isLive: false, ...more });
  return definePlugin({
    name: "store",
    provides: { store: SessionStore },
    setup: () => ({
      services: {
        store: {
          list: async () => Object.keys(sessions).map(summary),
          create: async () => ({ path: undefined, append: () => {}, flush: async () => {}, close: async () => {} }),
          read: async (id: string) => {
            if (id === "broken") throw new PluginError("GANTRY_SESSION_ABSENT", "Gone.", "Look again.");
            return { entries: sessions[id] ?? [], notices: [] };
          },
        } as unknown as SessionStore,
      },
    }),
  });
}
const timed = definePlugin(commandUsage, commandUsageWith({ now: () => NOW }));

describe("/usage", () => {
  it("shows what the session has used, and who sends how much", async () => {
    const home = fs.mkdtempSync(join(tmpdir(), "gantry-usage-"));
    onTestFinished(() => fs.rmSync(home, { recursive: true }));
    const model = scriptedModel([{ text: "Hi", usage: { input_tokens: 500_000, output_tokens: 250_000 } }]);
    const house = definePlugin({
      name: "house",
      setup: () => ({
        taps: { promptBuild: (draft) => draft.with({ key: "house", cache: "session", text: "r".repeat(4_000) }) },
      }),
    });
    const kernel = await opened([sessionJsonl, house, plugin], { model, env: { GANTRY_HOME: home } });
    await kernel.run("Hi");
    const { text, events } = await kernel.run("/usage 1");
    expect(text).toMatch(/cost +\$1\.00\nrequests +1\ntokens in +500,000\nfrom the cache +0\ntokens out +250,000/);
    expect(text).toMatch(/house +█+░* +about 1,000 tokens/);
    expect(text).toMatch(/days +1\nsessions +1\ntokens +750,000\ncost +\$1\.00\n/);
    expect(events.some(({ type }) => type === "panel")).toBe(true);
    expect((await kernel.run("/stats 1")).text).toBe(text);
  });

  it("adds up days and models, and says what has no known price", async () => {
    const sessions = {
      a: [
        prompt("a", 2),
        answer("a", 2, 1_000_000),
        answer("a", 0, 2_000_000, "x/mystery"),
        answer("parent", 0, 9_000_000),
      ],
      old: [prompt("old", 40), answer("old", 40, 7_000_000)],
      broken: [],
    };
    const kernel = await opened([storeOf(sessions), timed]);
    const { text } = await kernel.run("/usage 3");
    expect(text).toMatch(
      /days +3\nsessions +1\ntokens +3,000,000\ncost +\$1\.00, without 1 request whose price is not known/,
    );
    expect(text).toContain("tokens by day ▅▁█");
    expect(text).toMatch(/2026-06-13 +█+░+ +1,000,000 tokens, \$1\.00, 1 request\n2026-06-15/);
    expect(text).toMatch(/x\/mystery +█+ +2,000,000 tokens, price not known/);
    expect(text).toContain("1 session left out");
  });

  it("leaves a monstrous session out", async () => {
    const kernel = await opened([storeOf({ a: [prompt("a", 0)] }, { bytes: 1e12 }), timed]);
    expect((await kernel.run("/usage")).text).toContain("1 session left out");
  });

  it("says what is not there, and what is no number of days", async () => {
    const kernel = await opened([timed]);
    expect((await kernel.run("/usage")).text).toContain("No plugin stores sessions.");
    for (const wrong of ["soon", "0", "1.5", "366"]) {
      const { text, faults } = await kernel.run(`/insights ${wrong}`);
      expect([text, faults]).toEqual([`"${wrong}" is no number of days from 1 to 365. Give one, such as 30.`, []]);
    }
  });
});

describe("/insights", () => {
  it("counts sessions, prompts, tools, refusals and how turns ended", async () => {
    const sessions = {
      a: [
        prompt("a", 0),
        prompt("a", 1),
        result("a", "Bash", "ok"),
        result("a", "Bash", "error"),
        result("a", "Edit", "denied"),
        record("a", 0, { type: "turn_end", reason: "completed", ms: 1 }),
        record("a", 0, { type: "rewind", to: null, by: "x" }),
      ],
    };
    const { text } = await (await opened([storeOf(sessions), timed])).run("/insights 7");
    expect(text).toMatch(/days +2 of 7 with a prompt\nsessions +1\nprompts +2, 2\.0 a session\n/);
    expect(text).toMatch(/calls of tools +3, 1 failed, 1 were refused/);
    expect(text).toMatch(/taken back +1\nturns ended +completed 1/);
    expect(text).toMatch(/^Bash +█+ +2 calls, 1 failed, 0 refused, 3\.0 s$/m);
    expect(text).toMatch(/^\/shop +█+ +2 prompts, 1 session$/m);
  });

  it("says so when nothing is stored", async () => {
    expect((await (await opened([storeOf({}), timed])).run("/insights 2")).text).toBe(
      "No session of the last 2 days is stored.",
    );
    expect((await (await opened([timed])).run("/insights")).text).toMatch(/^No plugin stores sessions/);
  });
});
