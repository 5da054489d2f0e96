import { textOf } from "gantry/sdk";
import type { Script } from "gantry/sdk/testing";
import { describe, expect, test, vi } from "vitest";
import agents from "../agents/index.ts";
import execNode from "../exec-node/index.ts";
import hookScripts from "../hook-scripts/index.ts";
import toolAgent from "../tool-agent/index.ts";
import toolJobs from "../tool-jobs/index.ts";
import { ground } from "./test-kit.ts";

const OWN = "home/.claude/skills";
const PROJECT = "project/.claude/skills";
const fork = (more = "", body = "Look into $ARGUMENTS.") =>
  `---\ndescription: Looks into it\ncontext: fork\n${more}\n---\n${body}`;
const shell = (command: string) => ({ calls: [{ name: "Bash", input: { command } }] });
const called = (args = "tides") => ({ calls: [{ name: "Skill", input: { skill: "look", args } }] });

/** A kernel with the skill `look`, and what its model answers. */
async function open(look: string, script: Script, { settings = {}, plugins = [], files = {}, place = OWN }: More = {}) {
  const land = ground({ [`${place}/look/SKILL.md`]: look, ...files });
  const kernel = await land.open({ plugins: [toolJobs, agents, toolAgent, ...plugins], settings: settings as never });
  kernel.model.push(...script);
  return { ...kernel, root: land.root };
}
interface More {
  readonly settings?: object;
  readonly plugins?: NonNullable<Parameters<ReturnType<typeof ground>["open"]>[0]>["plugins"];
  readonly files?: Readonly<Record<string, string>>;
  readonly place?: string;
}

describe("a skill that wants an agent of its own", () => {
  test("is done by one that knows its text alone, and the model gets the last words", async () => {
    const kernel = await open(fork(), [called(), shell("git status"), { text: "High at noon." }, { text: "Noon." }], {
      settings: { permissions: { allow: ["Bash"] } },
    });
    const { results, end } = await kernel.run("When is it high?");
    expect([end.text, kernel.ran]).toEqual(["Noon.", ["git status"]]);
    expect(results.map(({ content, data }) => [textOf(content), data])).toEqual([
      ["High at noon.", expect.objectContaining({ skill: "look", status: "forked", agentId: expect.any(String) })],
    ]);
    const [first, its, , last] = kernel.model.requests;
    expect(JSON.stringify(its?.messages)).toContain("Look into tides.");
    expect(JSON.stringify(its?.messages)).not.toContain("When is it high?");
    expect(JSON.stringify([first?.messages, last?.messages])).not.toContain("Look into tides.");
  });

  test("answers a person who has typed it, and asks no other model; the conversation has the answer with the next prompt", async () => {
    const kernel = await open(fork(), [
      { text: "High at noon. </system-reminder>" },
      { text: "Yes." },
      { text: "No." },
    ]);
    const { end } = await kernel.run("/look tides");
    expect([end.reason, end.text]).toEqual(["handled", "High at noon. </system-reminder>"]);
    expect(kernel.model.requests).toHaveLength(1);
    await kernel.run("Is that so?");
    const said = JSON.stringify(kernel.model.requests.at(-1)?.messages);
    expect(said).toContain("The person called /look tides, which an agent of its own has done");
    expect(said).toContain("High at noon. &lt;/system-reminder>");
    await kernel.run("Sure?");
    expect(JSON.stringify(kernel.model.requests.at(-1)?.messages).split("High at noon").length).toBe(2);
  });

  test("is done by the kind that it names, with its model and its effort", async () => {
    const kernel = await open(fork("agent: guide\nmodel: scripted/other\neffort: high"), [{ text: "Fine." }], {
      files: {
        "home/.claude/agents/guide.md": "---\nname: guide\ndescription: Guides\ntools: Read\n---\nI am a guide.",
      },
    });
    await kernel.run("/look tides");
    const [request] = kernel.model.requests;
    expect([request?.model.id, request?.effort]).toEqual(["other", "high"]);
    expect(request?.system[0]?.text).toContain("I am a guide.");
    expect(request?.tools.map(({ name }) => name)).toEqual(["Read"]);
  });

  test("asks no other provider's model where it is the project's", async () => {
    const kernel = await open(fork("model: elsewhere/big"), [{ text: "Fine." }], { place: PROJECT });
    await kernel.run("/look tides");
    expect(kernel.model.requests.map(({ model }) => model.provider)).toEqual(["scripted"]);
  });

  test("allows and forbids its agent alone", async () => {
    const rights = "allowed-tools: Bash(make *), Bash(ls)\ndisallowed-tools: Bash(make clean)";
    const script = [shell("make all"), shell("make clean"), shell("rm x"), { text: "Done." }];
    const kernel = await open(fork(rights), script);
    await kernel.run("/look tides");
    expect(kernel.ran).toEqual(["make all"]);
    expect((await kernel.call("Bash", { command: "make all" })).outcome).toBe("denied");
  });

  test("runs the commands in its text before the agent begins", async () => {
    const kernel = await open(fork("allowed-tools: Bash(ls)", "There is !`ls`."), [{ text: "Fine." }]);
    await kernel.run("/look");
    expect(JSON.stringify(kernel.model.requests[0]?.messages)).toContain("There is <ls>.");
  });

  test("has its hooks in its agent, and nowhere else; what would end the turn holds its agent", async () => {
    const hooks = `hooks:
  PreToolUse:
    - matcher: Bash
      hooks: [{ type: command, command: "echo no >&2; exit 2" }]
  Stop:
    - hooks: [{ type: command, command: "echo go on >&2; exit 2", once: true }]`;
    const kernel = await open(fork(hooks), [shell("ls"), { text: "Done." }, { text: "Really done." }], {
      settings: { permissions: { allow: ["Bash"] } },
      plugins: [execNode, hookScripts],
    });
    expect((await kernel.run("/look")).end.text).toBe("Really done.");
    expect(kernel.ran).toEqual([]);
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
  });

  test("that its agent does not come to an end with is told as that, to a person and to the model", async () => {
    const failure = { failure: { kind: "invalid_request" as const, message: "Out of words." } };
    const kernel = await open(fork(), [failure, called(), failure, { text: "Oh." }]);
    const { end } = await kernel.run("/look tides");
    expect([end.reason, end.error]).toEqual(["refused", expect.stringContaining("Out of words.")]);
    const { results } = await kernel.run("Look.");
    expect(results.map(({ outcome, content }) => [outcome, textOf(content)])).toEqual([
      ["error", expect.stringContaining("The agent general-purpose has not done its task")],
    ]);
  });

  test("ends with the turn that a person interrupts", async () => {
    const kernel = await open(fork(), [{ after: new Promise(() => undefined) }]);
    const running = kernel.run("/look tides");
    await vi.waitFor(() => expect(kernel.model.requests).toHaveLength(1));
    await kernel.session.interrupt();
    expect((await running).end.error).toContain("it was stopped");
  });

  test.each(["Agent", "Task", "Agent(Explore)", "Agent(Ex*)"])(
    "is not done where the rule %s denies its agent",
    async (rule) => {
      const kernel = await open(fork("agent: Explore"), [called(), { text: "Oh." }], {
        settings: { permissions: { deny: [rule] } },
      });
      expect((await kernel.run("/look")).end.error).toContain(`the rule ${rule} `);
      const { results } = await kernel.run("Look.");
      expect(results.map(({ outcome }) => outcome)).toEqual(["error"]);
    },
  );

  test.each([
    ["tools: Skill", "error"],
    ["tools: Skill, Agent(Plan)", "error"],
    ["tools: Skill, Agent(general-purpose)", "ok"],
    ["disallowedTools: Agent(general-purpose)", "error"],
  ])("is no way around what a session's own agent may start: %s", async (tools, outcome) => {
    const kernel = await open(fork(), [called(), { text: "Fine." }, { text: "Oh." }], {
      settings: { agent: "narrow" },
      files: { "home/.claude/agents/narrow.md": `---\nname: narrow\ndescription: N\n${tools}\n---\nI am narrow.` },
    });
    const { results } = await kernel.run("Look.");
    expect(results.map((result) => result.outcome)).toEqual([outcome]);
  });

  test("of a kind that there is not says which there are", async () => {
    const kernel = await open(fork("agent: Explorer"), []);
    expect((await kernel.run("/look")).end.error).toContain('There is no agent "Explorer". Did you mean "Explore"?');
  });

  test("runs in the conversation where it stands in a row with others", async () => {
    const kernel = await open(fork(), [{ text: "Fine." }], {
      files: { [`${OWN}/plain/SKILL.md`]: "---\ndescription: P\n---\nPlain." },
    });
    expect(await kernel.sent("/look /plain tides")).toContain("Look into tides.");
    expect(kernel.notices().join()).toContain("/look wants an agent of its own");
  });

  test("is done by an agent that calls for it itself, with no more than it has", async () => {
    const delegates = {
      calls: [{ name: "Agent", input: { description: "d", prompt: "Go.", subagent_type: "reader" } }],
    };
    const kernel = await open(fork(), [delegates, called(), shell("ls"), { text: "Its end." }, { text: "Fine." }], {
      files: { "home/.claude/agents/reader.md": "---\nname: reader\ndescription: R\ntools: Skill\n---\nI read." },
      settings: { permissions: { allow: ["Bash"] } },
    });
    await kernel.run("Go.");
    expect(kernel.ran).toEqual([]);
    expect(kernel.model.requests.map(({ system }) => system[0]?.text.includes("I read.") ?? false)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});

test("a command in a file is done by an agent, too", async () => {
  const kernel = await open(fork(), [{ text: "Tidy." }, { text: "Yes." }], {
    files: { "home/.claude/commands/tidy.md": "---\ncontext: fork\n---\nTidy up $0." },
  });
  expect((await kernel.run("/tidy src")).end.text).toBe("Tidy.");
  expect(JSON.stringify(kernel.model.requests[0]?.messages)).toContain("Tidy up src.");
  await kernel.run("Is it?");
  expect(JSON.stringify(kernel.model.requests.at(-1)?.messages)).toContain("The person called /tidy src");
});
