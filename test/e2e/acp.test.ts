import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type McpServer, methods, type SessionUpdate } from "@agentclientprotocol/sdk/unstable";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { root } from "../scripts/project.js";
import { type Editor, type EditorOptions, openEditor } from "./editor.ts";
import { type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, type Place } from "./program.ts";

// An editor made of the official SDK's client side drives the built program.

const { session } = methods.agent;

let place: Place;
let server: ModelServer | undefined;
let editor: Editor | undefined;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(async () => {
  await editor?.end("SIGKILL");
  editor = undefined;
  await server?.close();
  server = undefined;
  await place.remove();
});

async function open(replies: readonly Reply[], options: EditorOptions = {}): Promise<Editor> {
  server = await serveModel((number) => replies[number] ?? { text: "Done." });
  const env = { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: server.url, ...options.env };
  editor = await openEditor(place, { ...options, env });
  return editor;
}

async function begin(replies: readonly Reply[], options: EditorOptions = {}) {
  const opened = await open(replies, options);
  const made = await opened.agent.request(session.new, { cwd: place.work, mcpServers: [] });
  return { editor: opened, made, id: made.sessionId };
}

const call = (name: string, input: object): Reply => ({ calls: [{ name, input }] });
const kinds = (updates: readonly SessionUpdate[]) => updates.map(({ sessionUpdate }) => sessionUpdate);
const ofKind = <T extends SessionUpdate["sessionUpdate"]>(updates: readonly SessionUpdate[], kind: T) =>
  updates.filter((update) => update.sessionUpdate === kind) as Extract<SessionUpdate, { sessionUpdate: T }>[];
const said = (updates: readonly SessionUpdate[], kind: "agent_message_chunk" | "user_message_chunk") =>
  ofKind(updates, kind)
    .map(({ content }) => (content.type === "text" ? content.text : ""))
    .join("");
/** What the model was sent last, as one text. */
const lastMessages = () => JSON.stringify(server?.requests.at(-1)?.body.messages);

/** A plugin of the person's own: tools that plan and ask. */
const HELPERS = `import { definePlugin, Questions, z } from "gantry/sdk";
const traits = { readOnly: true };
export default definePlugin({
  name: "helpers",
  needs: { questions: Questions },
  tools: {
    Tasks: { description: "", input: z.object({ todos: z.array(z.unknown()) }), traits },
    Ask: { description: "", input: z.object({}), traits },
  },
  setup: ({ use }) => ({
    tools: {
      Tasks: () => "Noted.",
      Ask: async (_, call) => {
        console.log("printed by a plugin");
        const fields = [{ name: "city", type: "text", isRequired: true }];
        const form = { kind: "form", from: "the weather", message: "Where?", fields };
        const tool = { name: "Ask", owner: "helpers", description: "", input: z.object({}) };
        const answer = await use.questions.ask(call.session, { form, call: { tool, id: call.id }, turn: call.turn });
        return \`It is \${answer?.values?.city}.\`;
      },
    },
  }),
});
`;

/** What the model was sent last, tools and all. */
const lastRequest = () => JSON.stringify(server?.requests.at(-1)?.body);

describe("an editor", () => {
  test("is told what the program can do, and signs in with what the environment has", async () => {
    const { hello, agent } = await open([]);
    expect(hello).toMatchObject({ protocolVersion: 1, agentInfo: { name: "gantry" } });
    expect(hello.agentCapabilities).toMatchObject({
      loadSession: true,
      promptCapabilities: { image: true, embeddedContext: true },
      sessionCapabilities: { list: {}, resume: {}, fork: {}, close: {}, delete: {} },
    });
    expect(await agent.request(methods.agent.authenticate, { methodId: "environment" })).toEqual({});
    const unknown = agent.request(methods.agent.authenticate, { methodId: "magic" });
    await expect(unknown).rejects.toMatchObject({ code: -32602 });
  });

  test("has a prompt streamed: thoughts, text, calls with their places, and what is left on standard output is the protocol", async () => {
    await place.write({ "a.txt": "one\ntwo\n" });
    const file = path.join(place.work, "a.txt");
    const read = { thinking: "Look first.", text: "I look.", ...call("Read", { file_path: file, offset: 2 }) };
    const { editor, id } = await begin([read, { text: "It says two." }]);
    expect(await editor.prompt(id, "what is in a.txt?")).toBe("end_turn");
    const updates = editor.take();
    expect(ofKind(updates, "agent_thought_chunk")[0]).toMatchObject({ content: { text: "Look first." } });
    expect(said(updates, "agent_message_chunk")).toBe("I look.It says two.");
    const changes = ofKind(updates, "tool_call_update");
    expect(ofKind(updates, "tool_call")).toMatchObject([{ toolCallId: "call_0_0", status: "pending" }]);
    expect(changes).toContainEqual(
      expect.objectContaining({ title: "Read a.txt", kind: "read", locations: [{ path: file, line: 2 }] }),
    );
    expect(changes.map(({ status }) => status).filter(Boolean)).toEqual(["in_progress", "completed"]);
    expect(JSON.stringify(changes.at(-1)?.content)).toContain("two");
    expect(await editor.end()).toBe(0);
    for (const line of editor.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
  });

  test("is asked, with the diff; a lasting yes is not asked again", async () => {
    await place.write({ "a.txt": "one\n" });
    const file = path.join(place.work, "a.txt");
    const edit = (from: string, to: string) => call("Edit", { file_path: file, old_string: from, new_string: to });
    const replies = [call("Read", { file_path: file }), edit("one", "two"), edit("two", "three"), { text: "Edited." }];
    const { editor, id } = await begin(replies, {
      choose: ({ options }) => options.find((o) => o.optionId === "session")?.optionId,
    });
    expect(await editor.prompt(id, "edit it")).toBe("end_turn");
    expect(editor.permissions).toHaveLength(1);
    const [asked] = editor.permissions;
    expect(asked?.toolCall).toMatchObject({ kind: "edit", title: "Edit a.txt", locations: [{ path: file }] });
    expect(asked?.toolCall.content).toContainEqual({ type: "diff", path: file, oldText: "one", newText: "two" });
    expect(asked?.options.map(({ kind }) => kind)).toEqual([
      "allow_once",
      "allow_always",
      "allow_always",
      "reject_once",
    ]);
    expect(await place.read("a.txt")).toBe("three\n");
    const done = ofKind(editor.take(), "tool_call_update").filter(({ status }) => status === "completed");
    expect(done.at(-1)?.content).toEqual([{ type: "diff", path: file, oldText: "two\n", newText: "three\n" }]);
    expect(done.at(-1)?.locations).toEqual([{ path: file, line: 1 }]);
  });

  test("says no, and closes the question, which ends the turn", async () => {
    const answers = ["no", undefined];
    const bash = call("Bash", { command: "touch made" });
    const { editor, id } = await begin([bash, { text: "Not then." }, bash], { choose: () => answers.shift() });
    expect(await editor.prompt(id, "make it")).toBe("end_turn");
    const failed = ofKind(editor.take(), "tool_call_update").find(({ status }) => status === "failed");
    expect(failed?.toolCallId).toBe("call_0_0");
    expect(editor.permissions[0]?.toolCall).toMatchObject({ kind: "execute", title: "`touch made`" });
    expect(await editor.prompt(id, "make it all the same")).toBe("end_turn");
    expect(server?.requests).toHaveLength(3);
    await expect(place.read("made")).rejects.toThrow("ENOENT");
  });

  test("cancels a turn, and what waits behind it; the session goes on", async () => {
    let release = () => {};
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { editor, id } = await begin([{ text: "never", after }, { text: "Here." }]);
    const first = editor.prompt(id, "wait");
    const second = editor.prompt(id, "wait as well");
    await expect.poll(() => server?.requests.length).toBe(1);
    await editor.agent.notify(session.cancel, { sessionId: id });
    expect(await Promise.all([first, second])).toEqual(["cancelled", "cancelled"]);
    release();
    expect(await editor.prompt(id, "and now?")).toBe("end_turn");
    expect(said(editor.take(), "agent_message_chunk")).toBe("Here.");
  });

  test("cancels while it is asked", async () => {
    let ask = (_: unknown) => {};
    const asked = new Promise((resolve) => {
      ask = resolve;
    });
    const choose = () => {
      ask(undefined);
      return new Promise<undefined>(() => {});
    };
    const { editor, id } = await begin([call("Bash", { command: "touch made" })], { choose });
    const turn = editor.prompt(id, "make it");
    await asked;
    await editor.agent.notify(session.cancel, { sessionId: id });
    expect(await turn).toBe("cancelled");
  });

  test("chooses modes and models, and is told when they change", async () => {
    const { editor, made, id } = await begin([call("Write", { file_path: "b.txt", content: "b\n" })]);
    expect(made.modes).toMatchObject({ currentModeId: "default" });
    expect(made.modes?.availableModes.map((mode) => mode.id)).not.toContain("bypassPermissions");
    await editor.agent.request(session.setMode, { sessionId: id, modeId: "acceptEdits" });
    await editor.seen("current_mode_update", ({ currentModeId }) => currentModeId === "acceptEdits");
    expect(await editor.prompt(id, "write b.txt")).toBe("end_turn");
    expect([await place.read("b.txt"), editor.permissions]).toEqual(["b\n", []]);

    const models = made.configOptions?.find(({ id: option }) => option === "model");
    const values = models?.type === "select" ? models.options.flatMap((one) => ("value" in one ? one.value : [])) : [];
    const value = values.find((one) => one.startsWith("anthropic/") && one !== models?.currentValue) ?? "";
    const chosen = await editor.agent.request(session.setConfigOption, { sessionId: id, configId: "model", value });
    expect(chosen.configOptions).toContainEqual(expect.objectContaining({ id: "model", currentValue: value }));
    await editor.prompt(id, "who are you?");
    expect(server?.requests.at(-1)?.body.model).toBe(value.replace(/^[^/]*\//, ""));

    for (const params of [
      { configId: "model", value: "nobody/has-this" },
      { configId: "colour", value: "red" },
    ]) {
      const refused = editor.agent.request(session.setConfigOption, { sessionId: id, ...params });
      await expect(refused).rejects.toMatchObject({ code: -32602 });
    }
    const mode = editor.agent.request(session.setMode, { sessionId: id, modeId: "bypassPermissions" });
    await expect(mode).rejects.toMatchObject({ code: -32602 });
  });

  test("runs slash commands, and sends files and pictures along", async () => {
    await place.write({ "a.txt": "one\n" });
    const { editor, id } = await begin([]);
    const { availableCommands } = await editor.seen("available_commands_update");
    expect(availableCommands.map(({ name }) => name)).toContain("help");
    expect(await editor.prompt(id, "/help")).toBe("end_turn");
    expect(said(editor.take(), "agent_message_chunk")).toContain("/help");
    expect(await editor.prompt(id, "/no-such-thing")).toBe("refusal");
    expect(server?.requests).toHaveLength(0);

    const uri = `file://${place.work}/a%20b.txt`;
    const { usage } = await editor.agent.request(session.prompt, {
      sessionId: id,
      prompt: [
        { type: "text", text: "Look at " },
        { type: "resource_link", name: "a b.txt", uri },
        { type: "resource", resource: { uri, text: "held by the editor" } },
        { type: "image", mimeType: "image/png", data: "aGVsbG8=" },
      ],
    });
    expect(lastMessages()).toContain(`[a b.txt](${place.work}/a b.txt)`);
    expect(lastMessages()).toContain("held by the editor");
    expect(lastMessages()).toContain('"media_type":"image/png"');
    expect(usage).toMatchObject({ inputTokens: 10, outputTokens: 5, totalTokens: 15 });
  });

  test("keeps sessions in several folders apart", async () => {
    const other = path.join(place.base, "other");
    await place.write({ "a.txt": "first\n", [path.join(other, "a.txt")]: "second\n" });
    const read = call("Read", { file_path: "a.txt" });
    const { editor, id } = await begin([read, {}, read, {}]);
    const { sessionId } = await editor.agent.request(session.new, { cwd: other, mcpServers: [] });
    await editor.prompt(id, "read");
    expect(lastMessages()).toContain("first");
    await editor.prompt(sessionId, "read");
    expect(lastMessages()).toContain("second");
    expect(lastMessages()).not.toContain("first");
  });

  test("lists, loads, resumes, forks, closes and removes sessions", async () => {
    const { editor, id } = await begin([{ text: "Noted." }, { text: "Blue." }, { text: "Still blue." }]);
    await editor.prompt(id, "My colour is blue.");
    await editor.agent.request(session.close, { sessionId: id });
    const unknown = { code: -32002 };
    await expect(editor.prompt(id, "hello?")).rejects.toMatchObject(unknown);
    const { sessions } = await editor.agent.request(session.list, { cwd: place.work });
    expect(sessions).toMatchObject([{ sessionId: id, cwd: place.work, title: "My colour is blue." }]);

    editor.take();
    const place_ = { cwd: place.work, mcpServers: [] };
    const state = await editor.agent.request(session.load, { sessionId: id, ...place_ });
    expect(state?.modes).toMatchObject({ currentModeId: "default" });
    const replayed = editor.take();
    expect(said(replayed, "user_message_chunk")).toBe("My colour is blue.");
    expect(said(replayed, "agent_message_chunk")).toBe("Noted.");
    await editor.prompt(id, "Which?");
    expect(lastMessages()).toContain("My colour is blue.");

    const { sessionId: copy } = await editor.agent.request(session.fork, { sessionId: id, ...place_ });
    expect(copy).not.toBe(id);
    await editor.prompt(copy, "And here?");
    expect(lastMessages()).toContain("Which?");

    await editor.agent.request(session.close, { sessionId: copy });
    editor.take();
    await editor.agent.request(session.resume, { sessionId: copy, ...place_ });
    expect(kinds(editor.take())).not.toContain("user_message_chunk");
    await editor.agent.request(session.delete, { sessionId: copy });
    const left = await editor.agent.request(session.list, {});
    expect(left.sessions.map(({ sessionId }) => sessionId)).toEqual([id]);
    await expect(editor.agent.request(session.load, { sessionId: copy, ...place_ })).rejects.toMatchObject(unknown);
  });

  test("is asked whether it trusts a folder, and what that holds counts from then on", async () => {
    const hooks = { UserPromptSubmit: [{ hooks: [{ type: "command", command: "touch ran" }] }] };
    await place.write({ ".claude/settings.json": JSON.stringify({ hooks }) });
    const { editor, id } = await begin([], { choose: ({ options }) => options[0]?.optionId });
    await editor.prompt(id, "hello");
    expect(JSON.stringify(editor.permissions[0]?.toolCall.content)).toContain("touch ran");
    expect(await place.read("ran")).toBe("");
    await editor.prompt(id, "hello again");
    expect(editor.permissions).toHaveLength(1);
  });

  test("that cancels when it is asked about trust is asked again, and a no leaves the folder's own out", async () => {
    const hooks = { UserPromptSubmit: [{ hooks: [{ type: "command", command: "touch ran" }] }] };
    await place.write({ ".claude/settings.json": JSON.stringify({ hooks }) });
    let ask = (_: unknown) => {};
    const asked = new Promise((resolve) => {
      ask = resolve;
    });
    const answers = [new Promise<undefined>(() => {}), "leave"];
    const choose = () => {
      ask(undefined);
      return answers.shift();
    };
    const { editor, id } = await begin([], { choose });
    const turn = editor.prompt(id, "hello");
    await asked;
    await editor.agent.notify(session.cancel, { sessionId: id });
    expect(await turn).toBe("cancelled");
    expect(await editor.prompt(id, "hello")).toBe("end_turn");
    expect(await editor.prompt(id, "hello")).toBe("end_turn");
    expect(editor.permissions).toHaveLength(2);
    await expect(place.read("ran")).rejects.toThrow("ENOENT");
  });

  test("has its unsaved files read, and written by itself", async () => {
    const file = path.join(place.work, "a.txt");
    await place.write({ "a.txt": "saved\n" });
    const saved: string[] = [];
    const replies = [
      call("Read", { file_path: file }),
      call("Edit", { file_path: file, old_string: "unsaved", new_string: "edited" }),
    ];
    const { editor, id } = await begin(replies, {
      capabilities: { fs: { readTextFile: true, writeTextFile: true } },
      choose: () => "once",
      buffers: new Map([[file, "unsaved\n"]]),
      read: () => place.read("a.txt"),
      save: async (name, text) => {
        saved.push(name);
        await writeFile(name, text);
      },
    });
    await editor.prompt(id, "edit it");
    expect(lastMessages()).toContain("unsaved");
    expect([saved, await place.read("a.txt")]).toEqual([[file], "edited\n"]);
  });

  test("sees a command run in a terminal of its own, while the command runs as ever", async () => {
    const command = "echo begun; until [ -e go ]; do sleep 0.05; done; echo went; exit 3";
    const { editor, id } = await begin([call("Bash", { command })], {
      capabilities: { terminal: true },
      choose: () => "once",
    });
    const turn = editor.prompt(id, "run it");
    const { content } = await editor.seen("tool_call_update", (update) => update.content?.[0]?.type === "terminal");
    const [shown] = content ?? [];
    const terminal = () => editor.terminals.get(shown?.type === "terminal" ? shown.terminalId : "");
    await expect.poll(() => terminal()?.output).toBe("begun\n");
    await place.write({ go: "" });
    expect(await turn).toBe("end_turn");
    expect(lastMessages()).toContain("went");
    await expect.poll(terminal).toEqual({ output: "begun\nwent\n", exitCode: 3, isReleased: true });
    const ended = ofKind(editor.take(), "tool_call_update").find(({ status }) => status === "failed");
    expect(ended?.content).toEqual([shown]);
  });

  test("sees the plan, and fills in forms", async () => {
    await place.write({ [path.join(place.home, ".gantry/plugins/helpers.ts")]: HELPERS });
    const todos = [
      { content: "Look", status: "completed", activeForm: "Looking" },
      { content: "Act", status: "in_progress", priority: "high" },
    ];
    const options: EditorOptions = {
      capabilities: { elicitation: { form: {} } },
      choose: () => "once",
      fillIn: () => ({ action: "accept", content: { city: "Oslo" } }),
    };
    const opened = await open([call("Tasks", { todos }), call("Ask", {}), {}], options);
    const { sessionId } = await opened.agent.request(session.new, { cwd: place.work, mcpServers: [] });
    await opened.prompt(sessionId, "go");
    expect(ofKind(opened.updates, "plan")[0]?.entries).toEqual([
      { content: "Look", status: "completed", priority: "medium" },
      { content: "Act", status: "in_progress", priority: "high" },
    ]);
    expect(opened.elicitations).toMatchObject([
      { mode: "form", message: "the weather: Where?", requestedSchema: { properties: { city: { type: "string" } } } },
    ]);
    expect(lastMessages()).toContain("It is Oslo.");
    expect(opened.stderr).toContain("printed by a plugin");
    for (const line of opened.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
  });

  test("is asked what the model asks and whether a plan is wanted, and sees the todos", async () => {
    const choices = [
      { label: "Files", description: "one a session" },
      { label: "Database", description: "" },
    ];
    const questions = [{ question: "Where?", header: "Store", options: choices }];
    const todos = [{ content: "Build", status: "in_progress", activeForm: "Building" }];
    const replies = [
      call("AskUserQuestion", { questions }),
      call("EnterPlanMode", {}),
      call("ExitPlanMode", { plan: "# The plan" }),
      call("TodoWrite", { todos }),
      {},
    ];
    const { editor, id } = await begin(replies, { choose: ({ options }) => options[1]?.optionId });
    expect(await editor.prompt(id, "build it")).toBe("end_turn");
    expect(editor.permissions.map(({ toolCall, options }) => [toolCall.title, options[1]?.name])).toEqual([
      ["Store", "Database"],
      ["Shall it be carried out?", "Yes, and ask for each edit"],
    ]);
    expect(JSON.stringify(editor.permissions[1]?.toolCall.content)).toContain("# The plan");
    expect(lastMessages()).toMatch(/Where\?\\n {2}Database.*approved the plan/);
    const modes = ofKind(editor.updates, "current_mode_update").map(({ currentModeId }) => currentModeId);
    expect(modes).toEqual(["plan", "default"]);
    expect(ofKind(editor.updates, "plan").at(-1)?.entries).toEqual([
      { content: "Build", status: "in_progress", priority: "medium" },
    ]);
  });

  test("brings MCP servers of its own, for one session; what is wrong with one does not cost the others", async () => {
    const program = path.join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
    const opened = await open([call("mcp__everything__echo", { message: "over there" })], { choose: () => "once" });
    const mcpServers: McpServer[] = [
      { name: "everything", command: process.execPath, args: [program], env: [{ name: "KEY", value: "secret" }] },
      { type: "http", name: "bad name!", url: "http://127.0.0.1:1/mcp", headers: [] },
    ];
    const { sessionId } = await opened.agent.request(session.new, { cwd: place.work, mcpServers });
    const other = await opened.agent.request(session.new, { cwd: place.work, mcpServers: [] });
    expect(await opened.prompt(sessionId, "go")).toBe("end_turn");
    expect(lastMessages()).toContain("Echo: over there");
    expect(opened.stderr).toMatch(/not used. bad name!: /);
    await opened.prompt(other.sessionId, "hello");
    expect(lastRequest()).not.toContain("everything");
  });

  test("is told of a failed request as an error, and of a missing key as one of signing in", async () => {
    const { editor, id } = await begin([
      { status: 400, text: "No such thing." },
      { status: 401, text: "No key." },
    ]);
    await expect(editor.prompt(id, "hello")).rejects.toMatchObject({ code: -32603 });
    await expect(editor.prompt(id, "hello")).rejects.toMatchObject({ code: -32000 });
    expect(await editor.prompt(id, "hello")).toBe("end_turn");
  });
});

describe("what no editor would send", () => {
  test.each([
    ["text that is no JSON", "{nope\n", -32700],
    ["a batch", "[]\n", -32600],
    ["a number", "7\n", -32600],
    [
      "a call nested without end",
      `{"id":9,"method":"session/new","params":${"[".repeat(200_000)}${"]".repeat(200_000)}}\n`,
      -32600,
    ],
    ["a call without a version", '{"id":9,"method":"session/new"}\n', -32600],
  ])("%s is answered with an error, and the session goes on", async (_, line, code) => {
    const { editor, id } = await begin([{ text: "Fine." }]);
    await editor.write(line);
    expect(await editor.prompt(id, "hello")).toBe("end_turn");
    expect(editor.lines.map((one) => JSON.parse(one))).toContainEqual(
      expect.objectContaining({ id: null, error: expect.objectContaining({ code }) }),
    );
  });

  test("requests that make no sense are refused one by one", async () => {
    const { editor, id } = await begin([{ text: "Fine." }]);
    const ask = (method: string, params: unknown) => editor.agent.request(method, params);
    const cases: [string, unknown, number][] = [
      ["session/prompt", { sessionId: id, prompt: "text" }, -32602],
      ["session/prompt", { sessionId: id, prompt: [] }, -32602],
      ["session/prompt", { sessionId: "another", prompt: [{ type: "text", text: "x" }] }, -32002],
      ["session/new", { cwd: "relative", mcpServers: [] }, -32602],
      ["session/new", { cwd: path.join(place.work, "absent"), mcpServers: [] }, -32602],
      ["session/load", { cwd: place.work, mcpServers: [], sessionId: "../../etc/passwd" }, -32002],
      ["session/list", { cursor: "nothing" }, -32602],
      ["session/teleport", {}, -32601],
    ];
    for (const [method, params, code] of cases) await expect(ask(method, params)).rejects.toMatchObject({ code });
    expect(await editor.prompt(id, "hello")).toBe("end_turn");
  });

  test("an answer that was not offered, and a failure to ask, are a no", async () => {
    const bash = call("Bash", { command: "touch made" });
    const answers = ["everything, always", "fail"];
    const choose = () => {
      const answer = answers.shift();
      if (answer === "fail") throw new Error("the window is gone");
      return answer;
    };
    const { editor, id } = await begin([bash, bash, { text: "Not then." }], { choose });
    expect(await editor.prompt(id, "make it")).toBe("end_turn");
    expect(editor.permissions).toHaveLength(2);
    const failed = ofKind(editor.take(), "tool_call_update").filter(({ status }) => status === "failed");
    expect(failed).toHaveLength(2);
    await expect(place.read("made")).rejects.toThrow("ENOENT");
  });

  test("a message of 40 MB is refused, and the next one is read", async () => {
    const { editor, id } = await begin([{ text: "Fine." }]);
    await editor.write(`{"jsonrpc":"2.0","id":77,"method":"${"x".repeat(40 << 20)}"}\n`);
    expect(await editor.prompt(id, "hello")).toBe("end_turn");
    expect(editor.lines.some((line) => line.includes("over 33554432 bytes"))).toBe(true);
  });

  test.each([
    ["an end of the input", undefined, 0],
    ["a signal", "SIGTERM", 143],
  ] as const)(
    "%s in the midst of a turn ends the program, and the transcript has what was said",
    async (_, signal, code) => {
      const { editor, id } = await begin([{ text: "never", after: new Promise(() => {}) }]);
      editor.prompt(id, "remember this").catch(() => undefined);
      await expect.poll(() => server?.requests.length).toBe(1);
      expect(await editor.end(signal)).toBe(code);
      expect(JSON.stringify(await place.transcripts())).toContain("remember this");
    },
  );
});
