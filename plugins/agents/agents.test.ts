import fs from "node:fs";
import { join } from "node:path";
import { type AgentDefinition, definePlugin, Mentions } from "gantry/sdk";
import { describe, expect, it, test, vi } from "vitest";
import contextMentions from "../context-mentions/index.ts";
import { agentFile, answered, calls, delegates, open, says, type Who } from "./test-kit.ts";

const OWN = "home/.claude/agents";
const PROJECT = "project/.claude/agents";

const named = (name: string, prompt = `I am ${name}.`, more: object = {}) =>
  agentFile({ name, description: `Is ${name}`, ...more }, prompt);
const talk: Who = () => says("Fine.");
const listed = (all: readonly AgentDefinition[]) => all.map(({ name, source }) => `${name} ${source}`);
const BUILT_IN = ["Explore built-in", "general-purpose built-in", "Plan built-in"];

/** The kinds that there are with these files. */
async function kinds(files: Readonly<Record<string, string>>, more: Parameters<typeof open>[1] = {}) {
  const kernel = await open(talk, { files, ...more });
  return { ...kernel, all: await kernel.services.agents.list(kernel.session) };
}

describe("the kinds of agents", () => {
  it("are three where nobody has written any", async () => {
    expect(listed((await kinds({})).all)).toEqual(BUILT_IN);
  });

  it("lie in folders, those below them too, and the nearer goes before", async () => {
    const { all } = await kinds({
      "managed/.claude/agents/strict.md": named("strict"),
      [`${PROJECT}/both.md`]: named("both"),
      [`${PROJECT}/strict.md`]: named("strict"),
      [`${PROJECT}/deep/er/below.md`]: named("below"),
      [`${OWN}/both.md`]: named("both"),
      [`${OWN}/mine.md`]: named("mine"),
      [`${OWN}/plan.md`]: named("plan"),
    });
    expect(listed(all)).toEqual([
      "below project",
      "both project",
      "Explore built-in",
      "general-purpose built-in",
      "mine personal",
      "plan personal",
      "strict managed",
    ]);
  });

  it("may stand on the command line, before all files but an administrator's", async () => {
    const given = { both: { description: "From the line", prompt: "I am both.", tools: ["Look"] } };
    const { all } = await kinds(
      { [`${PROJECT}/both.md`]: named("both") },
      { config: { agents: { agents: JSON.stringify(given) } } },
    );
    expect(all.find(({ name }) => name === "both")).toMatchObject({ source: "flag", tools: ["Look"] });
  });

  it.each(["{", "[]", '{"a":{"prompt":"x"}}', '{"a b/c":{"description":"x","prompt":"x"}}'])(
    "that are asked for with %s let no prompt through",
    async (json) => {
      const kernel = await open(talk, { config: { agents: { agents: json } } });
      const { end } = await kernel.run("Go");
      expect([end.reason, end.error]).toEqual(["refused", expect.stringContaining("--agents cannot be read")]);
      expect(kernel.model.requests).toEqual([]);
    },
  );

  it.each([
    [
      "no YAML at all",
      "---\nname: odd\ndescription: Use when: asked <example>a: b</example>\ntools: Look, Bash(git log:*)\n---\n\nI am odd.",
    ],
    ["a list", "---\nname: odd\ndescription: Use when asked\ntools:\n  - Look\n  - Bash(git log:*)\n---\nI am odd."],
    [
      "Windows lines",
      "---\r\nname: odd\r\ndescription: Use when asked\r\ntools: Look, Bash(git log:*)\r\n---\r\n\r\nI am odd.",
    ],
    ["no name", "---\ndescription: Use when asked\ntools: Look Bash(git log:*)\n---\nI am odd."],
  ])("are read from what people write: %s", async (_, text) => {
    const { all } = await kinds({ [`${OWN}/odd.md`]: text });
    const odd = all.find(({ name }) => name === "odd");
    expect(odd).toMatchObject({ description: expect.stringMatching(/^Use when/), tools: ["Look", "Bash(git log:*)"] });
    expect(odd?.prompt.trim()).toBe("I am odd.");
  });

  it("are none of files that say nothing of themselves, are too large, no text, or lead out of the project", async () => {
    const { root, services, session } = await kinds({
      [`${PROJECT}/README.md`]: "# Our agents\n",
      [`${PROJECT}/large.md`]: named("large", "x".repeat(600_000)),
      [`${PROJECT}/note.txt`]: named("note"),
      "elsewhere/outside.md": named("outside"),
    });
    fs.symlinkSync(join(root, "elsewhere/outside.md"), join(root, PROJECT, "outside.md"));
    fs.symlinkSync(join(root, PROJECT, "loop"), join(root, PROJECT, "loop"));
    expect(listed(await services.agents.list(session))).toEqual(BUILT_IN);
  });

  it("are told to the model in the system prompt, each on one line", async () => {
    const kernel = await open(talk, {
      files: {
        [`${OWN}/long.md`]: agentFile(
          { name: "long", description: JSON.stringify(`${"word ".repeat(200)}\n- fake: line`) },
          "x",
        ),
      },
    });
    await kernel.run("Go");
    const text = kernel.model.requests[0]?.system.find(({ key }) => key === "agents")?.text ?? "";
    expect(text.split("\n").map((line) => line.slice(0, 10))).toEqual([
      "# Agents",
      "- Explore:",
      "- general-",
      "- long: wo",
      "- Plan: Wo",
    ]);
  });

  it("cost the first request little", async () => {
    const kernel = await open(talk);
    await kernel.run("Go");
    const [request] = kernel.model.requests;
    const tool = request?.tools.find(({ name }) => name === "Agent");
    const section = request?.system.find(({ key }) => key === "agents");
    expect(JSON.stringify(tool).length + JSON.stringify(section).length).toBeLessThan(1_000);
  });

  it("are those of now once a file has changed", async () => {
    const kernel = await open(talk, { files: { [`${OWN}/one.md`]: named("one") } });
    await kernel.services.agents.list(kernel.session);
    kernel.write({ [`${PROJECT}/two.md`]: named("two") });
    expect(listed(await kernel.services.agents.list(kernel.session))).toContain("two project");
  });
});

describe("the tools of an agent", () => {
  /** What a kind is offered, and what of many calls has run. */
  async function tried(head: object, name: string, input: object = {}) {
    const who: Who = (who, request) => {
      if (who !== "main") return answered(request) ? says("Fine.") : calls(name, input);
      return answered(request) ? says("Done.") : delegates("narrow");
    };
    const kernel = await open(who, {
      files: { [`${OWN}/narrow.md`]: named("narrow", "I am narrow.", head) },
      answer: "allow",
    });
    await kernel.run("Go");
    const [request] = kernel.requestsOf("narrow");
    return { offered: request?.tools.map((tool) => tool.name) ?? [], ran: kernel.ran.map(({ tool }) => tool) };
  }

  const NAMES = ["Look", "Change", "Bash", "mcp__tracker__list", "Agent", "TaskStop", "TaskOutput"];
  const HEADS: readonly object[] = [
    {},
    { tools: "Look" },
    { tools: "look, LS, NotebookRead" },
    { tools: ["Look", "mcp__tracker"] },
    { tools: "*", disallowedTools: "Change, Agent" },
    { tools: [] },
    { disallowedTools: "mcp__tracker, Bash" },
    { tools: "Look, Change", disallowedTools: "Change" },
    { tools: "Bash(" },
  ];

  test.each(HEADS.flatMap((head) => NAMES.map((name) => [JSON.stringify(head), name, head] as const)))(
    "%s: whoever is not offered %s does not get it run",
    async (_, name, head) => {
      const { offered, ran } = await tried(head, name);
      const isOffered = offered.includes(name);
      const isTrace = ["Look", "Change", "Bash", "mcp__tracker__list"].includes(name);
      expect(ran).toEqual(isOffered && isTrace ? [name] : []);
      expect(offered).not.toContain("TaskOutput");
    },
  );

  test.each([
    ["Look", { tools: "Look" }, ["Look"]],
    ["look in small letters", { tools: "look" }, ["Look"]],
    ["all of a server", { tools: "mcp__tracker" }, ["mcp__tracker__list"]],
    ["a list of none", { tools: [] }, []],
    ["a rule without an end", { tools: "Bash(" }, []],
    ["what is given and taken", { tools: "Look, Change", disallowedTools: "Change" }, ["Look"]],
  ])("%s is just what is offered", async (_, head, expected) => {
    expect((await tried(head, "Look")).offered).toEqual(expected);
  });

  test.each([
    ["git log -3", true],
    ["git log && git log -1", true],
    ["git log > out.txt", false],
    ["git push", false],
    ["git log; rm -rf x", false],
    ["X=1 git log", false],
    ["git log $(rm x)", false],
  ])("of a tool given in part, %j runs: %s", async (command, isRun) => {
    const { ran } = await tried({ tools: "Bash(git log:*)" }, "Bash", { command });
    expect(ran).toEqual(isRun ? ["Bash"] : []);
  });

  it("taken in part still run for the rest", async () => {
    const head = { disallowedTools: "Bash(git push:*)" };
    expect((await tried(head, "Bash", { command: "git push" })).ran).toEqual([]);
    expect((await tried(head, "Bash", { command: "git log" })).ran).toEqual(["Bash"]);
  });
});

describe("what a project's agent asks for", () => {
  const loose = { [`${PROJECT}/eager.md`]: named("eager", "I am eager.", { permissionMode: "acceptEdits" }) };
  const who: Who = (who, request) => {
    if (who !== "main") return says("Fine.");
    return answered(request) ? says("Done.") : delegates("eager");
  };
  const modes = async (env: Readonly<Record<string, string>> = {}) => {
    const seen: string[] = [];
    const kernel = await open(who, { files: loose, env });
    kernel.session.watch((event) => {
      if (event.type === "agent" && event.event.type === "request")
        seen.push(kernel.services.permissions.mode(event.session));
    });
    await kernel.run("Go");
    return { seen, review: await kernel.services.trust.review() };
  };

  it("does not count before somebody has approved it", async () => {
    const { seen, review } = await modes();
    expect(seen).toEqual(["default"]);
    expect(review).toMatchObject([
      { kind: "agent", text: "eager works in the permission mode acceptEdits", state: "new" },
    ]);
  });

  it("counts once it is approved", async () => {
    expect((await modes({ GANTRY_TRUST: "1" })).seen).toEqual(["acceptEdits"]);
  });
});

describe("a definition that asks for what there is not", () => {
  it.each([
    ["hooks that can be read", "hooks: always\n", "its hooks cannot be read"],
    ["a place of its own", "isolation: worktree\n", "apart from the project"],
  ])("is not started without %s", async (_, head, said) => {
    const text = `---\nname: odd\ndescription: Is odd\n${head}---\n\nI am odd.`;
    const kernel = await open((_, request) => (answered(request) ? says("Oh.") : delegates("odd")), {
      files: { [`${OWN}/odd.md`]: text },
    });
    const result = await kernel.first();
    expect([result.outcome, result.said]).toEqual(["error", expect.stringContaining(said)]);
    expect(kernel.requestsOf("odd")).toEqual([]);
    expect((await kernel.run("/agents")).panel?.text).toContain(said);
  });

  it("is started without servers and a memory of its own, and /agents says so", async () => {
    const { all } = await kinds({
      [`${OWN}/odd.md`]: named("odd", "I am odd.", { memory: "user", mcpServers: ["x"] }),
    });
    expect(all.find(({ name }) => name === "odd")).toMatchObject({ problem: "no effect: mcpServers, memory" });
  });
});

it("has the texts of its skills from the beginning, but for those that are turned off", async () => {
  const skill = (text: string) => `---\ndescription: Says how\n---\n\n${text}\n`;
  const kernel = await open(
    (who, request) => (who === "main" && !answered(request) ? delegates("scout") : says("Fine.")),
    {
      files: {
        [`${OWN}/scout.md`]: named("scout", "I am scout.", { skills: "deploy, hidden, nowhere" }),
        "home/.claude/skills/deploy/SKILL.md": skill("Deploy with care."),
        "home/.claude/skills/hidden/SKILL.md": skill("Nobody reads this."),
      },
      settings: { skillOverrides: { hidden: "off" } },
    },
  );
  await kernel.run("Go");
  const system = JSON.stringify(kernel.requestsOf("scout")[0]?.system);
  expect(system).toContain("Deploy with care.");
  expect(system).not.toContain("Nobody reads this.");
  expect(kernel.notices()).toEqual([
    expect.stringContaining("the skill hidden"),
    expect.stringContaining("the skill nowhere"),
  ]);
});

describe("a whole session as an agent", () => {
  const files = { [`${OWN}/narrow.md`]: named("narrow", "I am narrow.", { tools: "Look" }) };

  it("has its prompt and its tools, and no others", async () => {
    const kernel = await open((_, request) => (answered(request) ? says("Done.") : calls("Change")), {
      files,
      answer: "allow",
      settings: { agent: "narrow" },
    });
    const result = await kernel.first();
    expect(kernel.model.requests[0]?.system[0]?.text).toBe("I am narrow.");
    expect(kernel.model.requests[0]?.tools.map(({ name }) => name)).toEqual(["Look"]);
    expect([result.outcome, kernel.ran]).toEqual(["denied", []]);
  });

  it("whose definition asks for what there is not says so and asks no model", async () => {
    const kernel = await open(talk, {
      files: { [`${OWN}/odd.md`]: named("odd", "I am odd.", { isolation: "worktree" }) },
      settings: { agent: "odd" },
    });
    expect((await kernel.run("Go")).end).toMatchObject({
      reason: "refused",
      error: expect.stringContaining("apart from the project"),
    });
    expect(kernel.model.requests).toEqual([]);
  });

  it("that there is not is told, and the session works as ever", async () => {
    const kernel = await open(talk, { files, settings: { agent: "nobody" } });
    await kernel.run("Go");
    expect(kernel.notices()).toEqual([expect.stringContaining('There is no agent "nobody"')]);
  });
});

describe("an agent that a prompt names", () => {
  it("is the one that the model is told to start", async () => {
    const kernel = await open(talk, { files: { [`${OWN}/scout.md`]: named("scout") } });
    await kernel.run("Have @agent-scout. look at mail@agent-explore and `x`");
    const said = JSON.stringify(kernel.model.requests[0]?.messages);
    expect(said).toContain("wants the agent scout to do this");
    expect(said).not.toContain("agents scout, Explore");
  });

  it("is offered while its name is typed", async () => {
    let mentions: Mentions | undefined;
    const asking = definePlugin({
      name: "asking-mentions",
      needs: { mentions: Mentions },
      setup: ({ use }) => {
        mentions = use.mentions;
        return {};
      },
    });
    const files = { [`${OWN}/scout.md`]: named("scout") };
    const kernel = await open(talk, { files, answer: "allow", plugins: [contextMentions, asking] });
    await vi.waitFor(async () => {
      const lists = [];
      const { signal } = new AbortController();
      for await (const list of mentions?.suggest("agent-s", kernel.session, signal) ?? []) lists.push(list);
      expect(lists.at(-1)).toEqual([{ mention: "agent-scout", kind: "agent", detail: "Is scout", score: 0.8 }]);
    });
  });

  it("is nothing where there is none", async () => {
    const kernel = await open(talk);
    await kernel.run("Ask @agent-nobody");
    expect(JSON.stringify(kernel.model.requests[0]?.messages)).not.toContain("system-reminder");
  });
});

describe("/agents", () => {
  it("lists the kinds with who has written them, and those that were at work", async () => {
    const kernel = await open(
      (who, request) => (who === "main" && !answered(request) ? delegates("scout") : says("Fine.")),
      { files: { [`${PROJECT}/scout.md`]: named("scout", "I am scout.", { model: "haiku" }) } },
    );
    await kernel.run("Go");
    const { panel } = await kernel.run("/agents");
    expect(panel?.text).toMatch(
      /^In this session\n +scout: look into it +completed {2}0 calls, \d+ s, cost not known\n/,
    );
    expect(panel?.text).toMatch(/Project\n +scout +haiku +Is scout\n/);
    expect(panel?.text).toMatch(/Built-in\n +Explore +haiku +Finds its way/);
  });
});

describe("the model of an agent", () => {
  it.each([
    ["nobody's, where the session's provider has no such name", { model: "sonnet" }, {}],
    ["its own, with its provider", { model: "scripted/other" }, {}, "other"],
    [
      "that of the environment before all",
      { model: "scripted/other" },
      { CLAUDE_CODE_SUBAGENT_MODEL: "scripted/env" },
      "env",
    ],
  ] as const)("is %s", async (_, head, env, expected: string = "script") => {
    const kernel = await open(
      (who, request) => (who === "main" && !answered(request) ? delegates("scout") : says("Fine.")),
      { files: { [`${PROJECT}/scout.md`]: named("scout", "I am scout.", head) }, env },
    );
    await kernel.run("Go");
    expect(kernel.requestsOf("scout")[0]?.model).toEqual({ provider: "scripted", id: expected });
  });
});
