/** What a program can ask of a session beside its prompts, and how the conversation goes over to another session. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { definePlugin, defineTool, type JsonObject, z } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import commandCore from "../plugins/command-core/index.ts";
import commandExtend from "../plugins/command-extend/index.ts";
import commandFiles from "../plugins/command-files/index.ts";
import httpNode from "../plugins/http-node/index.ts";
import mcpBridge from "../plugins/mcp-bridge/index.ts";
import outputStyles from "../plugins/output-styles/index.ts";
import permitPaths from "../plugins/permit-paths/index.ts";
import seenFiles from "../plugins/seen-files/index.ts";
import sessionCommands from "../plugins/session-commands/index.ts";
import sessionJsonl from "../plugins/session-jsonl/index.ts";
import skills from "../plugins/skills/index.ts";
import toolEdit from "../plugins/tool-edit/index.ts";
import toolPlan from "../plugins/tool-plan/index.ts";
import toolRead from "../plugins/tool-read/index.ts";
import usageMeter from "../plugins/usage-meter/index.ts";
import { drive, type Line, prompt, request, success } from "./drive.ts";

const ofType = (lines: readonly Line[], type: string) => lines.filter((line) => line.type === type);

it("the plan of a session is given as it stands in its file, and as none before", async () => {
  const planned = "# Plan\n\nMove the login.";
  const run = await drive([request("1", "get_plan"), prompt("Plan")], {
    plugins: [toolPlan],
    flagSettings: { permissions: { defaultMode: "plan" } },
    script: [{ calls: [{ name: "ExitPlanMode", input: { plan: planned } }] }, { text: "Planned." }],
    respond(line) {
      if (line.request) return [success(line, { action: "cancel" })];
      if (line.type === "result") return [request("2", "get_plan")];
      if (line.response?.request_id === "2") run.stdin.end();
      return [];
    },
  });
  expect(await run.exit()).toBe(0);
  expect(run.answerTo("1")[0].response.plan).toBeNull();
  const { plan, planFilePath } = run.answerTo("2")[0].response;
  expect(plan).toBe(planned);
  expect(readFileSync(planFilePath, "utf8")).toBe(planned);
});

describe("rules and hooks", () => {
  it("are listed with where they come from", async () => {
    const allow = { type: "addRules", rules: [{ toolName: "Mail" }], behavior: "allow", destination: "session" };
    const mail = defineTool({ name: "Mail", description: "", input: z.object({}), run: () => "Sent." });
    const run = await drive([prompt("Write")], {
      script: [{ calls: [{ name: "Mail", input: {} }] }, { text: "Done." }],
      plugins: [mail],
      control: { permissionPromptTool: "stdio" },
      flagSettings: { permissions: { allow: ["Read"], deny: ["Bash(rm:*)"] } },
      respond(line) {
        if (line.request) return [success(line, { behavior: "allow", updatedPermissions: [allow] })];
        if (line.type === "result") return [request("1", "list_permission_rules")];
        if (line.response) run.stdin.end();
        return [];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")[0].response.state).toEqual({
      rules: [
        { behavior: "allow", source: "cliArg", rule: "Read", editability: "session" },
        { behavior: "allow", source: "session", rule: "Mail", editability: "session" },
        { behavior: "deny", source: "cliArg", rule: "Bash(rm:*)", editability: "session" },
      ],
      workspaceDirectories: [],
      originalCwd: run.cwd,
      managedOnly: false,
    });
  });

  it("that do not count in a folder that nobody trusts are listed as such", async () => {
    const run = await drive([request("1", "list_permission_rules")], {
      env: { HOME: join(tmpdir(), "gantry-nobody") },
      folders: [".claude"],
      files: { ".claude/settings.json": '{"permissions":{"allow":["Bash(make:*)"],"deny":["Bash(rm:*)"]}}' },
    });
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")[0].response.state.rules).toEqual(
      expect.arrayContaining([
        {
          behavior: "allow",
          source: "projectSettings",
          rule: "Bash(make:*)",
          editability: "readonly",
          notInEffect: true,
        },
        expect.objectContaining({ behavior: "deny", source: "projectSettings", rule: "Bash(rm:*)" }),
      ]),
    );
  });

  it("show what a hook runs, and no secret of it", async () => {
    const token = `ghp_${"a1B2".repeat(9)}`;
    const hooks = {
      PreToolUse: [
        {
          matcher: "Bash",
          hooks: [
            { type: "command", command: `check --key ${token}`, timeout: 5, statusMessage: "Checking" },
            { type: "http", url: "https://user:hunter2secret@example.com/", headers: { Authorization: "Bearer abc" } },
          ],
        },
      ],
    };
    const mine = { Stop: [{ hookCallbackIds: ["hook_0"] }] };
    const run = await drive([request("0", "initialize", { hooks: mine }), request("1", "get_hooks_listing")], {
      flagSettings: { hooks } as unknown as JsonObject,
    });
    expect(await run.exit()).toBe(0);
    const [{ response }] = run.answerTo("1") as [{ response: Line }];
    expect(response.events).toMatchObject([
      { name: "PreToolUse", supportsMatcher: true, hookCount: 2 },
      { name: "Stop", supportsMatcher: false, hookCount: 1 },
    ]);
    expect(response.hooks).toMatchObject([
      {
        event: "PreToolUse",
        matcher: "Bash",
        source: "flagSettings",
        type: "command",
        displayText: "Checking",
        contentLabel: "Command",
        timeout: 5,
      },
      { event: "PreToolUse", type: "http", contentLabel: "URL" },
      { event: "Stop", matcher: "", source: "sessionHook", type: "function" },
    ]);
    expect(response.policy).toMatchObject({ allDisabled: false, managedOnly: false, policyHookCount: 0 });
    expect(response.eventCatalog.length).toBeGreaterThan(30);
    const said = JSON.stringify(response);
    for (const secret of [token, "hunter2secret", "Bearer abc"]) expect(said).not.toContain(secret);
  });

  it("say of a hook that is turned off that it is", async () => {
    const hooks = { Stop: [{ hooks: [{ type: "command", command: "true" }] }] };
    const run = await drive([request("1", "get_hooks_listing")], { flagSettings: { hooks, disableAllHooks: true } });
    expect(await run.exit()).toBe(0);
    const [{ response }] = run.answerTo("1") as [{ response: Line }];
    expect(response.hooks).toMatchObject([{ event: "Stop", disabled: true }]);
    expect(response.policy).toMatchObject({ allDisabled: true, disabledByPolicy: false });
  });
});

describe("figures", () => {
  it("tell what the session has used, and what it has changed", async () => {
    const run = await drive([prompt("Change it")], {
      files: { "a.txt": "one\ntwo\n" },
      script: [
        { calls: [{ name: "Read", input: { file_path: "a.txt" } }] },
        { calls: [{ name: "Edit", input: { file_path: "a.txt", old_string: "two\n", new_string: "2\n3\n" } }] },
        { text: "Done." },
      ],
      plugins: [usageMeter, commandCore, seenFiles, toolRead, toolEdit, permitPaths],
      flagSettings: { permissions: { allow: ["Edit"] } },
      respond(line) {
        if (line.type === "result") return [request("1", "get_usage"), request("2", "get_session_cost")];
        if (run.answerTo("1").length && run.answerTo("2").length) run.stdin.end();
        return [];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")[0].response).toMatchObject({
      session: {
        total_lines_added: 2,
        total_lines_removed: 1,
        model_usage: { "scripted/script": { outputTokens: expect.any(Number) } },
      },
      rate_limits_available: false,
      rate_limits: null,
      behaviors: null,
    });
    expect(run.answerTo("2")[0].response.text).toContain("3 requests");
  });

  it("that nobody counts are an error, and no zeros", async () => {
    const run = await drive([request("1", "get_usage"), request("2", "get_session_cost")]);
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toMatchObject([{ subtype: "error", error: expect.stringContaining("No plugin") }]);
    expect(run.answerTo("2")).toMatchObject([{ subtype: "error", error: expect.stringContaining("No plugin") }]);
  });
});

describe("what cannot be done", () => {
  it.each([
    ["reload_plugins", { add_plugins: [{ type: "local", path: "/x" }] }, "cannot be loaded yet"],
    ["reload_skills", {}, "No plugin reads skills"],
    ["set_cwd", { path: "/" }, "A session stays in its folder"],
    ["side_question", { question: "Why?" }, "No plugin answers"],
    ["side_question", { question: " " }, "question"],
    ["generate_session_title", {}, "description"],
    ["set_prompt_suggestions_paused", { paused: "yes" }, "paused"],
    ["mcp_call", { tool: "mcp__a__b" }, "No plugin speaks MCP"],
    ["mcp_read_resource", { serverName: "a", uri: "file:///etc/passwd" }, "ui://"],
    ["update_settings", { source: "localSettings", settings: { permissions: {} } }, '"'],
    ["update_settings", { source: "localSettings", settings: { outputStyle: "Poet" } }, "not trusted"],
    ["update_settings", { source: "userSettings", settings: { effortLevel: "max" } }, "effortLevel"],
    ["update_settings", { source: "policySettings", settings: {} }, "source"],
    ["rename_session", { title: "  " }, "title"],
    ["rename_session", { title: "New", session_id: "another" }, "keeps its name"],
    ["seed_read_state", { path: "a.txt", mtime: 1 }, "No plugin"],
  ])("is said: %s %j", async (subtype, more, reason) => {
    const run = await drive([request("1", subtype, more)]);
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toEqual([{ subtype: "error", request_id: "1", error: expect.stringContaining(reason) }]);
  });
});

describe("plugins that are set up anew", () => {
  const mail = defineTool({
    name: "Mail",
    description: "",
    input: z.object({}),
    traits: { readOnly: true },
    run: () => "Sent.",
  });
  const mailing = [{ calls: [{ name: "Mail", input: {} }] }, { text: "Done." }];

  it("keep what the application forbids, what it says and whom it asks, however often", async () => {
    const hooks = { PreToolUse: [{ matcher: "Mail", hookCallbackIds: ["no"] }] };
    const prompts = ["one", "/reload", "two", "/reload", "three"].map((text) => prompt(text));
    const run = await drive([request("1", "initialize", { systemPrompt: "Be odd.", hooks }), ...prompts], {
      plugins: [mail, commandExtend],
      script: [...mailing, ...mailing, ...mailing],
      respond(line) {
        if (line.type === "result" && run.results().length === prompts.length) run.stdin.end();
        if (line.request?.subtype !== "hook_callback") return [];
        return [success(line, { decision: "block", reason: "no mail" })];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(run.lines.filter(({ request }) => request?.callback_id === "no")).toHaveLength(3);
    expect(JSON.stringify(run.lines)).not.toContain("Sent.");
    expect(run.model.requests.map(({ system }) => system.map(({ text }) => text))).toEqual(Array(6).fill(["Be odd."]));
  });
});

describe("what lies in files", () => {
  const skill = "---\ndescription: Knows the tides\n---\nLook it up.";
  const command = "---\ndescription: Says hello\n---\nHello.";

  it("is read anew, and told", async () => {
    const run = await drive([prompt("one")], {
      plugins: [skills, commandFiles],
      files: {},
      respond(line) {
        if (line.type === "result") {
          mkdirSync(join(run.cwd, ".claude/skills/tides"), { recursive: true });
          mkdirSync(join(run.cwd, ".claude/commands"), { recursive: true });
          writeFileSync(join(run.cwd, ".claude/skills/tides/SKILL.md"), skill);
          writeFileSync(join(run.cwd, ".claude/commands/hello.md"), command);
          return [request("1", "reload_skills")];
        }
        if (line.response?.request_id === "1") return [request("2", "reload_plugins", { refuse_if_busy: true })];
        if (line.response?.request_id === "2") run.stdin.end();
        return [];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")[0].response).toEqual({
      skills: [{ name: "tides", description: "Knows the tides", argumentHint: "" }],
    });
    const { response } = run.answerTo("2")[0];
    expect(response).toMatchObject({ agents: [], plugins: [], mcpServers: [], error_count: 0 });
    expect(response.commands.map(({ name }: Line) => name)).toEqual(expect.arrayContaining(["tides", "hello"]));
  });

  it("is not read anew while a turn runs, where that is not wanted", async () => {
    let finish = () => {};
    const after = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const run = await drive([prompt("one")], {
      script: [{ text: "Long.", after }],
      respond(line) {
        if (line.subtype === "init") return [request("1", "reload_plugins", { refuse_if_busy: true })];
        if (line.type === "control_response") finish();
        if (line.type === "result") run.stdin.end();
        return [];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toMatchObject([{ error: expect.stringContaining("A turn is running") }]);
  });
});

describe("questions to a model on the side", () => {
  it("are answered, with those before, and stay out of the conversation", async () => {
    const history = [{ question: "Is it late?", response: "No." }];
    const run = await drive([prompt("one")], {
      plugins: [sessionJsonl, sessionCommands],
      respond(line) {
        if (line.type === "result")
          return [
            request("1", "side_question", { question: "And now?", history }),
            request("2", "generate_session_title", { description: "Mend the parser of dates", persist: true }),
            request("3", "set_prompt_suggestions_paused", { paused: true }),
          ];
        if (run.lines.filter(({ type }) => type === "control_response").length === 3) run.stdin.end();
        return [];
      },
    });
    expect(await run.exit()).toBe(0);
    const texts = [run.answerTo("1")[0].response.response, run.answerTo("2")[0].response.title];
    expect(texts.map((text: string) => text.replace(/\d/, "N"))).toEqual(["Answer N.", "Answer N"]);
    expect(run.answerTo("1")[0].response.synthetic).toBe(false);
    expect(JSON.stringify(run.model.requests)).toMatch(/Asked on the side before: Is it late.*And now\?/);
    expect(run.answerTo("3")).toMatchObject([{ subtype: "success" }]);
    expect(run.results()).toHaveLength(1);
  });
});

describe("settings that are kept", () => {
  it("are the style of this folder, which counts at once, and the effort of the person", async () => {
    const run = await drive(
      [
        request("1", "update_settings", { source: "localSettings", settings: { outputStyle: "Explanatory" } }),
        request("2", "update_settings", { source: "localSettings", settings: { outputStyle: "None" } }),
        request("3", "update_settings", { source: "userSettings", settings: { effortLevel: "low" } }),
        request("4", "reload_output_styles"),
        prompt("Hi"),
      ],
      { plugins: [outputStyles], env: { GANTRY_TRUST: "1" } },
    );
    await run.exit();
    expect(run.answerTo("1")).toMatchObject([{ subtype: "success" }]);
    expect(run.answerTo("2")).toMatchObject([{ subtype: "error", error: expect.stringContaining("Explanatory") }]);
    expect(run.answerTo("3")).toMatchObject([{ subtype: "success" }]);
    expect(run.answerTo("4")[0].response.available_output_styles).toContain("Explanatory");
    expect(run.lines.find(({ subtype }) => subtype === "init")).toMatchObject({ output_style: "Explanatory" });
    const read = (name: string) => JSON.parse(readFileSync(join(run.cwd, ".claude", name), "utf8"));
    expect(read("settings.local.json")).toEqual({ outputStyle: "Explanatory" });
    expect(read("settings.json")).toEqual({ effortLevel: "low" });
  });

  it("are not written where this run does not read them", async () => {
    const run = await drive(
      [request("1", "update_settings", { source: "userSettings", settings: { effortLevel: "low" } })],
      { flagSettings: { settingSources: "project" } },
    );
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toMatchObject([{ error: expect.stringContaining("--setting-sources") }]);
    expect(existsSync(join(run.cwd, ".claude/settings.json"))).toBe(false);
  });
});

describe("a file that the program has seen", () => {
  it.each([
    ["need not be read again before an edit", 0, true],
    ["has to be read again where it has changed since", -1_000, false],
  ])("%s", async (_, later, isSeen) => {
    const edit = { name: "Edit", input: { file_path: "a.txt", old_string: "one", new_string: "two" } };
    const run = await drive([], {
      files: { "a.txt": "one\n" },
      script: [{ calls: [edit] }, { text: "Done." }],
      plugins: [seenFiles, toolEdit, toolRead, permitPaths],
      flagSettings: { permissions: { allow: ["Edit"] } },
      respond: (line) => void (line.type === "result" && run.stdin.end()),
    });
    const { mtimeMs } = statSync(join(run.cwd, "a.txt"));
    run.put(request("1", "seed_read_state", { path: "a.txt", mtime: Math.floor(mtimeMs) + later }));
    run.put(prompt("Change it"));
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toMatchObject([{ subtype: "success", response: { seeded: isSeen } }]);
    expect(readFileSync(join(run.cwd, "a.txt"), "utf8")).toBe(isSeen ? "two\n" : "one\n");
  });

  it("is one that the model may read", async () => {
    const run = await drive([request("1", "seed_read_state", { path: "a.txt", mtime: Number.MAX_SAFE_INTEGER })], {
      files: { "a.txt": "one\n" },
      plugins: [seenFiles, toolRead, permitPaths],
      flagSettings: { permissions: { deny: ["Read(a.txt)"] } },
    });
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toMatchObject([{ error: expect.stringContaining("may not be read") }]);
  });
});

describe("a tool of an MCP server", () => {
  const fixture = fileURLToPath(new URL("../plugins/mcp-bridge/fixtures/server.mjs", import.meta.url));
  const servers = { hand: { command: process.execPath, args: [fixture] }, inside: { type: "sdk", name: "inside" } };
  const settings = (permissions: JsonObject): JsonObject => ({
    mcpConfig: [JSON.stringify({ mcpServers: servers })],
    permissions,
  });
  const echo = { tool: "mcp__hand__echo", arguments: { text: "hello" } };
  const call = (more: object) => request("1", "mcp_call", { ...echo, ...more });
  const called = async (asked: object, permissions: JsonObject = { allow: ["mcp__hand"] }) => {
    const run = await drive([asked], { plugins: [httpNode, mcpBridge], flagSettings: settings(permissions) });
    expect(await run.exit()).toBe(0);
    return { ...run, answer: run.answerTo("1")[0] };
  };

  it("is called without a model, and its server is started for it", async () => {
    const { answer, model } = await called(call({}));
    expect(answer).toMatchObject({ subtype: "success", response: { content: [{ type: "text" }] } });
    expect(answer.response.result).toContain("hello");
    expect(model.requests).toEqual([]);
  });

  it("does not run against a rule, nor where nobody says yes", async () => {
    expect((await called(call({}), { deny: ["mcp__hand__echo"] })).answer.error).toMatch(/^The tool did not run: /);
    expect((await called(call({ check_permissions: true }), {})).answer.error).toMatch(/^The tool did not run: /);
  });

  it("is asked for, and runs with a yes", async () => {
    const run = await drive([call({})], {
      plugins: [httpNode, mcpBridge],
      flagSettings: settings({}),
      control: { permissionPromptTool: "stdio" },
      respond(line) {
        if (line.response?.request_id === "1") run.stdin.end();
        if (line.request?.subtype !== "can_use_tool") return [];
        expect(line.request).toMatchObject({ tool_name: "mcp__hand__echo", input: { text: "hello" } });
        return [success(line, { behavior: "allow", updatedInput: { text: "changed" } })];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")[0].response.result).toContain("changed");
  });

  it.each([
    [{ tool: "mcp__inside__add" }, "inside of the application"],
    [{ tool: "mcp__nobody__add" }, "no MCP server"],
    [{ tool: "Bash" }, "no MCP server"],
    [{ tool: "mcp__hand__sing" }, "has no tool"],
    [{ expires_at: "2020-01-01T00:00:00Z" }, "too late"],
    [{ expires_at: "soon" }, "too late"],
    [{ output_files: [] }, "output_files"],
    [{ check_permissions: "no" }, "check_permissions"],
    [{ tool: "mcp__hand__slow", timeout_ms: 1 }, "ended before"],
  ])("that cannot be called is an error that says so: %j", async (more, reason) => {
    expect((await called(call(more))).answer).toMatchObject({
      subtype: "error",
      error: expect.stringContaining(reason),
    });
  });
});

describe("a folder that comes with a yes", () => {
  const look = defineTool({
    name: "Look",
    description: "",
    input: z.object({ file_path: z.string() }),
    permission: { family: "Read", path: "file_path" },
    run: (_, { session }) => session.folders.join(" "),
  });

  it.each([
    ["is one of the session from then on", "lib", "addDirectories", ["lib"], undefined],
    ["is not, where it steers programs", ".git", "addDirectories", [], "steers programs"],
    ["is not, where there is none", "none", "addDirectories", [], "no folder"],
    ["is not taken away, where it is none", "lib", "removeDirectories", [], "no folder of the session"],
    ["stays, where the session began", ".", "removeDirectories", [], "and stays"],
  ])("%s: %s", async (_, name, type, added, reason) => {
    const run = await drive([prompt("Look")], {
      folders: ["lib", ".git"],
      script: [{ calls: [{ name: "Look", input: { file_path: "/etc/hosts" } }] }, { text: "Done." }],
      plugins: [look],
      control: { permissionPromptTool: "stdio" },
      respond(line) {
        if (line.type === "result") return [request("1", "list_permission_rules")];
        if (line.response) run.stdin.end();
        if (line.request?.subtype !== "can_use_tool") return [];
        const update = { type, directories: [join(run.cwd, name)], destination: "session" };
        return [success(line, { behavior: "allow", updatedPermissions: [update] })];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(run.results()).toMatchObject([{ permission_denials: [] }]);
    const { workspaceDirectories } = run.answerTo("1")[0].response.state;
    expect(workspaceDirectories).toEqual(added.map((one) => ({ path: join(run.cwd, one), source: "session" })));
    const told = run.lines.filter(({ level }) => level === "warning").map(({ content }) => content);
    expect(told).toEqual(reason ? [expect.stringContaining(reason)] : []);
  });

  it("is none any more, once it is taken away", async () => {
    const run = await drive([prompt("Look")], {
      folders: ["lib"],
      script: [{ calls: [{ name: "Look", input: { file_path: "/etc/hosts" } }] }, { text: "Done." }],
      plugins: [look],
      control: { permissionPromptTool: "stdio" },
      respond(line) {
        if (line.type === "result") return [request("1", "list_permission_rules")];
        if (line.response) run.stdin.end();
        if (line.request?.subtype !== "can_use_tool") return [];
        const directories = [join(run.cwd, "lib")];
        const updates = ["addDirectories", "removeDirectories"].map((type) => ({ type, directories }));
        return [success(line, { behavior: "allow", updatedPermissions: updates })];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")[0].response.state.workspaceDirectories).toEqual([]);
    expect(run.lines.filter(({ level }) => level === "warning")).toEqual([]);
  });
});

describe("a command that asks for another session", () => {
  const plugins = [sessionJsonl, sessionCommands];
  const uuid = "11111111-1111-4111-8111-111111111111";
  const sessionsOf = (lines: readonly Line[]) => ofType(lines, "result").map(({ session_id }) => session_id);

  it("has the conversation begin anew, and says so before the next turn", async () => {
    const run = await drive(
      [prompt("one"), prompt("/clear", { uuid }), prompt("two"), request("late", "rename_session", { title: "x" })],
      { plugins },
    );
    expect(await run.exit()).toBe(0);
    const [first, cleared, second] = sessionsOf(run.lines);
    expect(cleared).toBe(first);
    expect(second).not.toBe(first);
    expect(ofType(run.lines, "conversation_reset")).toMatchObject([
      { session_id: first, new_conversation_id: second, trigger: "clear", user_message_uuid: uuid },
    ]);
    const order = run.lines.flatMap(({ type, subtype, session_id }) =>
      subtype === "init" || type === "result" || type === "conversation_reset" ? [[subtype ?? type, session_id]] : [],
    );
    expect(order).toEqual([
      ["init", first],
      ["success", first],
      ["init", first],
      ["success", first],
      ["conversation_reset", first],
      ["init", second],
      ["success", second],
    ]);
    expect(JSON.stringify(run.model.requests.at(-1)?.messages)).not.toContain("one");
  });

  it("goes back to an earlier session, or on in a copy", async () => {
    let first = "";
    const run = await drive([prompt("one"), prompt("/clear"), prompt("two")], {
      plugins,
      respond(line) {
        if (line.type !== "result") return [];
        const done = run.results().length;
        first ||= line.session_id;
        if (done === 3) return [prompt(`/resume ${first}`), prompt("three"), prompt("/fork"), prompt("four")];
        if (done === 7) run.stdin.end();
        return [];
      },
    });
    expect(await run.exit()).toBe(0);
    const ids = sessionsOf(run.lines);
    expect(ids[4]).toBe(first);
    expect(new Set(ids).size).toBe(3);
    const resets = ofType(run.lines, "conversation_reset");
    expect(resets.map(({ new_conversation_id }) => new_conversation_id)).toEqual([ids[2], ids[4], ids[6]]);
    expect(resets.map(({ trigger }) => trigger)).toEqual(["clear", undefined, undefined]);
    const last = JSON.stringify(run.model.requests.at(-1)?.messages);
    expect(last).toMatch(/one.*three.*four/);
    expect(last).not.toContain("two");
  });

  it("keeps what the program has chosen: its model, its mode, its hooks", async () => {
    const hooks = { SessionEnd: [{ hookCallbackIds: ["end"] }] };
    const run = await drive(
      [
        request("0", "initialize", { hooks, title: "Mine" }),
        request("1", "set_permission_mode", { mode: "plan" }),
        prompt("/clear"),
        prompt("two"),
      ],
      {
        plugins,
        respond(line) {
          if (line.request?.subtype === "hook_callback") return [success(line, {})];
          if (run.results().length === 2) run.stdin.end();
          return [];
        },
      },
    );
    expect(await run.exit()).toBe(0);
    expect(run.lines.findLast(({ subtype }) => subtype === "init")).toMatchObject({ permissionMode: "plan" });
    const heard = run.lines.flatMap((line) => (line.request ? [line.request.input] : []));
    expect(heard[0]).toMatchObject({ hook_event_name: "SessionEnd", reason: "clear" });
  });

  it("goes on as it was where that session cannot be opened", async () => {
    const elsewhere = definePlugin({
      name: "elsewhere",
      commands: { elsewhere: { description: "Go somewhere else." } },
      setup: () => ({ commands: { elsewhere: () => ({ open: { resume: "none" } }) } }),
    });
    const run = await drive([prompt("one"), prompt("/elsewhere"), prompt("two")], {
      plugins: [sessionJsonl, elsewhere],
    });
    expect(await run.exit()).toBe(1);
    expect(new Set(sessionsOf(run.lines)).size).toBe(1);
    expect(ofType(run.lines, "conversation_reset")).toEqual([]);
    expect(run.complaints()).toMatchObject([{ content: expect.stringContaining("none") }]);
    expect(JSON.stringify(run.model.requests.at(-1)?.messages)).toMatch(/one.*two/);
  });

  it("is mirrored, each session under its own name", async () => {
    const run = await drive([prompt("one"), prompt("/clear"), prompt("two")], {
      plugins,
      headless: { mirror: true },
    });
    expect(await run.exit()).toBe(0);
    const [first, , second] = sessionsOf(run.lines);
    const said = (id: string) =>
      JSON.stringify(ofType(run.lines, "transcript_mirror").filter(({ filePath }) => filePath.includes(id)));
    expect(said(first)).toContain("one");
    expect(said(first)).not.toContain("two");
    expect(said(second)).toContain("two");
    expect(said(second)).not.toContain('"one"');
  });
});
