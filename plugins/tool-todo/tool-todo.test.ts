import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, HookEvents, type Renderer, type ResultContent, type ToolResult, textOf } from "gantry/sdk";
import { blocksText, lineText } from "gantry/sdk/kit/view-text";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitRules from "../permit-rules/index.ts";
import sessionJsonl from "../session-jsonl/index.ts";
import settingsFiles from "../settings-files/index.ts";
import plugin, { type Todo } from "./index.ts";
import setup from "./todo.ts";

let kernel: TestKernel | undefined;
afterEach(async () => {
  await kernel?.close();
  kernel = undefined;
});

const todo = (content: string, status: Todo["status"] = "pending", activeForm?: string): Todo => ({
  content,
  status,
  ...(activeForm && { activeForm }),
});
const THREE = [todo("Read", "completed"), todo("Write", "in_progress", "Writing it"), todo("Test")];

const look = definePlugin({
  name: "look",
  tools: { Look: { description: "look", input: { jsonSchema: { type: "object" } }, traits: { readOnly: true } } },
  setup: () => ({ tools: { Look: () => "seen" } }),
});

async function open(options: Partial<TestKernelOptions> = {}): Promise<TestKernel> {
  await kernel?.close();
  kernel = await createTestKernel({ plugins: [plugin, look], answer: "allow", ...options });
  return kernel;
}

/** What the plugin returns, without a kernel around it. */
const parts = async () => await setup({ use: {}, host: { env: {} } } as never);
const statusOf = async ({ session }: TestKernel) => {
  const line = await (await parts()).statusItems.todos(session);
  return line === undefined ? undefined : lineText(line);
};
const shown = async ({ run }: TestKernel) => (await run("/todos")).panel?.text;

const fired: unknown[] = [];
const hooksThat = (denied: string) =>
  definePlugin({
    name: "hooks",
    provides: { hooks: HookEvents },
    setup: () => ({
      services: {
        hooks: {
          has: () => true,
          fire: async (_, { event, input }) => {
            fired.push([event, input.task_subject]);
            return {
              decision: event === denied ? "deny" : "none",
              reason: "not yet",
              context: [],
              fields: {},
              count: 1,
            };
          },
          watch: () => () => undefined,
        },
      },
    }),
  });

describe("the list", () => {
  it("is replaced as a whole, and both are told to programs", async () => {
    const { call } = await open();
    const first = await call("TodoWrite", { todos: THREE });
    expect([textOf(first.content), first.data]).toEqual([
      "The list is kept: 1 of 3 done.",
      { oldTodos: [], newTodos: THREE },
    ]);
    const second = await call("TodoWrite", { todos: [] });
    expect([textOf(second.content), second.data]).toEqual(["The list is empty.", { oldTodos: THREE, newTodos: [] }]);
  });

  it.each([
    [{ todos: "all" }],
    [{ todos: [{ content: "", status: "pending" }] }],
    [{ todos: [{ content: "a", status: "done" }] }],
  ])("is not taken where it is none: %j", async (input) => {
    expect((await (await open()).call("TodoWrite", input)).outcome).toBe("invalid");
  });

  it("is shown by /todos and emptied by it", async () => {
    const opened = await open();
    expect(await shown(opened)).toMatch(/no todos/);
    await opened.call("TodoWrite", { todos: THREE });
    expect(await shown(opened)).toBe("[x] Read\n[ ] Write  now\n[ ] Test\n\n1 of 3 done");
    expect((await opened.run("/todos clear")).text).toBe("The list is empty.");
    expect(await statusOf(opened)).toBeUndefined();
  });

  it("says in the status line what is being done, until all is", async () => {
    const opened = await open();
    expect(await statusOf(opened)).toBeUndefined();
    await opened.call("TodoWrite", { todos: THREE });
    expect(await statusOf(opened)).toBe("▸ Writing it  1 of 3 done");
    await opened.call("TodoWrite", { todos: [todo("Read", "completed"), todo("Test")] });
    expect(await statusOf(opened)).toBe("· Test  1 of 2 done");
    await opened.call("TodoWrite", { todos: [todo("Read", "completed")] });
    expect(await statusOf(opened)).toBeUndefined();
  });

  it("is what the log says: after going on, and after going back", async () => {
    const base = await realpath(await mkdtemp(join(tmpdir(), "gantry-todo-")));
    onTestFinished(() => rm(base, { recursive: true }));
    const place = { plugins: [filesNode, sessionJsonl, plugin, look], cwd: base, env: { HOME: base } };
    const first = await open(place);
    await first.call("TodoWrite", { todos: THREE });
    const before = first.session.entries.at(-1)?.uuid ?? "";
    await first.call("TodoWrite", { todos: [todo("Other")] });
    expect(await statusOf(first)).toBe("· Other  0 of 1 done");
    first.session.rewind(before, "test");
    expect(await statusOf(first)).toBe("▸ Writing it  1 of 3 done");
    const resumed = await open({ ...place, resume: first.session.id });
    expect(await statusOf(resumed)).toBe("▸ Writing it  1 of 3 done");
  });

  it("of a log that says nonsense is empty", async () => {
    const opened = await open();
    opened.session.record("tool-todo", "todos", { todos: "all" });
    expect(await statusOf(opened)).toBeUndefined();
  });
});

describe("the model", () => {
  const contentOf = (results: readonly ToolResult[]) =>
    results.map(({ content }) => textOf(content as ResultContent[]));

  it("is reminded after twelve calls without a word about it, once, and again after twelve more", async () => {
    const { call, run, model } = await open();
    await call("TodoWrite", { todos: THREE });
    model.push(...Array.from({ length: 26 }, () => ({ calls: [{ name: "Look", input: {} }] })), { text: "Done." });
    const said = contentOf((await run("Look.")).results);
    const reminded = said.flatMap((one, at) => (one === "seen" ? [] : [at]));
    expect(reminded).toEqual([12, 24]);
    expect(said[12]).toMatch(/not changed for 12 calls: 1 of 3 done, "Write" is next/);
  });

  it("is not reminded of a list that is done", async () => {
    const { call, run, model } = await open();
    await call("TodoWrite", { todos: [todo("Read", "completed")] });
    model.push(...Array.from({ length: 14 }, () => ({ calls: [{ name: "Look", input: {} }] })), { text: "Done." });
    expect(new Set(contentOf((await run("Look.")).results))).toEqual(new Set(["seen"]));
  });

  it("reads the list anew once the conversation was shortened", async () => {
    const shorten = definePlugin({
      name: "shorten",
      setup: () => ({
        taps: {
          compact: () => ({
            summary: "Shorter.",
            messages: [{ role: "user", content: [{ type: "text", text: "so far" }] }],
          }),
        },
      }),
    });
    const { call, run, model, session } = await open({ plugins: [plugin, look, shorten] });
    await call("TodoWrite", { todos: THREE });
    await run("Go on.");
    expect(JSON.stringify(model.requests.at(-1)?.messages)).not.toContain("Your list of todos");
    expect((await session.compact()).isDone).toBe(true);
    await run("Go on.");
    expect(JSON.stringify(model.requests.at(-1)?.messages)).toContain("- Write (in_progress)");
  });
});

it.each(["plan", "dontAsk", "default"])(
  "the list is kept in the mode %s, unless a rule forbids it",
  async (defaultMode) => {
    const plugins = [filesNode, settingsFiles, permitRules, permitModes, plugin];
    const first = await open({ plugins, settings: { permissions: { defaultMode } } });
    expect((await first.call("TodoWrite", { todos: THREE })).outcome).toBe("ok");
    const second = await open({ plugins, settings: { permissions: { defaultMode, deny: ["TodoWrite"] } } });
    expect((await second.call("TodoWrite", { todos: THREE })).outcome).toBe("denied");
  },
);

describe("hooks", () => {
  it("hear of what is new and of what is done", async () => {
    fired.length = 0;
    const { call } = await open({ plugins: [hooksThat(""), plugin] });
    await call("TodoWrite", { todos: [todo("Read"), todo("Write")] });
    await call("TodoWrite", { todos: [todo("Read", "completed"), todo("Write")] });
    expect(fired).toEqual([
      ["TaskCreated", "Read"],
      ["TaskCreated", "Write"],
      ["TaskCompleted", "Read"],
    ]);
  });

  it.each(["TaskCreated", "TaskCompleted"])("that say no to %s leave the list as it was", async (event) => {
    const opened = await open({ plugins: [hooksThat(event), plugin] });
    const { outcome, content } = await opened.call("TodoWrite", { todos: [todo("Read", "completed")] });
    expect([outcome, textOf(content)]).toEqual([
      "error",
      expect.stringMatching(/^The list stays as it was: "Read".*not yet/),
    ]);
    expect(await shown(opened)).toMatch(/no todos/);
  });
});

describe("tasks one by one", () => {
  const env = { CLAUDE_CODE_ENABLE_TASKS: "1" };
  const create = (subject: string) => ({ subject, description: `${subject} well` });
  const toolsOf = ({ model }: TestKernel) => model.requests.at(-1)?.tools.map(({ name }) => name);

  it("are kept where the environment wants it, in place of the whole list", async () => {
    const opened = await open({ env });
    await opened.run("Hello");
    expect(toolsOf(opened)).toEqual(["TaskCreate", "TaskUpdate", "TaskGet", "TaskList", "Look"]);
    const plain = await open();
    await plain.run("Hello");
    expect(toolsOf(plain)).toEqual(["TodoWrite", "Look"]);
  });

  it("are made, linked, changed and taken away, on the one list", async () => {
    const opened = await open({ env });
    const { call } = opened;
    expect(await call("TaskCreate", create("Read"))).toMatchObject({
      content: [{ text: "Task #1 is on the list: Read" }],
      data: { task: { id: "1", subject: "Read" } },
    });
    await call("TaskCreate", { ...create("Write"), activeForm: "Writing", metadata: { a: 1, b: 2 } });
    await call("TaskCreate", create("Test"));
    expect(
      (await call("TaskUpdate", { taskId: "2", status: "in_progress", addBlocks: ["3"], addBlockedBy: ["1"] })).data,
    ).toEqual({
      success: true,
      taskId: "2",
      updatedFields: ["addBlocks", "addBlockedBy", "status"],
      statusChange: { from: "pending", to: "in_progress" },
      newTodos: [
        expect.objectContaining({ content: "Read", status: "pending" }),
        expect.objectContaining({ content: "Write", status: "in_progress" }),
        expect.objectContaining({ content: "Test", status: "pending" }),
      ],
    });
    expect(await statusOf(opened)).toBe("▸ Writing  0 of 3 done");
    expect(textOf((await call("TaskList", {})).content)).toBe(
      "#1 pending: Read\n#2 in_progress: Write (after #1)\n#3 pending: Test (after #2)",
    );
    await call("TaskUpdate", { taskId: "2", metadata: { a: null, c: 3 }, owner: "me", subject: "Write it" });
    expect((await call("TaskGet", { taskId: "2" })).data).toEqual({
      task: {
        id: "2",
        subject: "Write it",
        description: "Write well",
        status: "in_progress",
        activeForm: "Writing",
        metadata: { b: 2, c: 3 },
        owner: "me",
        blocks: ["3"],
        blockedBy: ["1"],
      },
    });
    await call("TaskUpdate", { taskId: "1", status: "deleted" });
    expect(textOf((await call("TaskList", {})).content)).toBe("#2 in_progress: Write it\n#3 pending: Test (after #2)");
    await call("TaskCreate", create("Ship"));
    expect(await shown(opened)).toContain("[ ] Ship");
    expect(textOf((await call("TaskList", {})).content)).toContain("#4 pending: Ship");
  });

  it("that are not there are named with those that are", async () => {
    const { call } = await open({ env });
    expect((await call("TaskGet", { taskId: "7" })).data).toEqual({ task: null });
    await call("TaskCreate", create("Read"));
    for (const change of [{ taskId: "7" }, { taskId: "1", addBlocks: ["7"] }]) {
      const { outcome, content } = await call("TaskUpdate", change);
      expect([outcome, textOf(content)]).toEqual(["error", "There is no task #7. Tasks: #1."]);
    }
  });

  it("are told to hooks by their ids", async () => {
    fired.length = 0;
    const { call } = await open({ env, plugins: [hooksThat("TaskCompleted"), plugin] });
    await call("TaskCreate", create("Read"));
    expect((await call("TaskUpdate", { taskId: "1", status: "completed" })).outcome).toBe("error");
    expect(fired).toEqual([
      ["TaskCreated", "Read"],
      ["TaskCompleted", "Read"],
    ]);
    expect((await call("TaskGet", { taskId: "1" })).data).toMatchObject({ task: { status: "pending" } });
  });
});

describe("a call of it", () => {
  it("looks like a list with what is done ticked off", async () => {
    const renderer: Renderer = (await parts()).renderers.TodoWrite;
    const { session } = await open();
    const call = { id: "1", input: { todos: THREE }, tool: { name: "TodoWrite" } };
    const result: ToolResult = { outcome: "ok", content: [], ms: 1 };
    expect(renderer.title?.({ call, session })).toBe("Write");
    expect(renderer.summary?.({ call, session, result })).toBe("1 of 3 done");
    expect(blocksText(renderer.body?.({ call, session, result }) ?? [])).toBe("[x] Read\n[ ] Write  now\n[ ] Test");
    expect(renderer.body?.({ call: { ...call, input: { todos: 7 } }, session })).toBeUndefined();
  });
});
