import { type Answer, definePlugin, HookEvents, type Question, textOf } from "gantry/sdk";
import {
  createTestKernel,
  fakeClock,
  scriptedModel,
  type TestKernel,
  type TestKernelOptions,
} from "gantry/sdk/testing";
import { afterEach, describe, expect, it } from "vitest";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitRules from "../permit-rules/index.ts";
import settingsFiles from "../settings-files/index.ts";
import { createSetup } from "./ask.ts";
import plugin, { toolAsk } from "./index.ts";

let kernel: TestKernel | undefined;
afterEach(async () => {
  await kernel?.close();
  kernel = undefined;
});

const STORE = {
  question: "Where shall sessions be kept?",
  header: "Store",
  options: [
    { label: "Files", description: "one a session", preview: "sessions/1.jsonl" },
    { label: "Database", description: "all in one" },
  ],
};
const EXTRAS = {
  question: "What else?",
  header: "Extras",
  options: [
    { label: "Search", description: "" },
    { label: "Export", description: "" },
  ],
  multiSelect: true,
};
const INPUT = { questions: [STORE, EXTRAS] };

async function open(options: Partial<TestKernelOptions> = {}): Promise<TestKernel> {
  kernel = await createTestKernel({ plugins: [plugin], ...options });
  return kernel;
}

/** Answers the form with values, and nothing else. */
const filling = (values: Answer["values"]) => (question: Question) =>
  question.form ? ({ decision: "allow", values } as Answer) : undefined;

describe("questions", () => {
  it("are put as a form of choices, and the answers reach the model and programs", async () => {
    const asked: Question[] = [];
    const { call } = await open({
      answer: (question) => {
        asked.push(question);
        return { decision: "allow", values: { question1: "Files", question2: ["Search", "Export"] } };
      },
    });
    const result = await call("AskUserQuestion", INPUT);
    expect(asked.map(({ form }) => form)).toMatchObject([
      {
        kind: "form",
        isForCall: true,
        fields: [
          {
            title: "Store",
            description: "Where shall sessions be kept?",
            type: "choice",
            allowsOther: true,
            choices: [
              { value: "Files", description: "one a session", preview: [{ type: "code", text: "sessions/1.jsonl" }] },
              { value: "Database", title: "Database" },
            ],
          },
          { title: "Extras", type: "choices" },
        ],
      },
    ]);
    expect(textOf(result.content)).toBe(
      "The person has answered.\nWhere shall sessions be kept?\n  Files\nWhat else?\n  Search, Export",
    );
    expect(result.data).toEqual({
      questions: [STORE, EXTRAS],
      answers: { "Where shall sessions be kept?": "Files", "What else?": "Search, Export" },
      annotations: { "Where shall sessions be kept?": { preview: "sessions/1.jsonl" } },
    });
  });

  it("take an answer in own words", async () => {
    const { call } = await open({ answer: filling({ question1: "In memory" }) });
    expect((await call("AskUserQuestion", { questions: [STORE] })).data).toMatchObject({
      answers: { "Where shall sessions be kept?": "In memory" },
    });
  });

  it("show previews with fences as markdown", async () => {
    let form: Question["form"];
    const { call } = await open({
      answer: (question) => {
        form = question.form;
        return undefined;
      },
    });
    const options = [
      { label: "A", description: "", preview: "```ts\nx\n```" },
      { label: "B", description: "" },
    ];
    await call("AskUserQuestion", { questions: [{ ...STORE, options }] });
    expect(form?.fields[0]?.choices?.[0]?.preview).toEqual([{ type: "markdown", text: "```ts\nx\n```" }]);
  });

  it.each([
    ["none", { questions: [] }],
    ["five", { questions: Array.from({ length: 5 }, (_, at) => ({ ...STORE, question: `${at}?` })) }],
    ["the same twice", { questions: [STORE, STORE] }],
    ["one with a single option", { questions: [{ ...STORE, options: STORE.options.slice(0, 1) }] }],
    [
      "one with two options that look alike",
      { questions: [{ ...STORE, options: [STORE.options[0], STORE.options[0]] }] },
    ],
  ])("are refused where there is %s", async (_, input) => {
    const { call } = await open({ answer: "allow" });
    expect((await call("AskUserQuestion", input)).outcome).toBe("invalid");
  });
});

describe("a person who does not answer", () => {
  it("and says no is not asked again, and the model goes on", async () => {
    const { call } = await open({ answer: () => ({ decision: "deny" }) });
    const { outcome, content } = await call("AskUserQuestion", INPUT);
    expect(outcome).toBe("denied");
    expect(textOf(content)).toMatch(/does not answer\. Decide by yourself/);
  });

  it("and stops it ends the turn", async () => {
    const model = scriptedModel([{ calls: [{ name: "AskUserQuestion", input: INPUT }] }]);
    const { run } = await open({ model, answer: () => ({ decision: "deny", interrupt: true }) });
    expect((await run("Go.")).end.reason).toBe("denied");
  });

  it("within the time of the settings leaves it to the model", async () => {
    const clock = fakeClock();
    const { plugin: idle, asked } = idler();
    const { run, model } = await open({
      plugins: [settingsFiles, definePlugin(toolAsk, createSetup(clock)), idle],
      settings: { askUserQuestionTimeout: "5m" },
      answer: () => undefined,
    });
    model.push({ calls: [{ name: "AskUserQuestion", input: INPUT }] }, { text: "Done." });
    const turn = run("Go.");
    await asked;
    await clock.advance(299_999);
    expect(clock.timers).toBe(1);
    await clock.advance(1);
    const [result] = (await turn).results;
    expect(result?.data).toMatchObject({ answers: {}, afkTimeoutMs: 300_000 });
    expect(textOf(result?.content ?? [])).toMatch(/within 300 seconds\. Decide by yourself/);
  });

  it("since nobody is there is a refusal that says what to do", async () => {
    const { call } = await open();
    const { outcome, content } = await call("AskUserQuestion", INPUT);
    expect(outcome).toBe("denied");
    expect(textOf(content)).toMatch(/nobody can be asked\. Decide by yourself/);
  });
});

describe("the modes", () => {
  const plugins = [filesNode, settingsFiles, permitRules, permitModes, plugin];
  const inMode = (defaultMode: string, more = {}) => ({ permissions: { defaultMode, ...more } });

  it("dontAsk asks nothing", async () => {
    const { call } = await open({ plugins, settings: inMode("dontAsk"), answer: filling({ question1: "Files" }) });
    const { outcome, content } = await call("AskUserQuestion", { questions: [STORE] });
    expect(outcome).toBe("denied");
    expect(textOf(content)).toMatch(/in the mode dontAsk nobody is asked\. Decide by yourself/);
  });

  it.each(["plan", "bypassPermissions", "acceptEdits"])("%s asks", async (mode) => {
    const { call } = await open({
      plugins,
      settings: inMode(mode, { allow: ["AskUserQuestion"] }),
      env: { IS_SANDBOX: "1" },
      answer: filling({ question1: "Files" }),
    });
    expect((await call("AskUserQuestion", { questions: [STORE] })).outcome).toBe("ok");
  });

  it("and a deny rule ask nothing", async () => {
    const { call } = await open({
      plugins,
      settings: inMode("default", { deny: ["AskUserQuestion"] }),
      answer: filling({ question1: "Files" }),
    });
    expect((await call("AskUserQuestion", { questions: [STORE] })).outcome).toBe("denied");
  });
});

describe("answers", () => {
  const answers = { "Where shall sessions be kept?": "Files" };

  it("of the model itself do not count", async () => {
    const { call } = await open();
    expect((await call("AskUserQuestion", { questions: [STORE], answers })).outcome).toBe("denied");
  });

  it("of a plugin that rewrites the call do, and nobody is asked", async () => {
    const hook = definePlugin({
      name: "hook",
      setup: () => ({ taps: { preTool: (call) => ({ ...call, input: { questions: [STORE], answers } }) } }),
    });
    const { call } = await open({ plugins: [plugin, hook] });
    expect((await call("AskUserQuestion", { questions: [STORE] })).data).toEqual({ questions: [STORE], answers });
  });

  it("of a program that answers for the person come as another input", async () => {
    const input = {
      questions: [STORE],
      answers,
      response: "and soon",
      annotations: { [STORE.question]: { notes: "for now" } },
    };
    const { call } = await open({ answer: () => ({ decision: "allow", input }) });
    const result = await call("AskUserQuestion", { questions: [STORE] });
    expect(result.data).toEqual(input);
    expect(textOf(result.content)).toBe(
      "The person has answered.\nWhere shall sessions be kept?\n  Files (for now)\nIn their own words: and soon",
    );
  });

  it("that nobody gave are said to be missing", async () => {
    const { call } = await open({ answer: "allow" });
    expect(textOf((await call("AskUserQuestion", { questions: [STORE] })).content)).toContain("left it unanswered");
  });
});

describe("the tool", () => {
  const toolsOf = ({ model }: TestKernel) => model.requests.at(-1)?.tools.map(({ name }) => name);

  it("is offered where a person is there", async () => {
    const opened = await open({ answer: "allow" });
    await opened.run("Hello");
    expect(toolsOf(opened)).toEqual(["AskUserQuestion"]);
  });

  it.each([true, false])("is offered without one only where hooks may answer: %s", async (has) => {
    const hooks = definePlugin({
      name: "hooks",
      provides: { hooks: HookEvents },
      setup: () => ({
        services: {
          hooks: {
            has: (event) => has && event === "PreToolUse",
            fire: () => Promise.reject(new Error("not asked for")),
            watch: () => () => undefined,
          },
        },
      }),
    });
    const opened = await open({ plugins: [hooks, plugin] });
    await opened.run("Hello");
    expect(toolsOf(opened)).toEqual(has ? ["AskUserQuestion"] : []);
  });

  it("costs at most 1.1 KB", async () => {
    const { run, model } = await open({ answer: "allow" });
    await run("Hello");
    expect(JSON.stringify(model.requests[0]?.tools).length).toBeLessThanOrEqual(1_100);
  });
});

/** Somebody who looks at a question and never answers. */
function idler() {
  let tell = () => {};
  const asked = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const plugin = definePlugin({
    name: "idler",
    setup: () => ({
      taps: {
        ask: (_, { signal }) => {
          tell();
          return new Promise((resolve) => signal.addEventListener("abort", () => resolve(undefined), { once: true }));
        },
      },
    }),
  });
  return { plugin, asked };
}
