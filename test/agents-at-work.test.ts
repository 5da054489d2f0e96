import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definePlugin, type Question, type SessionEvent, type SessionView, textOf } from "gantry/sdk";
import { describe, expect, it, onTestFinished } from "vitest";
import { agentFile, answered, calls, deferred, delegates, open, says, type Who } from "../plugins/agents/test-kit.ts";

const OWN = "home/.claude/agents";

/** The one at the top delegates once and repeats what it was told. */
const once =
  (child: Who, more: object = {}): Who =>
  (who, request) => {
    if (who !== "main") return child(who, request);
    const last = request.messages.at(-1);
    const result = last?.content.find((block) => block.type === "tool_result");
    return result?.type === "tool_result" ? says("Done.") : delegates("scout", more);
  };

const scout = (head: object = {}) => ({
  [`${OWN}/scout.md`]: agentFile({ name: "scout", description: "Looks", ...head }, "I am scout."),
});

describe("an agent", () => {
  it("does its task in a session of its own and answers with its last words", async () => {
    const child: Who = (_, request) => (answered(request) ? says("It is in src.") : calls("Look"));
    const kernel = await open(once(child), { files: scout() });
    const result = await kernel.first();
    expect([result.outcome, result.said]).toEqual([
      "ok",
      expect.stringMatching(/^It is in src\.\s*\(agent id: [\w-]+\)$/),
    ]);
    expect(result.data).toMatchObject({
      status: "completed",
      agentType: "scout",
      content: [{ type: "text", text: "It is in src." }],
      totalToolUseCount: 1,
      totalTokens: 15,
      prompt: "Look into it.",
      resolvedModel: "scripted/script",
    });
    expect(kernel.ran).toMatchObject([{ tool: "Look", agent: "scout" }]);
    expect(kernel.ran[0]?.session).not.toBe(kernel.session.id);
  });

  it("knows its own prompt and its task, and nothing of the conversation", async () => {
    const kernel = await open(
      once(() => says("Fine.")),
      { files: scout() },
    );
    await kernel.run("A secret of the person");
    const [request] = kernel.requestsOf("scout");
    expect(request?.system[0]).toMatchObject({ key: "base", text: "I am scout." });
    expect(request?.system.map(({ key }) => key)).not.toContain("coding");
    expect(JSON.stringify(request)).not.toContain("A secret");
    expect(textOf((request?.messages[0]?.content ?? []) as never)).toBe("Look into it.");
  });

  it("leaves a log beside that of its session, which lists do not show", async () => {
    const kernel = await open(
      once(() => says("Fine.")),
      { files: scout() },
    );
    const { data } = await kernel.first();
    const path = kernel.session.transcriptPath as string;
    const folder = join(dirname(path), kernel.session.id, "subagents");
    expect(fs.readdirSync(folder)).toEqual([`agent-${data.agentId}.jsonl`]);
    const [first] = fs.readFileSync(join(folder, `agent-${data.agentId}.jsonl`), "utf8").split("\n");
    expect(JSON.parse(first as string)).toMatchObject({ type: "session", agent: { type: "scout" } });
    expect(fs.readdirSync(dirname(path)).filter((name) => name.endsWith(".jsonl"))).toEqual([
      `${kernel.session.id}.jsonl`,
    ]);
  });

  it("is named Task by whoever has learnt it so, and is general-purpose where no kind is named", async () => {
    const kernel = await open((_, request) =>
      answered(request) || request.system[0]?.text.startsWith("You do one task")
        ? says("Done.")
        : calls("Task", { description: "x", prompt: "y" }),
    );
    expect(await kernel.first()).toMatchObject({ outcome: "ok", data: { agentType: "general-purpose" } });
  });

  it("counts for its session in tokens and money", async () => {
    const price = { input: 1, output: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
    const kernel = await open(
      once(() => ({ text: "Fine.", usage: { input_tokens: 1_000_000 } })),
      {
        files: scout(),
        config: { "usage-meter": { prices: { script: price } } },
      },
    );
    await kernel.run("Go");
    const used = kernel.session.entries.filter((entry) => entry.type === "plugin" && entry.plugin === "usage-meter");
    expect(used).toMatchObject([{ kind: "agent", data: { usage: { input_tokens: 1_000_000 } } }]);
    expect(kernel.services.agents.runs(kernel.session)[0]?.costUsd).toBeCloseTo(1);
  });

  it("is heard by whoever watches its session, wherever it lies", async () => {
    const inner: Who = (who, request) => {
      if (who === "scout") return answered(request) ? says("Out.") : delegates("helper");
      return answered(request) ? says("In.") : calls("Look");
    };
    const files = {
      ...scout(),
      [`${OWN}/helper.md`]: agentFile({ name: "helper", description: "Helps" }, "I am helper."),
    };
    const kernel = await open(once(inner), { files });
    const { events } = await kernel.run("Go");
    const heard = events.flatMap((event) => (event.type === "agent" ? [event] : []));
    const looks = heard.filter(({ event }) => event.type === "tool_start" && event.call.tool.name === "Look");
    expect(looks.map(({ session }) => [session.agent?.type, session.parent?.agent?.type])).toEqual([
      ["helper", "scout"],
    ]);
    expect(heard.some(({ event }) => event.type === "agent")).toBe(false);
  });
});

describe("what an agent may do", () => {
  it("is asked of the person at the top, who is told which agent asks, and a yes for the session is one for all", async () => {
    const asked: Question[] = [];
    const child: Who = (_, request) => (answered(request) >= 1 ? says("Fine.") : calls("Change"));
    const kernel = await open(once(child), {
      files: scout(),
      answer: (question) => {
        asked.push(question);
        return { decision: "allow" };
      },
    });
    await kernel.run("Go");
    expect(asked.map(({ agent, call }) => [agent?.type, call.tool.name])).toEqual([["scout", "Change"]]);
    expect(kernel.ran).toMatchObject([{ tool: "Change", agent: "scout" }]);
  });

  it("is nothing that its session was denied", async () => {
    const child: Who = (_, request) => (answered(request) ? says("Fine.") : calls("Change"));
    const kernel = await open(once(child), {
      files: scout(),
      answer: "allow",
      settings: { permissions: { deny: ["Change"] } },
    });
    await kernel.run("Go");
    expect(kernel.ran).toEqual([]);
  });

  it("is refused in a run where nobody can be asked, and it goes on", async () => {
    const child: Who = (_, request) => (answered(request) ? says("I could not.") : calls("Change"));
    const kernel = await open(once(child), { files: scout() });
    expect((await kernel.first()).said).toContain("I could not.");
    expect(kernel.ran).toEqual([]);
  });

  it("is what its session may do while that plans", async () => {
    const child: Who = (_, request) => (answered(request) ? says("Fine.") : calls("Change"));
    const kernel = await open(once(child), {
      files: scout({ permissionMode: "bypassPermissions" }),
      answer: "allow",
      settings: { permissions: { defaultMode: "plan" } },
    });
    expect((await kernel.first()).outcome).toBe("ok");
    expect(kernel.ran).toEqual([]);
  });

  it("is less where its own mode says so", async () => {
    const child: Who = (_, request) => (answered(request) ? says("Fine.") : calls("Change"));
    const kernel = await open(once(child), { files: scout({ permissionMode: "dontAsk" }), answer: "allow" });
    await kernel.run("Go");
    expect(kernel.ran).toEqual([]);
  });

  it("may be forbidden by a rule that names its kind", async () => {
    const kernel = await open(
      once(() => says("Fine.")),
      {
        files: scout(),
        settings: { permissions: { deny: ["Agent(scout)"] } },
      },
    );
    expect((await kernel.first()).outcome).toBe("denied");
    expect(kernel.requestsOf("scout")).toEqual([]);
  });
});

describe("an agent that does not come to its end", () => {
  it("is an error with what it had found", async () => {
    const child: Who = (_, request) =>
      answered(request)
        ? { failure: { message: "The server is on fire" } }
        : { ...calls("Look"), text: "It begins in main.ts." };
    const kernel = await open(once(child), { files: scout() });
    const result = await kernel.first();
    expect(result).toMatchObject({ outcome: "error", data: { status: "failed" } });
    expect(result.said).toMatch(/has not done its task: The server is on fire.*1 call.*It begins in main\.ts\./s);
  });

  it("is an error where its model breaks, and the person is told", async () => {
    const child: Who = () => {
      throw new Error("the model has burst");
    };
    const kernel = await open(once(child), { files: scout() });
    const { results, faults, end } = await kernel.run("Go");
    expect([end.reason, results[0]?.outcome]).toEqual(["completed", "error"]);
    expect(faults.map(({ message }) => message)).toEqual(["the model has burst"]);
  });

  it("ends after as many requests as its definition gives it", async () => {
    const kernel = await open(
      once(() => calls("Look")),
      { files: scout({ maxTurns: 3 }) },
    );
    expect((await kernel.first()).said).toContain("It may ask its model 3 times, and has.");
    expect(kernel.requestsOf("scout")).toHaveLength(3);
  });

  it("ends with the turn that waits for it", async () => {
    const begun = deferred<void>();
    const child: Who = () => {
      begun.resolve();
      return { after: new Promise(() => undefined) };
    };
    const kernel = await open(once(child), { files: scout() });
    const turn = kernel.run("Go");
    await begun.promise;
    await kernel.session.interrupt();
    const { end, results } = await turn;
    expect([end.reason, results[0]?.outcome]).toEqual(["aborted", "error"]);
    expect(kernel.services.agents.runs(kernel.session).map(({ state }) => state)).toEqual(["stopped"]);
  });

  it("ends with its session", async () => {
    const begun = deferred<SessionView>();
    const watching = definePlugin({
      name: "watching",
      setup: () => ({
        taps: {
          event: (event: SessionEvent, session: SessionView) => {
            if (event.type === "request" && session.parent) begun.resolve(session);
          },
        },
      }),
    });
    const kernel = await open(
      once(() => ({ after: new Promise(() => undefined) }), { run_in_background: true }),
      {
        files: scout(),
        answer: "allow",
        plugins: [watching],
      },
    );
    await kernel.run("Go");
    const child = await begun.promise;
    await kernel.session.close();
    expect(child.scope.signal.aborted).toBe(true);
    expect(kernel.services.agents.runs(kernel.session).map(({ state }) => state)).toEqual(["stopped"]);
  });

  it("is no agent at all where there is no such kind", async () => {
    const kernel = await open((_, request) => (answered(request) ? says("Oh.") : delegates("Exlore")));
    const result = await kernel.first();
    expect(result.outcome).toBe("error");
    expect(result.said).toContain('Did you mean "Explore"?');
  });
});

describe("agents of agents", () => {
  it("lie three deep and no deeper, and the last has nothing to start one with", async () => {
    const offered: boolean[] = [];
    const kernel = await open(
      (_, request) => {
        offered.push(request.tools.some(({ name }) => name === "Agent"));
        return answered(request) ? says("Back.") : delegates("scout");
      },
      { files: scout() },
    );
    await kernel.run("Go");
    expect(offered.slice(0, 4)).toEqual([true, true, true, false]);
    const runs = kernel.services.agents.runs(kernel.session);
    expect(runs).toHaveLength(3);
  });

  it("work at the same time, and at most twenty of them", async () => {
    const all = deferred<void>();
    const [call] = delegates("scout").calls ?? [];
    if (!call) throw new Error("no call");
    let atWork = 0;
    const kernel = await open(
      (who, request) => {
        if (who === "main") {
          if (answered(request)) return says("Done.");
          return { calls: Array.from({ length: 21 }, (_, id) => ({ ...call, id: `c${id}` })) };
        }
        if (++atWork === 20) all.resolve();
        return { text: "Fine.", after: all.promise };
      },
      { files: scout(), env: { CLAUDE_CODE_MAX_TOOL_USE_CONCURRENCY: "30" } },
    );
    const { results } = await kernel.run("Go");
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(["error", ...Array(20).fill("ok")]);
    expect(
      results.map(({ content }) => textOf(content)).filter((said) => said.includes("as many as may be")),
    ).toHaveLength(1);
  });
});

describe("an agent that has ended", () => {
  /** The one at the top delegates with each prompt, and goes on with whatever the prompt names. */
  const again: Who = (who, request) => {
    if (who !== "main") return says(`It is the ${request.messages.length}th thing I hear.`);
    const last = request.messages.at(-1)?.content ?? [];
    if (last.some(({ type }) => type === "tool_result")) return says("Done.");
    const [, resume] = /resume (\S+)/.exec(textOf(last as never)) ?? [];
    return delegates("scout", resume ? { resume, subagent_type: "general-purpose" } : { name: "Sam" });
  };
  const narrow = scout({ tools: "Look" });

  it.each(["its id", "its name"])(
    "goes on by %s, knows what it has done, and has no more tools than before",
    async (by) => {
      const kernel = await open(again, { files: narrow });
      const { data } = await kernel.first();
      const id = String(data.agentId);
      const second = await kernel.first(`resume ${by === "its id" ? id : "Sam"}`);
      expect(second.said).toContain("It is the 3th thing I hear.");
      expect(second.data).toMatchObject({ agentId: id, agentType: "scout" });
      expect(kernel.requestsOf("scout")[1]?.tools.map(({ name }) => name)).toEqual(["Look"]);
    },
  );

  it("goes on in a session that goes on itself", async () => {
    const state = fs.mkdtempSync(join(tmpdir(), "gantry-agents-state-"));
    onTestFinished(() => fs.rmSync(state, { recursive: true, force: true }));
    const first = await open(again, { files: narrow, env: { GANTRY_HOME: state } });
    const { data } = await first.first();
    await first.close();
    const cwd = first.cwd;
    const kernel = await open(again, { files: narrow, env: { GANTRY_HOME: state }, cwd, resume: first.session.id });
    const second = await kernel.first(`resume ${data.agentId}`);
    expect(second.said).toContain("3th thing");
    expect(second.data).toMatchObject({ agentType: "scout" });
  });

  it.each(["../../etc/passwd", "nobody"])("is none where there was none: %s", async (id) => {
    const kernel = await open(again, { files: narrow });
    await kernel.run("Go");
    expect((await kernel.first(`resume ${id}`)).outcome).toBe("error");
  });
});

describe("an agent in the background", () => {
  it("is a job, and its last words come with its end", async () => {
    const end = deferred<void>();
    const told = deferred<string>();
    const kernel = await open(
      (who, request) => {
        if (who !== "main") return { text: "It is in src.", after: end.promise };
        const last = JSON.stringify(request.messages.at(-1));
        if (last.includes("task-notification")) told.resolve(last);
        return request.messages.length === 1 ? delegates("scout", { run_in_background: true }) : says("Meanwhile.");
      },
      { files: scout(), answer: "allow" },
    );
    const result = await kernel.first();
    expect(result.data).toMatchObject({ status: "async_launched", canReadOutputFile: true });
    end.resolve();
    expect(await told.promise).toMatch(/<task-id>.*completed.*It is in src\./s);
    expect(fs.readFileSync(result.data.outputFile as string, "utf8")).toContain("It is in src.");
  });

  it("is waited for where a run ends with its prompt", async () => {
    const kernel = await open(
      once(() => says("Fine."), { run_in_background: true }),
      { files: scout() },
    );
    expect(await kernel.first()).toMatchObject({
      said: expect.stringContaining("Fine."),
      data: { status: "completed" },
    });
  });
});
