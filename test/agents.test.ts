/** What plugins make of a session that works for another one: hooks, files that are rewound, budgets, prompts, logs. */
import fs from "node:fs";
import { join } from "node:path";
import { ChildSessions, definePlugin, type Session } from "gantry/sdk";
import { describe, expect, it, test } from "vitest";
import { agentFile, answered, calls, delegates, open, says, type Who } from "../plugins/agents/test-kit.ts";
import checkpointFiles from "../plugins/checkpoint-files/index.ts";
import execNode from "../plugins/exec-node/index.ts";
import hookScripts from "../plugins/hook-scripts/index.ts";
import inspect from "../plugins/inspect/index.ts";
import memoryFiles from "../plugins/memory-files/index.ts";
import modelBudget from "../plugins/model-budget/index.ts";
import seenFiles from "../plugins/seen-files/index.ts";
import toolWrite from "../plugins/tool-write/index.ts";

const scout = (head: object = {}) => ({
  "home/.claude/agents/scout.md": agentFile({ name: "scout", description: "Looks", ...head }, "I am scout."),
});

const once =
  (child: Who): Who =>
  (who, request) =>
    who !== "main" ? child(who, request) : answered(request) ? says("Done.") : delegates("scout");

describe("hooks", () => {
  /** Every hook of these events writes what it reads into one file. */
  async function hooked(events: readonly string[], child: Who, answer = "cat >> heard.jsonl; echo >> heard.jsonl") {
    const hooks = Object.fromEntries(
      events.map((event) => [event, [{ hooks: [{ type: "command", command: answer }] }]]),
    );
    const kernel = await open(once(child), {
      files: scout(),
      settings: { hooks, permissions: { allow: ["Change"] } },
      plugins: [execNode, hookScripts],
    });
    const { results } = await kernel.run("Go");
    await kernel.session.close();
    const file = join(kernel.cwd, "heard.jsonl");
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    const heard = text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { kernel, results, heard };
  }

  const working: Who = (_, request) => (answered(request) ? says("Found.") : calls("Change"));

  it("hear an agent begin and end in place of a session and a turn, and whose it is", async () => {
    const { kernel, heard } = await hooked(
      ["SessionStart", "SessionEnd", "SubagentStart", "SubagentStop", "Stop", "UserPromptSubmit"],
      working,
    );
    expect(heard.map(({ hook_event_name }) => hook_event_name)).toEqual([
      "SessionStart",
      "UserPromptSubmit",
      "SubagentStart",
      "SubagentStop",
      "Stop",
      "SessionEnd",
    ]);
    expect(new Set(heard.map(({ session_id }) => session_id))).toEqual(new Set([kernel.session.id]));
    expect(heard[3]).toMatchObject({ agent_type: "scout", last_assistant_message: "Found.", stop_hook_active: false });
    expect(heard[3]?.agent_transcript_path).toContain(String(heard[3]?.agent_id));
    expect(heard[4]).not.toHaveProperty("agent_id");
  });

  it("see the calls of agents as any others", async () => {
    const { heard, kernel } = await hooked(["PreToolUse", "PostToolUse"], working);
    const calls = heard.map(({ hook_event_name, tool_name, agent_type }) => [hook_event_name, tool_name, agent_type]);
    expect(calls).toEqual([
      ["PreToolUse", "Agent", undefined],
      ["PreToolUse", "Change", "scout"],
      ["PostToolUse", "Change", "scout"],
      ["PostToolUse", "Agent", undefined],
    ]);
    expect(kernel.ran).toHaveLength(1);
  });

  it("that forbid a call forbid it to agents", async () => {
    const forbid = 'grep -q \'"tool_name":"Change"\' && { echo "Not that." >&2; exit 2; }; exit 0';
    const { kernel } = await hooked(["PreToolUse"], working, forbid);
    expect(kernel.ran).toEqual([]);
    expect(JSON.stringify(kernel.requestsOf("scout").at(-1)?.messages)).toContain("Not that.");
  });

  it("tell an agent something before it begins", async () => {
    const context = { hookSpecificOutput: { hookEventName: "SubagentStart", additionalContext: "Mind the step." } };
    const { kernel } = await hooked(["SubagentStart"], () => says("Found."), `echo '${JSON.stringify(context)}'`);
    expect(JSON.stringify(kernel.requestsOf("scout")[0]?.messages)).toContain("Mind the step.");
    expect(JSON.stringify(kernel.requestsOf("main")[0]?.messages)).not.toContain("Mind the step.");
  });

  it("may have an agent go on", async () => {
    const again = 'test -e told && exit 0; touch told; echo \'{"decision":"block","reason":"Look once more."}\'';
    const { kernel } = await hooked(["SubagentStop"], () => says("Found."), again);
    expect(kernel.requestsOf("scout")).toHaveLength(2);
    expect(JSON.stringify(kernel.requestsOf("scout")[1]?.messages)).toContain("Look once more.");
  });
});

test("what agents have changed goes back with the prompt that they worked for", async () => {
  const file = () => join(kernel.cwd, "notes.txt");
  const child: Who = (_, request) =>
    answered(request) ? says("Written.") : calls("Write", { file_path: "notes.txt", content: "from the agent\n" });
  const kernel = await open(once(child), {
    files: { ...scout() },
    answer: "allow",
    plugins: [seenFiles, toolWrite, checkpointFiles],
  });
  await kernel.run("Go");
  expect(fs.readFileSync(file(), "utf8")).toBe("from the agent\n");
  const said = await kernel.run("/rewind 1 files");
  expect([fs.existsSync(file()), said.end.reason]).toEqual([false, "handled"]);
});

test("a budget holds over the whole tree", async () => {
  const price = { input: 1, output: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
  const kernel = await open(
    once((_, request) =>
      answered(request) >= 3 ? says("Out.") : { ...calls("Look"), usage: { input_tokens: 600_000 } },
    ),
    {
      files: scout(),
      plugins: [modelBudget],
      config: { "usage-meter": { prices: { script: price } }, "model-budget": { maxBudgetUsd: 1 } },
    },
  );
  const { end, results } = await kernel.run("Go");
  expect(kernel.requestsOf("scout")).toHaveLength(2);
  expect(results[0]?.outcome).toBe("error");
  expect(end.reason).toBe("max_budget_usd");
});

test.each([
  ["an agent knows the instructions of the project", "scout", true],
  ["one that only looks around does without", "Explore", false],
])("%s", async (_, type, isKnown) => {
  const kernel = await open(
    (who, request) => {
      if (!request.tools.some(({ name }) => name === "Agent") || who !== "main") return says("Fine.");
      return answered(request) ? says("Done.") : delegates(type);
    },
    {
      files: { ...scout({ disallowedTools: "Agent" }), "project/CLAUDE.md": "Speak of whales." },
      plugins: [memoryFiles],
    },
  );
  await kernel.run("Go");
  const child = kernel.model.requests.find(({ system }) => !system.some(({ key }) => key === "coding"));
  expect(JSON.stringify(child?.system).includes("whales")).toBe(isKnown);
});

test("/why knows the calls of agents, and what each plugin did to them", async () => {
  const child: Who = (_, request) => (answered(request) ? says("Fine.") : calls("Change"));
  const kernel = await open(once(child), {
    files: scout(),
    plugins: [inspect],
    settings: { permissions: { deny: ["Change"] } },
  });
  await kernel.run("Go");
  expect((await kernel.run("/why")).panel?.text).toMatch(/2\. scout: Change +denied.*1\. Agent +ok/s);
  expect((await kernel.run("/why Change")).panel?.text).toMatch(
    /made by +the agent scout.*toolGate +permit-rules +voted/s,
  );
});

describe("a session below another one", () => {
  /** Opens one by hand. */
  async function below(options: Partial<Parameters<ChildSessions["open"]>[1]> = {}) {
    let children: ChildSessions | undefined;
    const knowing = definePlugin({
      name: "knowing-children",
      needs: { children: ChildSessions },
      setup: ({ use }) => {
        children = use.children;
        return {};
      },
    });
    const kernel = await open((_, request) => (answered(request) ? says("Fine.") : calls("Look")), {
      plugins: [knowing],
    });
    const start = () => (children as ChildSessions).open(kernel.session, { agent: { type: "hand" }, ...options });
    return { kernel, start };
  }

  const drain = async (session: Session, prompt: string) => {
    const types: string[] = [];
    for await (const event of session.send(prompt)) types.push(event.type);
    return types;
  };

  it("runs no slash command of whoever speaks to it", async () => {
    const { kernel, start } = await below();
    const child = await start();
    await drain(child, "/agents");
    expect(JSON.stringify(kernel.model.requests[0]?.messages)).toContain("/agents");
    await child.close();
  });

  it("has no tool that it was not given, whoever calls it", async () => {
    const { kernel, start } = await below({ mayUse: () => false });
    const child = await start();
    await drain(child, "Go");
    expect(kernel.model.requests[0]?.tools).toEqual([]);
    expect(kernel.ran).toEqual([]);
    expect(JSON.stringify(child.messages)).toContain("There is no tool");
    await child.close();
  });

  it("works in the folders of the one above, those that come later too", async () => {
    const { kernel, start } = await below();
    const child = await start();
    kernel.session.addFolder("/elsewhere");
    expect(child.folders).toEqual(kernel.session.folders);
    child.addFolder("/further");
    expect(kernel.session.folders).toEqual([kernel.cwd, "/elsewhere", "/further"]);
    child.removeFolder("/elsewhere");
    expect(kernel.session.folders).toEqual([kernel.cwd, "/further"]);
  });

  it("cannot be opened below one that has ended", async () => {
    const { kernel, start } = await below();
    await kernel.session.close();
    await expect(start()).rejects.toMatchObject({ code: "GANTRY_SESSION_CLOSED" });
  });
});
