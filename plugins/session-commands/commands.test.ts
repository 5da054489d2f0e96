import { definePlugin, Exec, Files, type ListItem, type ListPanel, type Panel, SessionStore } from "gantry/sdk";
import { createTestKernel, memoryFiles, type Script, scriptedModel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import sessionCommands from "./index.ts";
import { memoryStore } from "./memory-store.ts";

const CWD = process.cwd();

let kept: ReturnType<typeof memoryStore>;
let files: Files;
let copied: { program: string; text: string | undefined }[];
let kernels: TestKernel[];
beforeEach(() => {
  kept = memoryStore();
  files = memoryFiles();
  copied = [];
  kernels = [];
});
afterEach(async () => {
  for (const kernel of kernels) await kernel.close();
});

interface Options {
  readonly script?: Script;
  readonly aside?: string;
  readonly env?: Record<string, string>;
  /** A person is there. */
  readonly isInteractive?: boolean;
}

async function open({ script, aside = "Aside.", env = {}, isInteractive = false }: Options = {}): Promise<TestKernel> {
  const exec = {
    run: async ({ file, input }: { file: string; input?: string }) => {
      if (file !== "xclip") return { exitCode: 1, isTimedOut: false };
      copied.push({ program: file, text: input });
      return { exitCode: 0, isTimedOut: false };
    },
  } as unknown as Exec;
  const platform = definePlugin({
    name: "platform",
    provides: { store: SessionStore, files: Files, exec: Exec },
    setup: () => ({ services: { store: kept.store, files, exec } }),
  });
  const answers = script ?? Array.from({ length: 9 }, (_, at) => ({ text: `Answer ${at}.` }));
  const model = scriptedModel(answers, { completions: () => ({ text: aside }) });
  const kernel = await createTestKernel({
    plugins: [platform, sessionCommands],
    model,
    cwd: CWD,
    env,
    ...(isInteractive && { answer: "allow" }),
  });
  kernels.push(kernel);
  return kernel;
}

async function session(...prompts: readonly string[]): Promise<string> {
  const kernel = await open();
  for (const prompt of prompts) await kernel.run(prompt);
  await kernel.session.close();
  return kernel.session.id;
}

function asList(panel: Panel | undefined): ListPanel {
  if (panel?.type !== "list") throw new Error("no list");
  return panel;
}

async function act(panel: Panel | undefined, at: number, key = "enter") {
  const list = asList(panel);
  const item = (await list.load())[at] as ListItem;
  const action = list.actions.find((one) => one.key === key);
  return { answer: await action?.run(item), question: action?.confirm?.(item) };
}

describe("the panel of /resume and /sessions", () => {
  it("goes on with a session, or in a copy, and shows how it ended", async () => {
    const id = await session("Fix the login", "And the logout");
    const { panel } = await (await open()).run("/continue");
    expect((await act(panel, 0)).answer).toEqual({ open: { resume: id } });
    expect((await act(panel, 0, "f")).answer).toEqual({ open: { resume: id, fork: true } });
    const [item] = await asList(panel).load();
    expect(JSON.stringify(await asList(panel).preview?.(item as ListItem, new AbortController().signal))).toMatch(
      /> Fix the login.*Answer 0\..*> And the logout.*Answer 1\./,
    );
  });

  it("renames and deletes, which is asked about", async () => {
    await session("Fix the login");
    const { panel } = await (await open()).run("/sessions");
    const { panel: form } = (await act(panel, 0, "r")).answer as { panel: Panel };
    if (form.type !== "form") throw new Error("no form");
    expect(await form.submit({ title: "Login" })).toBe("The session is called Login.");
    expect((await asList(panel).load())[0]?.title).toBe("Login");
    const { answer, question } = await act(panel, 0, "d");
    expect(question).toBe('Delete "Login" for good?');
    expect(answer).toEqual({ stay: "The session is deleted." });
    expect(await asList(panel).load()).toEqual([]);
  });
});

describe("/branch and /clear", () => {
  it("go on in a copy under a name, and name what is left behind", async () => {
    const kernel = await open();
    await kernel.run("Hello");
    const { events } = await kernel.run("/branch Another way");
    expect(events).toContainEqual({
      type: "open",
      options: { resume: kernel.session.id, fork: true, title: "Another way" },
    });
    expect((await kernel.run("/clear Old one")).events).toContainEqual({ type: "open", options: {} });
    expect(await kept.store.list({})).toMatchObject([{ title: "Old one" }]);
  });
});

describe("/tree as a panel", () => {
  it("goes on after the answer to a prompt, or before it", async () => {
    const kernel = await open();
    for (const prompt of ["One", "Two"]) await kernel.run(prompt);
    const { panel } = await kernel.run("/tree");
    expect(
      JSON.stringify(
        await asList(panel).preview?.(
          { id: (await asList(panel).load())[0]?.id ?? "", title: "" },
          new AbortController().signal,
        ),
      ),
    ).toMatch(/One.*Answer 0\./);
    expect((await act(panel, 0)).answer).toMatch(/^The conversation goes on after "One"\./);
    expect(kernel.session.messages).toMatchObject([{ role: "user" }, { content: [{ text: "Answer 0." }] }]);
    expect((await act(panel, 0, "b")).answer).toMatch(/before "One"/);
    expect(kernel.session.messages).toEqual([]);
    // What was left is still there to go back to.
    expect((await act(panel, 1)).answer).toMatch(/after "Two"/);
    expect(kernel.session.messages).toHaveLength(4);
  });
});

describe("/copy", () => {
  const code = { text: "Do this:\n```sh\nnpm test\n```\nand\n```ts\nconst a = 1;\nconst b = 2;\n```\n" };
  const env = { DISPLAY: ":0" };

  it("copies the last answer, or one before it", async () => {
    const kernel = await open({ env });
    for (const prompt of ["One", "Two"]) await kernel.run(prompt);
    expect((await kernel.run("/copy")).text).toBe("The answer is copied, 9 characters.");
    await kernel.run("/copy 2");
    expect(copied.map(({ text }) => text)).toEqual(["Answer 1.", "Answer 0."]);
    expect((await kernel.run("/copy 3")).text).toBe("There is no such answer yet.");
    expect((await kernel.run("/copy that")).text).toContain('cannot tell what "that" means');
    expect((await kernel.run("/copy 0")).text).toContain("cannot tell");
  });

  it("copies a piece of code, which a person may choose", async () => {
    const kernel = await open({ env, script: [code], isInteractive: true });
    await kernel.run("How?");
    await kernel.run("/copy 1 code 2");
    const { panel, text } = await kernel.run("/copy");
    expect(text).toContain("one of its 2 pieces of code");
    expect((await act(panel, 1)).answer).toBe("The code is copied, 8 characters.");
    expect(copied.map(({ text: one }) => one)).toEqual(["const a = 1;\nconst b = 2;", "npm test"]);
    expect((await kernel.run("/copy code")).text).toContain("has 2 pieces of code: /copy 1 code 1");
    expect((await kernel.run("/copy code 7")).text).toBe("The answer has 2 pieces of code.");
  });

  it("writes a file where no clipboard is found", async () => {
    const kernel = await open({ env: { GANTRY_HOME: "/state" } });
    await kernel.run("One");
    expect((await kernel.run("/copy")).text).toBe(
      "No program for the clipboard was found, so the answer is in /state/copied.txt.",
    );
    expect(Buffer.from((await files.read("/state/copied.txt")).bytes).toString()).toBe("Answer 0.");
  });
});

describe("/btw and /recap", () => {
  it("ask on the side, and leave the conversation as it is", async () => {
    const kernel = await open({ aside: "It said **so**." });
    await kernel.run("Fix the login");
    const before = kernel.session.messages;
    const { text } = await kernel.run("/btw What did it say?");
    expect(text).toBe("It said **so**.");
    expect((await kernel.run("/recap")).text).toBe("It said **so**.");
    expect(kernel.session.messages).toEqual(before);
    const [request] = kernel.model.completionRequests;
    expect(JSON.stringify(request?.messages)).toMatch(/Fix the login.*Answer 0\..*What did it say\?/);
    expect(request?.tools).toEqual([]);
  });

  it("answer without a question, without a conversation, and when the model gives nothing", async () => {
    const kernel = await open({ aside: "" });
    expect((await kernel.run("/btw")).text).toContain("takes a question");
    expect((await kernel.run("/recap")).text).toBe("Nothing has been said yet.");
    expect((await kernel.run("/btw Why?")).text).toBe("The model did not answer: its answer was empty.");
  });
});
