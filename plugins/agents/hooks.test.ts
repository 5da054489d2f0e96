import { definePlugin, HookSources } from "gantry/sdk";
import { describe, expect, it, vi } from "vitest";
import execNode from "../exec-node/index.ts";
import hookScripts from "../hook-scripts/index.ts";
import { agentFile, answered, calls, delegates, open, says, type Who } from "./test-kit.ts";

const OWN = "home/.claude/agents/guarded.md";
const PROJECT = "project/.claude/agents/guarded.md";
const command = (command: string, more: object = {}) => [{ hooks: [{ type: "command", command, ...more }] }];
const guarded = (hooks: object, more: object = {}) =>
  agentFile({ name: "guarded", description: "Is guarded", hooks, ...more }, "I am guarded.");
const DENIES = { PreToolUse: [{ matcher: "Look", ...command("echo keep out >&2; exit 2")[0] }] };
const looks: Who = (who, request) => {
  if (answered(request)) return says(`${who} is done.`);
  return who === "main" ? delegates("guarded") : calls("Look");
};
const plugins = [execNode, hookScripts];

describe("hooks of a definition", () => {
  it("are asked in the agent's session, and in no other", async () => {
    const both: Who = (who, request) =>
      who === "main" && answered(request) === 1 ? calls("Look") : looks(who, request);
    const kernel = await open(both, { files: { [OWN]: guarded(DENIES) }, plugins });
    expect((await kernel.first()).said).toContain("guarded is done.");
    expect(kernel.ran.map(({ agent }) => agent)).toEqual([undefined]);
  });

  it("hold at the agent's end, whether they are written as Stop or as SubagentStop", async () => {
    const hooks = {
      Stop: command("echo more >&2; exit 2", { once: true }),
      SubagentStop: command("echo and more >&2; exit 2", { once: true }),
    };
    const kernel = await open(looks, { files: { [OWN]: guarded(hooks) }, plugins });
    await kernel.first();
    const said = JSON.stringify(kernel.requestsOf("guarded").at(-1)?.messages);
    expect([said.includes("more"), said.includes("and more")]).toEqual([true, true]);
  });

  it("hold for an agent that is gone on with", async () => {
    let id = "";
    const again: Who = (who, request) => {
      if (who !== "main") return answered(request) % 2 ? says("Done.") : calls("Look");
      if (answered(request) === 2) return says("Fine.");
      return delegates("guarded", answered(request) ? { resume: id } : {});
    };
    const kernel = await open(again, { files: { [OWN]: guarded(DENIES) }, plugins });
    kernel.session.watch((event) => {
      if (event.type === "agent") id = event.session.id;
    });
    await kernel.run("Go");
    expect(kernel.requestsOf("guarded").length).toBeGreaterThan(2);
    expect(kernel.ran).toEqual([]);
  });

  it("of a project let the agent start once somebody has approved them, word for word", async () => {
    const files = { [PROJECT]: guarded(DENIES) };
    const kernel = await open(looks, { files, plugins });
    const result = await kernel.first();
    expect([result.outcome, result.said]).toEqual(["error", expect.stringContaining("nobody has approved its hooks")]);
    expect(kernel.requestsOf("guarded")).toEqual([]);
    const [claim] = await kernel.services.trust.review();
    expect(claim).toMatchObject({ kind: "agent", state: "new" });
    expect(claim?.text).toBe(`guarded hooks PreToolUse ${JSON.stringify(DENIES.PreToolUse[0])}`);
    const approved = await open(looks, { files, plugins, env: { GANTRY_TRUST: "1" } });
    expect((await approved.first()).outcome).toBe("ok");
    expect(approved.ran).toEqual([]);
  });

  it("keep the agent from starting where no plugin runs them", async () => {
    const kernel = await open(looks, { files: { [OWN]: guarded(DENIES) } });
    expect((await kernel.first()).said).toContain("no plugin runs the hooks");
    expect(kernel.requestsOf("guarded")).toEqual([]);
  });

  it("add to those that others have for sessions", async () => {
    let sources: HookSources | undefined;
    const knowing = definePlugin({
      name: "knowing-hooks",
      needs: { sources: HookSources },
      setup: ({ use }) => {
        sources = use.sources;
        return {};
      },
    });
    const kernel = await open(looks, { files: { [OWN]: guarded({}) }, plugins: [...plugins, knowing] });
    sources?.add(kernel.session, { source: "test", isManaged: false, hooks: DENIES });
    await kernel.first();
    expect(kernel.ran.map(({ agent }) => agent)).toEqual(["guarded"]);
  });
});

describe("a whole session as an agent", () => {
  const settings = { agent: "guarded" };
  const direct: Who = (_, request) => (answered(request) ? says("Done.") : calls("Look"));

  it("has its hooks from the first prompt on", async () => {
    const hooks = { ...DENIES, UserPromptSubmit: command("echo heard") };
    const kernel = await open(direct, { files: { [OWN]: guarded(hooks) }, plugins, settings });
    await kernel.run("Go");
    expect(kernel.ran).toEqual([]);
    expect(JSON.stringify(kernel.model.requests[0]?.messages)).toContain("heard");
  });

  it("does not begin where its hooks came with the folder and nobody has approved them", async () => {
    const kernel = await open(direct, { files: { [PROJECT]: guarded(DENIES) }, plugins, settings });
    const { end } = await kernel.run("Go");
    expect([end.reason, end.error]).toEqual(["refused", expect.stringContaining("gantry trust add")]);
    expect(kernel.model.requests).toEqual([]);
    expect((await kernel.run("/agents")).end.reason).toBe("handled");
  });

  it("begins with its own prompt, before the person's first one, and once", async () => {
    const files = { [OWN]: guarded({}, { initialPrompt: "Read the notes." }) };
    const kernel = await open(() => says("Fine."), { files, settings });
    await kernel.run("Go");
    await kernel.run("On");
    const said = kernel.model.requests.map(
      ({ messages }) => JSON.stringify(messages).split("Read the notes.").length - 1,
    );
    expect(said).toEqual([1, 1]);
    expect(JSON.stringify(kernel.model.requests[0]?.messages)).toMatch(/Read the notes\..*Go/);
  });

  it("begins by itself where somebody looks on, and is not told twice", async () => {
    const files = { [OWN]: guarded({}, { initialPrompt: "/agents are what? Read the notes." }) };
    const kernel = await open(() => says("Fine."), { files, settings, answer: "allow" });
    await vi.waitFor(() => expect(kernel.model.requests).toHaveLength(1), { timeout: 5_000 });
    await kernel.run("Go");
    expect(JSON.stringify(kernel.model.requests.at(-1)?.messages).split("Read the notes.")).toHaveLength(2);
  });

  it("asks its model, until the person chooses another one", async () => {
    const files = { [OWN]: guarded({}, { model: "scripted/other" }) };
    const kernel = await open(() => says("Fine."), { files, settings });
    await kernel.run("Go");
    await kernel.session.setModel("scripted/third");
    await kernel.run("On");
    expect(kernel.model.requests.map(({ model }) => model.id)).toEqual(["other", "third"]);
  });

  it("asks the model that the command line names, and no other provider's for a project", async () => {
    const flagged = { [OWN]: guarded({}, { model: "scripted/other" }) };
    const named = await open(() => says("Fine."), {
      files: flagged,
      settings: { ...settings, model: "scripted/mine" },
    });
    await named.run("Go");
    expect(named.model.requests.map(({ model }) => model.id)).toEqual(["mine"]);
    const project = { [PROJECT]: guarded({}, { model: "elsewhere/other" }) };
    const kernel = await open(() => says("Fine."), { files: project, settings, env: { GANTRY_TRUST: "1" } });
    await kernel.run("Go");
    expect([kernel.model.requests[0]?.model.id, kernel.notices()]).toEqual(["script", []]);
  });
});
