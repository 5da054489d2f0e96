import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import {
  type CanUseTool,
  createSdkMcpServer,
  type HookCallback,
  InMemorySessionStore,
  type Options,
  type Query,
  query,
  type SDKMessage,
  type SDKResultMessage,
  type SDKUserMessage,
  tool,
} from "@anthropic-ai/claude-agent-sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { type ModelRequest, type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, gone, type Place, program } from "./program.ts";

// The official agent SDK, as an application has it, with Gantry in place of the program that it brings along.

let place: Place;
let server: ModelServer | undefined;
let said: string;
beforeEach(async () => {
  place = await createPlace();
  said = "";
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await place.remove();
});

async function model(reply: (number: number) => Reply): Promise<void> {
  server = await serveModel(reply);
}

function options(more: Options = {}): Options {
  const own = { PATH: process.env.PATH ?? "", HOME: place.home, TMPDIR: place.base };
  return {
    cwd: place.work,
    pathToClaudeCodeExecutable: program,
    executable: process.execPath as "node",
    env: { ...own, ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: server?.url ?? "" },
    stderr: (text) => {
      said += text;
    },
    ...more,
  };
}

/** Everything that comes, and why it ended early if it did. */
async function all(running: Query): Promise<{ readonly messages: SDKMessage[]; readonly error?: string }> {
  const messages: SDKMessage[] = [];
  try {
    for await (const message of running) messages.push(message);
    return { messages };
  } catch (thrown) {
    return { messages, error: String(thrown) };
  }
}

/** One prompt, and its result. */
async function ask(prompt: string, more: Options = {}): Promise<SDKResultMessage> {
  const { messages, error } = await all(query({ prompt, options: options(more) }));
  const result = resultsOf(messages).at(-1);
  if (!result) throw new Error(`No result came. ${error}\n${said}`);
  return result;
}

const resultsOf = (messages: readonly SDKMessage[]) => messages.filter((message) => message.type === "result");
const bash = (command: string): Reply => ({ calls: [{ name: "Bash", input: { command } }] });
const write = (file_path: string, content: string): Reply => ({
  calls: [{ name: "Write", input: { file_path, content } }],
});
const sent = (number = -1) => JSON.stringify(server?.requests.at(number)?.body);

function line(text: string, more: Partial<SDKUserMessage> = {}): SDKUserMessage {
  return { type: "user", message: { role: "user", content: text }, parent_tool_use_id: null, ...more };
}

async function* oneLine(text: string) {
  yield line(text);
}

/** Prompts that the test sends when it likes. */
function prompts() {
  const waiting: SDKUserMessage[] = [];
  let isClosed = false;
  let wake = () => {};
  return {
    send(text: string, more: Partial<SDKUserMessage> = {}) {
      waiting.push(line(text, more));
      wake();
    },
    close() {
      isClosed = true;
      wake();
    },
    async *[Symbol.asyncIterator]() {
      while (true) {
        for (const message of waiting.splice(0)) yield message;
        if (isClosed) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Reads until a message fits. */
async function until(running: Query, fits: (message: SDKMessage) => boolean): Promise<SDKMessage> {
  for (;;) {
    const { value, done } = await running.next();
    if (done) throw new Error(`It ended early. ${said}`);
    if (fits(value)) return value;
  }
}
type Raw = Extract<SDKMessage, { type: "stream_event" }>["event"];
const isResult = ({ type }: SDKMessage) => type === "result";

describe("one prompt", () => {
  test("is answered, with a bare prompt, the usual one or one of the application", async () => {
    await model(() => ({ text: "Hello." }));
    expect(await ask("Hi")).toMatchObject({ subtype: "success", result: "Hello.", num_turns: 1, is_error: false });
    expect(sent()).not.toContain("You are Gantry");
    await ask("Hi", { systemPrompt: { type: "preset", preset: "claude_code", append: "Rhyme." } });
    expect(sent()).toMatch(/You are Gantry.*Rhyme\./);
    await ask("Hi", { systemPrompt: "You are a poet." });
    expect(sent()).toContain("You are a poet.");
    expect(sent()).not.toContain("You are Gantry");
    expect(said).toBe("");
  });

  test("that fails is an error with the reason", async () => {
    await model(() => ({ status: 400, text: "Too many poems." }));
    const { messages, error } = await all(query({ prompt: "Hi", options: options() }));
    expect(resultsOf(messages)[0]).toMatchObject({ subtype: "success", is_error: true, api_error_status: 400 });
    expect(error).toContain("Too many poems.");
  });

  test("takes every option that the SDK puts on the command line", async () => {
    await model(() => ({ text: "Fine." }));
    const more: Options = {
      additionalDirectories: [place.base],
      agents: { reviewer: { description: "Reviews.", prompt: "Review." } },
      allowDangerouslySkipPermissions: true,
      allowedTools: ["Bash(ls:*)"],
      betas: ["context-1m-2025-08-07"],
      canUseTool: async () => ({ behavior: "deny", message: "No." }),
      debugFile: `${place.base}/debug.txt`,
      disallowedTools: ["Write"],
      effort: "high",
      fallbackModel: "claude-haiku-5-5",
      includeHookEvents: true,
      includePartialMessages: true,
      maxBudgetUsd: 5,
      maxTurns: 3,
      model: "claude-sonnet-5-5",
      permissionMode: "acceptEdits",
      plugins: [{ type: "local", path: place.work }],
      sessionId: "5e551011-0000-4000-8000-000000000001",
      settingSources: [],
      settings: JSON.stringify({ permissions: { deny: ["Glob"] } }),
      skills: [],
      strictMcpConfig: true,
      thinking: { type: "enabled", budgetTokens: 2_000 },
      taskBudget: { total: 50_000 },
      tools: ["Read", "Bash", "Write", "Glob"],
    };
    const { messages } = await all(query({ prompt: "Hi", options: options(more) }));
    const result = resultsOf(messages)[0];
    expect(result).toMatchObject({ subtype: "success", session_id: "5e551011-0000-4000-8000-000000000001" });
    const tools = server?.requests[0]?.body.tools as { name: string }[];
    expect(tools.map(({ name }) => name).sort()).toEqual(["Bash", "Read"]);
    const body = server?.requests[0]?.body;
    expect(body?.output_config).toEqual({ effort: "high", task_budget: { type: "tokens", total: 50_000 } });
    expect(server?.requests[0]?.headers["anthropic-beta"]).toBe("context-1m-2025-08-07,task-budgets-2026-03-13");
    expect(await place.read("../debug.txt")).toMatch(/^\d{4}-\d\d-\d\dT\S+ \[[\w-]+\] /);
    expect(said).toBe("");
    const told = messages.flatMap((message) =>
      message.type === "system" && message.subtype === "informational" ? [message.content] : [],
    );
    expect(told).toEqual(["--plugin-dir has no effect: plugins of other hosts cannot be loaded yet."]);
  });
});

describe("agents of the application", () => {
  const agents = { reviewer: { description: "Reviews changes", prompt: "You review.", tools: ["Read", "Glob"] } };
  const isReviewer = (body: Record<string, unknown>) => JSON.stringify(body.system).includes("You review.");
  const start = (more: object = {}): Reply => ({
    calls: [
      { name: "Agent", input: { description: "review", prompt: "Review it.", subagent_type: "reviewer", ...more } },
    ],
  });
  /** The agent looks once, and whoever has started it answers when it is told. */
  const replies =
    (more: object, done: Reply) =>
    (_: number, { body }: ModelRequest): Reply => {
      const said = JSON.stringify(body.messages);
      if (isReviewer(body)) {
        if (said.includes("tool_result")) return { text: "It is fine." };
        return { text: "I look.", calls: [{ name: "Glob", input: { pattern: "*" } }] };
      }
      return said.includes("tool_result") ? done : start(more);
    };

  test("work with the tools that they were given, and what they do is told under the call that has started them", async () => {
    server = await serveModel(replies({}, { text: "Reviewed." }));
    const { messages } = await all(query({ prompt: "Go", options: options({ agents }) }));
    expect(resultsOf(messages)).toMatchObject([{ subtype: "success", result: "Reviewed." }]);
    const [request] = server.requests.filter(({ body }) => isReviewer(body));
    expect(((request?.body.tools ?? []) as { name: string }[]).map(({ name }) => name).sort()).toEqual([
      "Glob",
      "Read",
    ]);
    const call = messages.flatMap((message) =>
      message.type === "assistant" && message.parent_tool_use_id === null ? message.message.content : [],
    )[0] as { id: string };
    const below = messages.filter(
      (message) => "parent_tool_use_id" in message && message.parent_tool_use_id === call.id,
    );
    expect(below.map(({ type }) => type)).toEqual(["assistant", "user"]);
    const tasks = messages.flatMap((message) =>
      message.type === "system" && message.subtype.startsWith("task_") ? [message as Record<string, unknown>] : [],
    );
    expect(tasks).toMatchObject([
      { subtype: "task_started", tool_use_id: call.id, task_type: "local_agent" },
      { subtype: "task_progress", last_tool_name: "Glob" },
      { subtype: "task_notification", status: "completed", usage: { tool_uses: 1 } },
    ]);
    expect(said).toBe("");
  });

  test("say what they say to whoever wants to hear it", async () => {
    server = await serveModel(replies({}, { text: "Reviewed." }));
    const { messages } = await all(query({ prompt: "Go", options: options({ agents, forwardSubagentText: true }) }));
    const texts = messages.flatMap((message) =>
      message.type === "assistant" && message.parent_tool_use_id !== null
        ? message.message.content.flatMap((block) => (block.type === "text" ? [block.text] : []))
        : [],
    );
    expect(texts).toEqual(["I look.", "It is fine."]);
  });

  test("in the background are waited for, and what came of them has a result of its own", async () => {
    server = await serveModel((number, request) => {
      const said = JSON.stringify(request.body.messages);
      if (!isReviewer(request.body) && said.includes("task-notification")) return { text: "It has ended." };
      return replies({ run_in_background: true }, { text: "It has begun." })(number, request);
    });
    const { messages } = await all(query({ prompt: "Go", options: options({ agents }) }));
    expect(resultsOf(messages).map((message) => "result" in message && message.result)).toEqual([
      "It has begun.",
      "It has ended.",
    ]);
  });

  test("ask the application before they change anything, and say who asks", async () => {
    server = await serveModel((_, { body }) => {
      const said = JSON.stringify(body.messages);
      if (said.includes("tool_result")) return { text: "Done." };
      return isReviewer(body) ? write("a.txt", "a") : start();
    });
    const asked: { name: string; agentID: string | undefined }[] = [];
    const canUseTool: CanUseTool = async (name, input, { agentID }) => {
      asked.push({ name, agentID });
      return { behavior: "allow", updatedInput: input };
    };
    const free = { reviewer: { description: "Reviews changes", prompt: "You review." } };
    await all(query({ prompt: oneLine("Go"), options: options({ agents: free, canUseTool }) }));
    expect(asked).toEqual([{ name: "Write", agentID: expect.any(String) }]);
    expect(existsSync(`${place.work}/a.txt`)).toBe(true);
  });
});

describe("a conversation", () => {
  test("answers prompts in the order in which they came", async () => {
    await model((number) => ({ text: `Answer ${number}.` }));
    const input = prompts();
    for (const text of ["one", "two", "three"]) input.send(text);
    input.close();
    const { messages } = await all(query({ prompt: input, options: options() }));
    expect(resultsOf(messages)).toMatchObject([
      { result: "Answer 0." },
      { result: "Answer 1." },
      { result: "Answer 2." },
    ]);
    expect(sent()).toMatch(/one.*Answer 0.*two.*Answer 1.*three/);
  });

  test("is interrupted, says what still waits, and goes on", async () => {
    await model((number) => (number === 0 ? { text: "Thinking", hangs: true } : { text: "Here." }));
    const input = prompts();
    const running = query({ prompt: input, options: options({ includePartialMessages: true }) });
    input.send("Think for ever");
    await until(running, ({ type }) => type === "stream_event");
    input.send("Still there?", { uuid: "11111111-1111-4111-8111-111111111111" });
    // A request about the line's other end comes back once what came before it was read.
    await running.mcpServerStatus();
    expect(await running.interrupt()).toEqual({ still_queued: ["11111111-1111-4111-8111-111111111111"] });
    expect(await until(running, isResult)).toMatchObject({
      subtype: "error_during_execution",
      terminal_reason: "aborted_streaming",
    });
    expect(await until(running, isResult)).toMatchObject({ subtype: "success", result: "Here." });
    input.close();
    expect((await all(running)).error).toBeUndefined();
  });

  test("changes its model and its permission mode", async () => {
    await model((number) => (number === 1 ? write("a.txt", "a") : { text: `Answer ${number}.` }));
    const input = prompts();
    const running = query({ prompt: input, options: options() });
    input.send("one");
    await until(running, isResult);
    await running.setModel("haiku");
    await running.setPermissionMode("acceptEdits");
    input.send("two");
    await until(running, (message) => message.type === "system" && message.subtype === "status");
    expect(await until(running, isResult)).toMatchObject({ subtype: "success", permission_denials: [] });
    expect(existsSync(`${place.work}/a.txt`)).toBe(true);
    await running.setModel();
    input.send("three");
    await until(running, isResult);
    expect(server?.requests.map(({ body }) => body.model)).toEqual([
      "claude-sonnet-5-5",
      "claude-haiku-5-5",
      "claude-haiku-5-5",
      "claude-sonnet-5-5",
    ]);
    await expect(running.setModel("no-such-model")).rejects.toThrow(/no-such-model/);
    await expect(running.setPermissionMode("bypassPermissions")).rejects.toThrow(/not enabled/);
    input.close();
    await all(running);
  });

  test("tells of itself: commands, models, servers, what fills the window, files", async () => {
    await model(() => ({ text: "Hello." }));
    await place.write({ "a.txt": "An apple.\n" });
    const input = prompts();
    const running = query({ prompt: input, options: options({ settings: '{"outputStyle":"Explanatory"}' }) });
    input.send("Hi");
    await until(running, isResult);
    expect((await running.supportedCommands()).map(({ name }) => name)).toContain("compact");
    expect((await running.supportedModels()).map(({ value }) => value)).toEqual(
      expect.arrayContaining(["default", "sonnet", "opus"]),
    );
    expect(await running.accountInfo()).toMatchObject({ apiKeySource: "ANTHROPIC_API_KEY" });
    expect(await running.initializationResult()).toMatchObject({
      agents: expect.arrayContaining([expect.objectContaining({ name: "Explore" })]),
      output_style: "Explanatory",
      available_output_styles: expect.arrayContaining(["default", "Explanatory"]),
    });
    expect(await running.mcpServerStatus()).toEqual([]);
    const usage = await running.getContextUsage();
    expect(usage.totalTokens).toBeGreaterThan(0);
    expect(usage.maxTokens).toBeGreaterThan(100_000);
    expect(await running.readFile("a.txt")).toMatchObject({ contents: "An apple.\n", lossy: false });
    expect(await running.readFile("/etc/passwd")).toBeNull();
    await running.applyFlagSettings({ permissions: { deny: ["Read"] } });
    input.send("And now?");
    await until(running, isResult);
    expect(sent()).not.toContain('"name":"Read"');
    input.close();
    await all(running);
  });

  test("takes back what a prompt has changed", async () => {
    await model((number) => (number % 2 ? { text: "Done." } : write("a.txt", `version ${number}`)));
    const input = prompts();
    const running = query({
      prompt: input,
      options: options({
        enableFileCheckpointing: true,
        permissionMode: "acceptEdits",
        extraArgs: { "replay-user-messages": null },
      }),
    });
    input.send("Write it.");
    const first = await until(running, (message) => message.type === "user" && "isReplay" in message);
    await until(running, isResult);
    expect(await place.read("a.txt")).toBe("version 0");
    const id = (first as SDKUserMessage).uuid as string;
    const preview = await running.rewindFiles(id, { dryRun: true });
    expect(preview).toMatchObject({ canRewind: true, filesChanged: [`${place.work}/a.txt`] });
    expect(await place.read("a.txt")).toBe("version 0");
    expect(await running.rewindFiles(id)).toMatchObject({ canRewind: true });
    expect(existsSync(`${place.work}/a.txt`)).toBe(false);
    expect(await running.rewindFiles("no-such-prompt")).toMatchObject({ canRewind: false });
    input.close();
    await all(running);
  });
});

test("an application that gives up ends the program, and the session can go on", async () => {
  await model((number) => (number ? { text: "Here again." } : { text: "Hm", hangs: true }));
  const abortController = new AbortController();
  const session = "5e551011-0000-4000-8000-000000000003";
  let child: ReturnType<typeof spawn> | undefined;
  const running = query({
    prompt: "Think for ever",
    options: options({
      abortController,
      includePartialMessages: true,
      sessionId: session,
      spawnClaudeCodeProcess: ({ command, args, cwd, env, signal }) => {
        child = spawn(command, args, { cwd, env, signal, stdio: ["pipe", "pipe", "ignore"] });
        return child as never;
      },
    }),
  });
  await until(running, ({ type }) => type === "stream_event");
  abortController.abort();
  expect((await all(running)).error).toContain("abort");
  await gone(child?.pid as number);
  expect(await ask("Still there?", { resume: session })).toMatchObject({ result: "Here again.", session_id: session });
});

/** The lines about background tasks, without those that a test does not look at. */
const tasksIn = (messages: readonly SDKMessage[]) =>
  messages.flatMap((message) =>
    message.type === "system" && /^task_|^background_/.test(message.subtype) ? [message] : [],
  );

test("a model that is overloaded has another one stand in for it", async () => {
  await model((number) => (number < 3 ? { status: 529, text: "Busy." } : { text: "Here I am." }));
  const config = JSON.stringify({ "model-retry": { firstDelayMs: 1 } });
  await place.write({ "../home/.gantry/config.json": config });
  expect(await ask("Hi", { fallbackModel: "haiku" })).toMatchObject({ subtype: "success", result: "Here I am." });
  expect(server?.requests.map(({ body }) => body.model)).toEqual([
    ...Array(3).fill("claude-sonnet-5-5"),
    "claude-haiku-5-5",
  ]);
});

test("background work that ends is told, and the model goes on", async () => {
  const echo = { command: "echo hi", run_in_background: true };
  await model((number) => (number ? { text: `Answer ${number}.` } : { calls: [{ name: "Bash", input: echo }] }));
  const input = prompts();
  const running = query({ prompt: input, options: options({ allowedTools: ["Bash(echo:*)"] }) });
  input.send("Say hi");
  const messages: SDKMessage[] = [];
  let results = 0;
  for await (const message of running) {
    messages.push(message);
    if (isResult(message)) results++;
    const isTold = tasksIn(messages).some(({ subtype }) => subtype === "task_notification");
    if (results && isTold) input.close();
  }
  const about = { task_id: "b1", tool_use_id: "call_0_0" };
  expect(tasksIn(messages)).toMatchObject([
    {
      subtype: "background_tasks_changed",
      tasks: [{ task_id: "b1", task_type: "local_bash", description: "echo hi" }],
    },
    { subtype: "task_started", ...about, description: "echo hi", task_type: "local_bash", is_backgrounded: true },
    { subtype: "task_updated", ...about, patch: { status: "completed" } },
    { subtype: "task_notification", ...about, status: "completed", output_file: expect.stringMatching(/\.txt$/) },
    { subtype: "background_tasks_changed", tasks: [] },
  ]);
});

test("what a turn waits for is moved into the background on request", async () => {
  const calls = [{ name: "Bash", input: { command: "echo ready; sleep 60" } }];
  await model((number) => (number ? { text: "Moved." } : { calls }));
  const input = prompts();
  const running = query({ prompt: input, options: options({ allowedTools: ["Bash(sleep:*)", "Bash(echo:*)"] }) });
  input.send("Sleep");
  await until(running, ({ type }) => type === "assistant");
  while (!(await running.backgroundTasks("call_0_0")));
  expect(await until(running, isResult)).toMatchObject({ subtype: "success", result: "Moved." });
  expect(sent()).toContain("The person has moved the command into the background, where it goes on as b1.");
  expect(await running.backgroundTasks("call_0_0")).toBe(false);
  await running.stopTask("b1");
  input.close();
  await all(running);
});

test("background work is stopped on request, and that is told", async () => {
  const sleep = { command: "sleep 60", run_in_background: true };
  await model((number) => (number ? { text: "Started." } : { calls: [{ name: "Bash", input: sleep }] }));
  const input = prompts();
  const running = query({ prompt: input, options: options({ allowedTools: ["Bash(sleep:*)"] }) });
  input.send("Sleep");
  await until(running, isResult);
  await running.stopTask("b1");
  const isEnd = (message: SDKMessage) => message.type === "system" && message.subtype === "task_notification";
  expect(await until(running, isEnd)).toMatchObject({ task_id: "b1", status: "stopped" });
  await expect(running.stopTask("b7")).rejects.toThrow('There is no task "b7"');
  input.close();
  await all(running);
});

test("what a session has, has used and has seen is told and changed on request", async () => {
  const edit = { file_path: `${place.work}/a.txt`, old_string: "apple", new_string: "pear" };
  await model((number) => (number === 1 ? { calls: [{ name: "Edit", input: edit }] } : { text: "Done." }));
  await place.write({ "a.txt": "An apple.\n" });
  const input = prompts();
  const guard: HookCallback = async () => ({});
  const running = query({
    prompt: input,
    options: options({
      allowedTools: ["Bash(ls:*)"],
      disallowedTools: ["WebFetch"],
      permissionMode: "acceptEdits",
      hooks: { PreToolUse: [{ matcher: "Bash", hooks: [guard] }] },
      extraArgs: { trust: null },
    }),
  });
  input.send("Hi");
  await until(running, isResult);
  await running.seedReadState("a.txt", Math.floor((await stat(`${place.work}/a.txt`)).mtimeMs));
  input.send("Change it");
  await until(running, isResult);
  expect(await place.read("a.txt")).toBe("An pear.\n");

  const usage = await running.usage_EXPERIMENTAL_MAY_CHANGE_DO_NOT_RELY_ON_THIS_API_YET();
  expect(usage).toMatchObject({
    session: { total_lines_added: 1, total_lines_removed: 1, total_cost_usd: expect.any(Number) },
    rate_limits_available: false,
  });
  expect(Object.keys(usage.session.model_usage)).toEqual(["anthropic/claude-sonnet-5-5"]);

  // The SDK has these, and its types do not tell of them.
  const untyped = running as unknown as Record<"listPermissionRules" | "getHooksListing", () => Promise<object>>;
  expect(await untyped.listPermissionRules()).toMatchObject({
    state: {
      rules: [
        { behavior: "allow", source: "cliArg", rule: "Bash(ls:*)" },
        { behavior: "deny", source: "cliArg", rule: "WebFetch" },
      ],
      originalCwd: place.work,
    },
  });
  expect(await untyped.getHooksListing()).toMatchObject({
    events: [{ name: "PreToolUse", hookCount: 1 }],
    hooks: [{ event: "PreToolUse", matcher: "Bash", type: "function", source: "sessionHook" }],
  });

  await running.updateSettings("localSettings", { outputStyle: "Explanatory" });
  expect(await place.read(".claude/settings.local.json")).toContain('"outputStyle": "Explanatory"');
  await expect(running.updateSettings("localSettings", { permissions: {} })).rejects.toThrow(/outputStyle/);
  expect((await running.reloadOutputStyles()).available_output_styles).toContain("Explanatory");
  await place.write({ ".claude/skills/tides/SKILL.md": "---\ndescription: Knows the tides\n---\nLook it up." });
  const { skills } = await running.reloadSkills();
  expect(skills).toEqual([{ name: "tides", description: "Knows the tides", argumentHint: "" }]);
  expect(await running.reloadPlugins()).toMatchObject({ plugins: [], error_count: 0 });
  const aside = running as unknown as { askSideQuestion(question: string): Promise<object> };
  expect(await aside.askSideQuestion("What was changed?")).toEqual({ response: expect.any(String), synthetic: false });
  input.close();
  expect((await all(running)).error).toBeUndefined();
});

describe("sessions", () => {
  test("go over to others with /clear, /resume and /fork", async () => {
    await model((number) => ({ text: `Answer ${number}.` }));
    const input = prompts();
    const running = query({ prompt: input, options: options() });
    const ask = async (text: string) => {
      input.send(text, { uuid: "11111111-1111-4111-8111-111111111111" });
      return (await until(running, isResult)).session_id as string;
    };
    const reset = () => until(running, ({ type }) => type === "conversation_reset");
    const first = await ask("one");
    await running.setModel("haiku");
    expect(await ask("/clear")).toBe(first);
    const cleared = await reset();
    expect(cleared).toMatchObject({ trigger: "clear", user_message_uuid: "11111111-1111-4111-8111-111111111111" });
    const second = await ask("two");
    expect(cleared).toMatchObject({ session_id: first, new_conversation_id: second });
    expect(sent()).not.toContain('"one"');
    expect(server?.requests.at(-1)?.body.model).toBe("claude-haiku-5-5");
    await ask(`/resume ${first}`);
    expect(await reset()).toMatchObject({ new_conversation_id: first });
    expect(await ask("three")).toBe(first);
    expect(sent()).toMatch(/one.*Answer 0.*three/);
    await ask("/fork");
    await reset();
    const copy = await ask("four");
    expect([first, second]).not.toContain(copy);
    expect(sent()).toMatch(/one.*three.*four/);
    input.close();
    expect((await all(running)).error).toBeUndefined();
  });

  test("go on, are copied, and go on behind an earlier answer", async () => {
    await model((number) => ({ text: `Answer ${number}.` }));
    const { messages } = await all(query({ prompt: "first", options: options() }));
    const [begun] = resultsOf(messages);
    const resume = begun?.session_id as string;
    const answer = messages.find(({ type }) => type === "assistant")?.uuid as string;
    expect(await ask("second", { resume })).toMatchObject({ session_id: resume, result: "Answer 1." });
    expect(sent()).toMatch(/first.*Answer 0.*second/);
    const fork = await ask("third", { resume, forkSession: true });
    expect(fork.session_id).not.toBe(resume);
    expect(sent()).toMatch(/first.*second.*third/);
    await ask("fourth", { resume, resumeSessionAt: answer });
    expect(sent()).toMatch(/first.*Answer 0.*fourth/);
    expect(sent()).not.toContain("second");
    expect(await ask("fifth", { continue: true })).toMatchObject({ session_id: resume });
  });

  test("that go on say at once how their model answers", async () => {
    await model((number) => ({ text: `Answer ${number}.` }));
    const input = prompts();
    input.send("first");
    input.send("/output-style Explanatory");
    input.close();
    const { messages } = await all(query({ prompt: input, options: options() }));
    const told = messages.flatMap((message) =>
      message.type === "system" && message.subtype === "local_command_output" ? [message.content] : [],
    );
    expect(told).toEqual([expect.stringContaining("Explanatory")]);
    const next = prompts();
    const resume = resultsOf(messages)[0]?.session_id as string;
    const running = query({ prompt: next, options: options({ resume }) });
    expect(await running.initializationResult()).toMatchObject({ output_style: "Explanatory" });
    next.close();
    expect((await all(running)).error).toBeUndefined();
  });

  test("are kept by the application, too, which brings them back where they are gone", async () => {
    await model((number) => ({ text: `Answer ${number}.` }));
    const sessionStore = new InMemorySessionStore();
    // The SDK takes what lies below the same folder as its own.
    const more = { sessionStore, env: { ...options().env, CLAUDE_CONFIG_DIR: `${place.home}/.claude` } };
    const { session_id: resume } = await ask("first", more);
    await rm(`${place.home}/.gantry/projects`, { recursive: true });
    expect(await ask("second", { ...more, resume })).toMatchObject({ session_id: resume, result: "Answer 1." });
    expect(sent()).toMatch(/first.*Answer 0.*second/);
    await rm(`${place.home}/.gantry/projects`, { recursive: true });
    const fork = await ask("third", { ...more, resume, forkSession: true });
    expect(sent()).toMatch(/first.*second.*third/);
    await rm(`${place.home}/.gantry/projects`, { recursive: true });
    await ask("fourth", { ...more, resume: fork.session_id });
    expect(sent()).toMatch(/first.*second.*third.*fourth/);
  });

  test("that nobody has are an error result and no answer", async () => {
    await model(() => ({ text: "Hello." }));
    const resume = "5e551011-0000-4000-8000-000000000002";
    const { messages, error } = await all(query({ prompt: "Hi", options: options({ resume }) }));
    expect(messages).toMatchObject([{ type: "result", subtype: "error_during_execution", num_turns: 0 }]);
    expect(error).toContain(`This folder has no session "${resume}"`);
    expect(server?.requests).toEqual([]);
  });
});

describe("permission questions", () => {
  test("are asked with what the call is about, and a no is told to the model", async () => {
    await model((number) => (number === 0 ? bash("npm publish") : { text: "I may not." }));
    const asked: unknown[] = [];
    const canUseTool: CanUseTool = async (name, input, { suggestions, toolUseID, decisionReason, signal }) => {
      asked.push({ name, input, suggestions, toolUseID, decisionReason, isAborted: signal.aborted });
      return { behavior: "deny", message: "Not on Fridays." };
    };
    const result = await ask("Publish it", { canUseTool });
    expect(asked).toEqual([
      {
        name: "Bash",
        input: { command: "npm publish" },
        suggestions: [
          {
            type: "addRules",
            rules: [{ toolName: "Bash", ruleContent: "npm publish:*" }],
            behavior: "allow",
            destination: "session",
          },
        ],
        toolUseID: "call_0_0",
        decisionReason: 'no rule covers "npm publish"',
        isAborted: false,
      },
    ]);
    expect(sent()).toContain("Not on Fridays.");
    expect(result).toMatchObject({ subtype: "success", permission_denials: [{ tool_name: "Bash" }] });
  });

  test("are answered with a yes to another input, which runs, and with a rule that holds from then on", async () => {
    await model((number) => (number < 2 ? bash("touch a.txt") : { text: "Done." }));
    let count = 0;
    const result = await ask("Make files", {
      canUseTool: async (_name, input, { suggestions }) => {
        count++;
        return {
          behavior: "allow",
          updatedInput: { ...input, command: "touch b.txt" },
          ...(suggestions && { updatedPermissions: suggestions }),
        };
      },
    });
    expect(result).toMatchObject({ subtype: "success", permission_denials: [] });
    expect(count).toBe(1);
    expect([existsSync(`${place.work}/a.txt`), existsSync(`${place.work}/b.txt`)]).toEqual([true, true]);
  });

  test("cannot be answered around a rule: what a yes makes of the call is judged again", async () => {
    await model((number) => (number === 0 ? bash("touch a.txt") : { text: "I may not." }));
    const result = await ask("Make a file", {
      disallowedTools: ["Bash(rm:*)"],
      canUseTool: async (_name, input) => ({ behavior: "allow", updatedInput: { ...input, command: "rm -r ." } }),
    });
    expect(result.permission_denials).toHaveLength(1);
    expect(sent()).toContain("Bash(rm:*)");
  });

  test("of the model are put to the application, and its answers are the tool's", async () => {
    const choices = [
      { label: "Files", description: "one a session" },
      { label: "Database", description: "all in one" },
    ];
    const questions = [{ question: "Where?", header: "Store", options: choices, multiSelect: false }];
    const call = { calls: [{ name: "AskUserQuestion", input: { questions } }] };
    await model((number) => (number === 0 ? call : { text: "I see." }));
    const asked: unknown[] = [];
    const { messages } = await all(
      query({
        prompt: "Keep sessions",
        options: options({
          permissionMode: "acceptEdits",
          canUseTool: async (name, input, { suggestions }) => {
            asked.push({ name, input, suggestions });
            return { behavior: "allow", updatedInput: { ...input, answers: { "Where?": "Files" } } };
          },
        }),
      }),
    );
    expect(asked).toEqual([{ name: "AskUserQuestion", input: { questions }, suggestions: [] }]);
    expect(sent()).toContain("Where?\\n  Files");
    const told = messages.find((message) => message.type === "user" && message.tool_use_result !== undefined);
    expect(told).toMatchObject({ tool_use_result: { questions, answers: { "Where?": "Files" } } });
    expect(resultsOf(messages)[0]).toMatchObject({ subtype: "success", permission_denials: [] });
  });

  test("of the model that nobody answers leave it to the model", async () => {
    const choices = [
      { label: "A", description: "" },
      { label: "B", description: "" },
    ];
    const questions = [{ question: "Which?", header: "", options: choices }];
    const call = { calls: [{ name: "AskUserQuestion", input: { questions } }] };
    await model((number) => (number === 0 ? call : { text: "A, then." }));
    expect(await ask("Choose")).toMatchObject({ subtype: "success", result: "A, then." });
    expect(sent()).toContain("Decide by yourself");
  });

  test("about a plan are put with it, and a yes may say how to go on", async () => {
    const leave = { calls: [{ name: "ExitPlanMode", input: { plan: "1. Build" } }] };
    await model((number) => (number === 0 ? leave : number === 1 ? write("a.txt", "") : { text: "Built." }));
    const asked: unknown[] = [];
    const { messages } = await all(
      query({
        prompt: "Build it",
        options: options({
          permissionMode: "plan",
          canUseTool: async (name, input) => {
            asked.push({ name, input });
            return {
              behavior: "allow",
              updatedInput: input,
              updatedPermissions: [{ type: "setMode", mode: "acceptEdits", destination: "session" }],
            };
          },
        }),
      }),
    );
    const planFilePath = expect.stringMatching(/\.claude\/plans\/\S+\.md$/);
    expect(asked).toEqual([{ name: "ExitPlanMode", input: { plan: "1. Build", planFilePath } }]);
    const told = messages.find((message) => message.type === "user" && message.tool_use_result !== undefined);
    expect(told).toMatchObject({ tool_use_result: { plan: "1. Build", filePath: planFilePath } });
    expect(resultsOf(messages)[0]).toMatchObject({ subtype: "success", result: "Built.", permission_denials: [] });
    expect(existsSync(`${place.work}/a.txt`)).toBe(true);
  });

  test("about a plan that are answered with a no leave the session planning", async () => {
    const leave = { calls: [{ name: "ExitPlanMode", input: { plan: "1. Build" } }] };
    await model((number) => (number === 0 ? leave : number === 1 ? write("a.txt", "") : { text: "Not yet." }));
    const result = await ask("Build it", {
      permissionMode: "plan",
      canUseTool: async () => ({ behavior: "deny", message: "Think of the tests." }),
    });
    expect(result.permission_denials.map(({ tool_name }) => tool_name)).toEqual(["ExitPlanMode", "Write"]);
    expect(sent(1)).toContain("Think of the tests.");
    expect(existsSync(`${place.work}/a.txt`)).toBe(false);
  });

  test("end the turn with a no that interrupts", async () => {
    await model(() => bash("npm publish"));
    const { messages, error } = await all(
      query({
        prompt: "Publish it",
        options: options({ canUseTool: async () => ({ behavior: "deny", message: "Stop.", interrupt: true }) }),
      }),
    );
    expect(resultsOf(messages)).toMatchObject([
      { subtype: "error_during_execution", terminal_reason: "aborted_tools" },
    ]);
    expect(error).toBeDefined();
    expect(server?.requests).toHaveLength(1);
  });

  test("that fail to be answered are a no", async () => {
    await model((number) => (number === 0 ? bash("npm publish") : { text: "I may not." }));
    const result = await ask("Publish it", {
      canUseTool: async () => {
        throw new Error("The window is gone.");
      },
    });
    expect(result.permission_denials).toHaveLength(1);
    expect(sent()).toContain("The window is gone.");
  });
});

describe("hooks of the application", () => {
  test("hear of every moment, keep calls from running and speak to the model", async () => {
    await model((number) => {
      if (number === 0) return { calls: [...(bash("ls").calls ?? []), ...(bash("npm publish").calls ?? [])] };
      return { text: `Answer ${number}.` };
    });
    const heard: string[] = [];
    const hear: HookCallback = async (input) => {
      heard.push(input.hook_event_name);
      return {};
    };
    const guard: HookCallback = async (input) => {
      heard.push(input.hook_event_name);
      if (input.hook_event_name !== "PreToolUse") return {};
      const { command } = input.tool_input as { command: string };
      if (command === "ls") return {};
      const decision = { permissionDecision: "deny", permissionDecisionReason: "Only on Mondays." } as const;
      return { hookSpecificOutput: { hookEventName: "PreToolUse", ...decision } };
    };
    let stops = 0;
    const result = await ask("Publish it", {
      hooks: {
        SessionStart: [{ hooks: [hear] }],
        UserPromptSubmit: [
          {
            hooks: [
              async () => ({
                hookSpecificOutput: { hookEventName: "UserPromptSubmit", additionalContext: "It is Tuesday." },
              }),
            ],
          },
        ],
        PreToolUse: [{ matcher: "Bash", hooks: [guard], timeout: 10 }],
        PostToolUse: [
          { matcher: "Bash|Read", hooks: [hear] },
          { matcher: "Write", hooks: [hear] },
        ],
        Stop: [{ hooks: [async () => (stops++ ? {} : { decision: "block", reason: "Say goodbye." })] }],
      },
    });
    expect(result).toMatchObject({ subtype: "success", result: "Answer 2." });
    expect(heard).toEqual(["SessionStart", "PreToolUse", "PreToolUse", "PostToolUse"]);
    expect(sent(0)).toContain("It is Tuesday.");
    expect(sent(1)).toContain("Only on Mondays.");
    expect(sent(2)).toContain("Say goodbye.");
  });

  test("that fail keep the call from running, unless they say otherwise", async () => {
    await model((number) => (number % 2 ? { text: "Done." } : bash(`echo ${number} > ${number}.txt`)));
    const fails: HookCallback = async () => {
      throw new Error("The guard is asleep.");
    };
    const more = { permissionMode: "acceptEdits", allowedTools: ["Bash(echo:*)", "Edit"] } as const;
    await ask("Go", { ...more, allowedTools: [...more.allowedTools], hooks: { PreToolUse: [{ hooks: [fails] }] } });
    expect(existsSync(`${place.work}/0.txt`)).toBe(false);
    expect(sent()).toContain("The guard is asleep.");
    await ask("Go", {
      ...more,
      allowedTools: [...more.allowedTools],
      hooks: { PreToolUse: [{ hooks: [fails], onFailure: "continue" }] },
    });
    expect(existsSync(`${place.work}/2.txt`)).toBe(true);
  });

  test("are told of in the stream where that is asked for", async () => {
    await model((number) => (number ? { text: "Done." } : bash("ls")));
    const { messages } = await all(
      query({
        prompt: "Look",
        options: options({ includeHookEvents: true, hooks: { PreToolUse: [{ hooks: [async () => ({})] }] } }),
      }),
    );
    const told = messages.flatMap((message) =>
      message.type === "system" && message.subtype.startsWith("hook_") ? [message] : [],
    );
    expect(told).toMatchObject([
      { subtype: "hook_started", hook_name: "PreToolUse:Bash", hook_event: "PreToolUse" },
      { subtype: "hook_response", hook_name: "PreToolUse:Bash", outcome: "success" },
    ]);
  });
});

describe("a tool inside of the application", () => {
  const add = tool("add", "Adds two numbers.", { a: z.number(), b: z.number() }, async ({ a, b }) => ({
    content: [{ type: "text", text: `The sum is ${a + b}.` }],
  }));
  const calls = (input: unknown): Reply => ({ calls: [{ name: "mcp__calc__add", input }] });

  test("is called, and its answer reaches the model", async () => {
    await model((number) => (number === 0 ? calls({ a: 2, b: 40 }) : { text: "Done." }));
    const mcpServers = { calc: createSdkMcpServer({ name: "calc", version: "1.0.0", tools: [add] }) };
    const result = await ask("Add", { mcpServers, allowedTools: ["mcp__calc__add"] });
    expect(result).toMatchObject({ subtype: "success", permission_denials: [] });
    expect(sent()).toContain("The sum is 42.");
    expect(said).toBe("");
  });

  test("asks the person, through the application", async () => {
    await model((number) =>
      number ? { text: "Done." } : { calls: [{ name: "mcp__desk__book", input: { nights: 2 } }] },
    );
    const desk = createSdkMcpServer({
      name: "desk",
      tools: [
        tool("book", "Books a room.", { nights: z.number() }, async ({ nights }) => {
          const { action, content } = await desk.instance.server.elicitInput({
            message: "Which name?",
            requestedSchema: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
          });
          return { content: [{ type: "text", text: `${action}: ${nights} nights for ${content?.name}.` }] };
        }),
      ],
    });
    const asked: unknown[] = [];
    await ask("Book it", {
      mcpServers: { desk },
      allowedTools: ["mcp__desk"],
      onElicitation: async ({ serverName, message, requestedSchema }) => {
        asked.push([serverName, message, requestedSchema]);
        return { action: "accept", content: { name: "Ann" } };
      },
    });
    expect(asked).toEqual([
      ["desk", "Which name?", { type: "object", properties: { name: { type: "string" } }, required: ["name"] }],
    ]);
    expect(sent()).toContain("accept: 2 nights for Ann.");
  });

  test("comes and goes while a session runs", async () => {
    await model((number) => (number === 1 ? calls({ a: 1, b: 2 }) : { text: "Done." }));
    const input = prompts();
    const running = query({ prompt: input, options: options({ allowedTools: ["mcp__calc"] }) });
    input.send("one");
    await until(running, isResult);
    const calc = createSdkMcpServer({ name: "calc", tools: [add] });
    expect(await running.setMcpServers({ calc })).toEqual({ added: ["calc"], removed: [], errors: {} });
    input.send("two");
    await until(running, isResult);
    expect(sent()).toContain("The sum is 3.");
    expect(await running.mcpServerStatus()).toMatchObject([
      { name: "calc", status: "connected", config: { type: "sdk", name: "calc" }, tools: [{ name: "add" }] },
    ]);
    await running.toggleMcpServer("calc", false);
    expect(await running.mcpServerStatus()).toMatchObject([{ name: "calc", status: "disabled" }]);
    await running.toggleMcpServer("calc", true);
    await running.reconnectMcpServer("calc");
    expect(await running.mcpServerStatus()).toMatchObject([{ name: "calc", status: "connected" }]);
    await expect(running.reconnectMcpServer("nobody")).rejects.toThrow(/nobody/);
    expect(await running.setMcpServers({})).toEqual({ added: [], removed: ["calc"], errors: {} });
    input.close();
    await all(running);
  });
});

describe("answers", () => {
  test("come in pieces, shaped as the Messages API streams them", async () => {
    await model((number) => (number ? { text: "Two files." } : { text: "Let me look.", ...bash("ls") }));
    const { messages } = await all(query({ prompt: "Look", options: options({ includePartialMessages: true }) }));
    const events = messages.flatMap((message): (Raw | "assistant")[] => {
      if (message.type === "stream_event") return [message.event];
      return message.type === "assistant" ? ["assistant"] : [];
    });
    expect(events.map((event) => (event === "assistant" ? event : event.type))).toEqual([
      "message_start",
      ...["content_block_start", "content_block_delta", "content_block_stop"],
      ...["content_block_start", "content_block_delta", "content_block_stop"],
      ...["assistant", "assistant", "message_delta", "message_stop"],
      "message_start",
      ...["content_block_start", "content_block_delta", "content_block_stop"],
      ...["assistant", "message_delta", "message_stop"],
    ]);
    expect(events).toMatchObject([
      { message: { id: "msg_0", role: "assistant", content: [] } },
      { index: 0, content_block: { type: "text", text: "" } },
      { delta: { type: "text_delta", text: "Let me look." } },
      { index: 0 },
      { index: 1, content_block: { type: "tool_use", id: "call_0_0", name: "Bash", input: {} } },
      { delta: { type: "input_json_delta", partial_json: '{"command":"ls"}' } },
      { index: 1 },
      "assistant",
      "assistant",
      { delta: { stop_reason: "tool_use" }, usage: { output_tokens: 5 } },
      ...events.slice(10),
    ]);
  });

  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { city: { type: "string" }, people: { type: "integer", minimum: 1 } },
    required: ["city", "people"],
    additionalProperties: false,
  };
  const outputFormat = { type: "json_schema", schema } as const;
  const answer = (input: unknown): Reply => ({ calls: [{ name: "StructuredOutput", input }] });

  test("fit the schema that is asked for, if need be after a correction and a reminder", async () => {
    const replies = [{ text: "Oslo." }, answer({ city: "Oslo", people: 0 }), answer({ city: "Oslo", people: 7 })];
    await model((number) => replies[number] ?? { text: "Done." });
    const result = await ask("Which city?", { outputFormat });
    expect(result).toMatchObject({ subtype: "success", structured_output: { city: "Oslo", people: 7 } });
    expect(sent(1)).toContain("Now call the tool StructuredOutput");
    expect(sent(2)).toContain("/people must be >= 1");
  });

  test("that never fit are an error after five attempts", async () => {
    await model(() => answer({ city: "Oslo" }));
    const { messages } = await all(query({ prompt: "Which city?", options: options({ outputFormat }) }));
    expect(resultsOf(messages)).toMatchObject([{ subtype: "error_max_structured_output_retries", is_error: true }]);
    expect(server?.requests).toHaveLength(5);
  });
});
