/** A conversation in lines with requests beside it, from the bytes that come in to the lines that go out. */
import { join } from "node:path";
import fc from "fast-check";
import { definePlugin, defineTool, PromptSuggestions, z } from "gantry/sdk";
import type { ScriptedAnswer } from "gantry/sdk/testing";
import { describe, expect, it, vi } from "vitest";
import { drive, type Line, prompt, request, success } from "./drive.ts";

const deep = (subtype: string) =>
  `{"type":"control_request","request_id":"deep","request":{"subtype":"${subtype}","hooks":${"[".repeat(50_000)}${"]".repeat(50_000)}}}`;
const mail = defineTool({
  name: "Mail",
  description: "Send mail.",
  input: z.object({ to: z.string() }),
  run: ({ to }) => `Sent to ${to}.`,
});
const mailing: readonly ScriptedAnswer[] = [{ calls: [{ name: "Mail", input: { to: "Ann" } }] }, { text: "Done." }];

describe("lines that come in", () => {
  it("are answered one by one, whatever stands between them", async () => {
    const run = await drive([
      "",
      prompt("one"),
      "no JSON",
      "[1]",
      '{"type":"user"}',
      deep("initialize"),
      { type: "user", message: { role: "user", content: [{ type: "video" }] } },
      { type: "keep_alive" },
      { type: "sing" },
      Buffer.from([0xff, 0xfe, 0x0a]),
      prompt("two"),
      { type: "control_response", response: { subtype: "success", request_id: "nobody", response: {} } },
      { type: "control_cancel_request", request_id: "nobody" },
      { type: "control_sing" },
    ]);
    expect(await run.exit()).toBe(1);
    expect(run.results().map(({ result }) => result)).toEqual(["Answer 0.", "Answer 1."]);
    expect(run.complaints().map(({ content }) => content)).toEqual([
      'Line 3 of standard input is no JSON: "no JSON"',
      'Line 4 of standard input is no JSON object: "[1]"',
      expect.stringContaining('A line of the type "user" is no prompt'),
      "Line 6 of standard input is nested more than 200 deep.",
      expect.stringContaining("is no prompt"),
      'A line of the type "sing" came, which nobody here understands.',
      expect.stringContaining("Line 10 of standard input is no JSON"),
      expect.stringContaining('"control_sing"'),
    ]);
    expect(run.err()).toContain("gantry: Line 3 of standard input is no JSON");
  });

  it("may come in any pieces, and the last without a line end", async () => {
    const bytes = Buffer.from(`${JSON.stringify(prompt("für Ännchen"))}\n${JSON.stringify(prompt("日本"))}`);
    const run = await drive([...bytes].map((byte) => Buffer.from([byte])));
    expect(await run.exit()).toBe(0);
    expect(run.results()).toHaveLength(2);
    expect(JSON.stringify(run.model.requests.at(-1)?.messages)).toMatch(/für Ännchen.*日本/);
  });

  it("may hold something to say with the next prompt", async () => {
    const run = await drive([prompt("It rains.", { shouldQuery: false }), prompt("Shall I go?")]);
    expect(await run.exit()).toBe(0);
    expect(run.results()).toHaveLength(1);
    expect(JSON.stringify(run.model.requests[0]?.messages)).toMatch(/It rains.*Shall I go/);
  });

  it("are told to be none where nothing comes", async () => {
    const run = await drive([]);
    await expect(run.exit()).rejects.toMatchObject({ code: "GANTRY_HEADLESS_PROMPT" });
  });

  it("end a run that is ended from outside, without a result", async () => {
    const run = await drive([prompt("one")], {
      script: [{ text: "x", after: new Promise(() => {}) }],
      respond: (line) => void (line.subtype === "init" && run.abort.abort("SIGTERM")),
    });
    expect(await run.exit()).toBe(143);
    expect(run.results()).toEqual([]);
  });
});

describe("a run that waits", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ])("ends at %s with %i", async (signal, code) => {
    const run = await drive([prompt("one")], {
      respond: (line) => void (line.type === "result" && run.abort.abort(signal)),
    });
    expect(await run.exit()).toBe(code);
    expect(run.results()).toHaveLength(1);
  });
});

describe("requests", () => {
  it("are answered each once, known or not, good or bad", async () => {
    const run = await drive([
      request("1", "initialize", { hooks: null }),
      request("2", "fly_to_the_moon"),
      request("3", "set_model", { model: 7 }),
      request("4", "set_permission_mode", { mode: "chaos" }),
      { type: "control_request", request_id: "5" },
      { type: "control_request", request_id: 6, request: { subtype: "interrupt" } },
      request("7", "constructor"),
      request("8", "stop_task", { task_id: "b9" }),
      request("9", "rewind_files", { user_message_id: "x" }),
      prompt("one"),
    ]);
    expect(await run.exit()).toBe(1);
    expect(run.answerTo("1")).toMatchObject([
      { subtype: "success", response: { commands: [{ name: "hooks" }], agents: [] } },
    ]);
    for (const id of ["2", "3", "4", "5", "7", "8", "9"]) {
      expect(run.answerTo(id)).toEqual([{ subtype: "error", request_id: id, error: expect.any(String) }]);
    }
    expect(run.complaints()).toHaveLength(1);
    expect(run.results()).toHaveLength(1);
  });

  it.each([
    ["managedSettings", { permissions: {} }],
    ["disallowedTools", ["Bash"]],
    ["settings", "{}"],
    ["hooks", { PreToolUse: [{ hookCallbackIds: "hook_0" }] }],
  ])("that would forbid something and cannot are an error, not a silence: %s", async (field, value) => {
    const run = await drive([request("1", "initialize", { [field]: value })]);
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toEqual([{ subtype: "error", request_id: "1", error: expect.stringContaining(field) }]);
  });

  it("are answered where no prompt comes, too", async () => {
    const run = await drive([request("1", "get_context_usage"), request("2", "set_permission_mode", { mode: "plan" })]);
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toMatchObject([{ subtype: "success", response: { model: "script" } }]);
    expect(run.answerTo("2")).toMatchObject([{ subtype: "success", response: { mode: "plan" } }]);
    expect(run.results()).toEqual([]);
  });

  it("ask for a permission, and a second answer, a late one and one to nothing are passed over", async () => {
    const run = await drive([prompt("Write to Ann")], {
      script: mailing,
      plugins: [mail],
      control: { permissionPromptTool: "stdio" },
      respond(line) {
        if (line.type === "result") run.stdin.end();
        if (line.request?.subtype !== "can_use_tool") return [];
        const yes = success(line, { behavior: "allow", updatedInput: { to: "Bob" } });
        const no = success(line, { behavior: "deny", message: "No." });
        return [success({ request_id: "other" }, { behavior: "deny", message: "No." }), yes, no];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(JSON.stringify(run.lines)).toContain("Sent to Bob.");
  });

  it.each([
    ["an answer that is none", { behavior: "maybe" }],
    ["nothing", undefined],
    ["a yes with an input that the tool cannot take", { behavior: "allow", updatedInput: { to: 7 } }],
  ])("that ask for a permission and get %s have got a no", async (_, response) => {
    const run = await drive([prompt("Write to Ann")], {
      script: mailing,
      plugins: [mail],
      control: { permissionPromptTool: "stdio" },
      respond(line) {
        if (line.type === "result") run.stdin.end();
        if (line.request?.subtype !== "can_use_tool") return [];
        return [{ type: "control_response", response: { subtype: "success", request_id: line.request_id, response } }];
      },
    });
    await run.exit();
    expect(JSON.stringify(run.lines)).not.toContain("Sent to");
    expect(run.results()).toHaveLength(1);
  });

  it("that nobody can answer any more are a no", async () => {
    const run = await drive([prompt("Write to Ann")], {
      script: mailing,
      plugins: [mail],
      control: { permissionPromptTool: "stdio" },
      respond: (line) => void (line.request?.subtype === "can_use_tool" && run.stdin.end()),
    });
    expect(await run.exit()).toBe(0);
    expect(JSON.stringify(run.lines)).toContain("nobody is there to answer any more");
  });

  it("are withdrawn when their turn is interrupted", async () => {
    const run = await drive([prompt("Write to Ann")], {
      env: { CLAUDE_CODE_SDK_READS_SESSION_STATE: "1" },
      script: mailing,
      plugins: [mail],
      control: { permissionPromptTool: "stdio" },
      respond(line) {
        if (line.type === "result") run.stdin.end();
        return line.request?.subtype === "can_use_tool" ? [request("stop", "interrupt")] : [];
      },
    });
    expect(await run.exit()).toBe(1);
    const states = run.lines.flatMap((line) => (line.subtype === "session_state_changed" ? [line.state] : []));
    expect(states).toEqual(["running", "requires_action", "running", "idle"]);
    const asked = run.lines.find((line) => line.request?.subtype === "can_use_tool");
    expect(run.lines).toContainEqual({ type: "control_cancel_request", request_id: asked?.request_id });
    expect(run.answerTo("stop")).toMatchObject([{ subtype: "success", response: { still_queued: [] } }]);
    expect(run.results()).toMatchObject([{ terminal_reason: "aborted_tools" }]);
  });

  it("have a tool answer for the person, where one is named", async () => {
    const judge = defineTool({
      name: "Judge",
      description: "",
      input: z.looseObject({}),
      run: (input) =>
        JSON.stringify({ behavior: "allow", updatedInput: { to: `${JSON.stringify(input).length > 10}` } }),
    });
    const run = await drive([prompt("Write to Ann")], {
      script: mailing,
      plugins: [mail, judge],
      control: { permissionPromptTool: "Judge" },
    });
    expect(await run.exit()).toBe(0);
    expect(JSON.stringify(run.lines)).toContain("Sent to true.");
  });

  it("say again what is asked when the other side begins anew", async () => {
    const run = await drive([request("first", "initialize"), prompt("Write to Ann")], {
      script: mailing,
      plugins: [mail],
      control: { permissionPromptTool: "stdio" },
      respond(line) {
        if (line.type === "result") run.stdin.end();
        if (line.request?.subtype === "can_use_tool") return [request("again", "initialize")];
        const [asked] = line.response?.pending_permission_requests ?? [];
        return asked ? [success(asked, { behavior: "allow", updatedInput: asked.request.input })] : [];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(JSON.stringify(run.lines)).toContain("Sent to Ann.");
  });

  it("add a folder below those of the start, and tell the hooks of it", async () => {
    const hooks = { DirectoryAdded: [{ matcher: "register_repo_root", hookCallbackIds: ["added"] }] };
    const run = await drive(
      [request("0", "initialize", { hooks }), request("1", "register_repo_root", { directory: "lib" })],
      {
        folders: ["lib", ".git"],
        respond(line) {
          if (line.request?.subtype === "hook_callback") return [success(line, {})];
          const [last] = run.answerTo("end");
          if (last) run.stdin.end();
          if (line.response?.request_id !== "1") return [];
          const others = ["lib", ".", "..", ".git", "none"].map((directory, at) =>
            request(`no${at}`, "register_repo_root", { directory }),
          );
          return [...others, request("end", "get_context_usage")];
        },
      },
    );
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toMatchObject([{ subtype: "success", response: { directory: join(run.cwd, "lib") } }]);
    const heard = run.lines.filter((line) => line.request?.subtype === "hook_callback");
    expect(heard.map((line) => line.request.input)).toMatchObject([
      { hook_event_name: "DirectoryAdded", directory: join(run.cwd, "lib"), source: "register_repo_root" },
    ]);
    const errors = [0, 1, 2, 3, 4].map((at) => run.answerTo(`no${at}`)[0]?.error);
    expect(errors).toEqual([
      expect.stringContaining("already"),
      expect.stringContaining("already"),
      expect.stringContaining("lies in none"),
      expect.stringContaining("steers programs"),
      expect.stringContaining("no folder"),
    ]);
  });

  it("get the settings that count, all together and by source", async () => {
    const run = await drive([
      request("1", "apply_flag_settings", { settings: { effortLevel: "low", outputStyle: "poet" } }),
      request("2", "get_settings"),
    ]);
    expect(await run.exit()).toBe(0);
    const [{ response }] = run.answerTo("2") as [{ response: Line }];
    expect(response.effective).toMatchObject({ effortLevel: "low", outputStyle: "poet" });
    expect(response.sources.at(-1)).toMatchObject({ source: "flagSettings", settings: {} });
    expect(response.applied).toEqual({ model: "script", effort: "low" });
  });

  it("move nothing into the background where nothing runs", async () => {
    const run = await drive([
      request("1", "background_tasks", { tool_use_id: "c1" }),
      request("2", "background_tasks"),
      request("3", "get_task_output", { task_id: "b1" }),
    ]);
    expect(await run.exit()).toBe(0);
    expect(run.answerTo("1")).toMatchObject([{ response: { backgrounded: false } }]);
    expect(run.answerTo("2")).toMatchObject([{ response: { backgrounded: true } }]);
    expect(run.answerTo("3")).toMatchObject([{ subtype: "error" }]);
  });

  it("that bring what nothing can heed yet are answered, and that is told", async () => {
    const run = await drive([
      request("1", "initialize", { agentProgressSummaries: true, skills: [], promptSuggestions: false }),
    ]);
    expect(await run.exit()).toBe(0);
    const told = run.lines.filter(({ subtype }) => subtype === "informational");
    expect(told).toMatchObject([
      { content: expect.stringMatching(/^"agentProgressSummaries" has no effect: /), level: "warning" },
    ]);
    expect(run.answerTo("1")).toMatchObject([{ subtype: "success" }]);
  });

  it("that bring agents are refused where nobody starts agents", async () => {
    const agents = { reviewer: { description: "Reviews.", prompt: "Review." } };
    const run = await drive([request("1", "initialize", { agents })]);
    await run.exit();
    expect(run.answerTo("1")).toMatchObject([
      { subtype: "error", error: expect.stringContaining("no plugin starts agents") },
    ]);
  });

  it("ask for suggested prompts get one behind each result", async () => {
    const suggests = definePlugin({
      name: "suggests",
      provides: { suggestions: PromptSuggestions },
      setup: () => ({ services: { suggestions: { suggest: async () => "Go on." } } }),
    });
    const run = await drive([request("1", "initialize", { promptSuggestions: true }), prompt("hello")], {
      plugins: [suggests],
      respond: () => [],
    });
    await vi.waitFor(() => expect(run.lines.at(-1)?.type).toBe("prompt_suggestion"));
    run.stdin.end();
    expect(await run.exit()).toBe(0);
    const order = run.lines.filter(({ type }) => type === "result" || type === "prompt_suggestion");
    expect(order).toMatchObject([{ type: "result" }, { type: "prompt_suggestion", suggestion: "Go on." }]);
    expect(run.lines.filter(({ subtype }) => subtype === "informational")).toEqual([]);

    const without = await drive([request("1", "initialize", { promptSuggestions: true })]);
    expect(await without.exit()).toBe(0);
    expect(without.lines.filter(({ subtype }) => subtype === "informational")).toMatchObject([
      { content: '"promptSuggestions" has no effect: no plugin that is loaded suggests prompts.' },
    ]);
  });

  it("set how much models may think, from the next request on", async () => {
    const run = await drive(
      [
        request("0", "set_max_thinking_tokens", { thinking_display: "omitted" }),
        request("1", "set_max_thinking_tokens", { max_thinking_tokens: 2_000 }),
        request("no", "set_max_thinking_tokens", { thinking_display: "highlights" }),
        prompt("one"),
      ],
      {
        respond(line) {
          if (line.type !== "result") return [];
          if (run.results().length === 2) run.stdin.end();
          return [request("2", "set_max_thinking_tokens", { max_thinking_tokens: null }), prompt("two")];
        },
      },
    );
    expect(await run.exit()).toBe(0);
    expect(run.model.requests.map(({ thinking }) => thinking)).toEqual([{ budgetTokens: 2_000 }, undefined]);
    expect(run.model.requests.map(({ thinkingDisplay }) => thinkingDisplay)).toEqual(["omitted", "omitted"]);
    expect(run.answerTo("no")).toMatchObject([{ subtype: "error" }]);
  });

  it("interrupt for a prompt that is urgent, which comes before what waits", async () => {
    const run = await drive([prompt("one"), prompt("two")], {
      script: [{ text: "never", after: new Promise(() => {}) }, { text: "Urgent." }, { text: "Two." }],
      respond(line) {
        const done = run.results().length;
        if (done === 3) run.stdin.end();
        return line.subtype === "init" && done === 0 ? [prompt("three", { priority: "now" })] : [];
      },
    });
    expect(await run.exit()).toBe(0);
    expect(run.results().map(({ terminal_reason, result }) => result ?? terminal_reason)).toEqual([
      "aborted_streaming",
      "Urgent.",
      "Two.",
    ]);
  });

  it("withdraw prompts that wait", async () => {
    const run = await drive(
      [
        prompt("one"),
        prompt("two", { uuid: "u2" }),
        prompt("three", { uuid: "u3" }),
        request("drop", "cancel_async_message", { message_uuid: "u2" }),
        request("again", "cancel_async_message", { message_uuid: "u2" }),
        request("stop", "interrupt", { cancel_queued: true }),
      ],
      { script: [{ text: "never", after: new Promise(() => {}) }] },
    );
    expect(await run.exit()).toBe(1);
    expect(run.answerTo("drop")).toMatchObject([{ response: { cancelled: true } }]);
    expect(run.answerTo("again")).toMatchObject([{ response: { cancelled: false } }]);
    expect(run.answerTo("stop")).toMatchObject([{ response: { still_queued: [], cancelled: ["u3"] } }]);
    expect(run.results()).toHaveLength(1);
  });
});

describe("whatever comes", () => {
  const subtypes = [
    "initialize",
    "set_model",
    "set_permission_mode",
    "set_max_thinking_tokens",
    "rewind_files",
    "mcp_status",
    "mcp_set_servers",
    "mcp_message",
    "get_context_usage",
    "apply_flag_settings",
    "read_file",
    "stop_task",
    "background_tasks",
    "get_settings",
    "get_task_output",
    "register_repo_root",
    "get_hooks_listing",
    "get_plan",
    "get_session_cost",
    "get_usage",
    "list_permission_rules",
    "mcp_call",
    "mcp_read_resource",
    "reload_output_styles",
    "reload_plugins",
    "reload_skills",
    "rename_session",
    "set_cwd",
    "side_question",
    "generate_session_title",
    "set_prompt_suggestions_paused",
    "seed_read_state",
    "update_settings",
    "__proto__",
    "toString",
  ];
  const anything = fc.jsonValue({ maxDepth: 3 });
  const field = fc.constantFrom(
    "subtype",
    "hooks",
    "mode",
    "model",
    "settings",
    "servers",
    "path",
    "task_id",
    "message",
    "tool",
    "arguments",
    "source",
    "title",
  );
  const garbage = fc.oneof(
    fc.string({ maxLength: 40 }).map((text) => Buffer.from(`${text.replaceAll("\n", "")}\n`)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from([...bytes.filter((byte) => byte !== 10), 10])),
    anything.map((value) => JSON.stringify(value)),
    fc.record({
      type: fc.constantFrom("user", "control_response", "control_cancel_request", "x"),
      message: anything,
      response: anything,
    }),
    fc.tuple(fc.constantFrom(...subtypes), fc.dictionary(field, anything)).map(([subtype, more]) => ({
      type: "control_request",
      request: { ...more, subtype },
    })),
    fc.constantFrom("[".repeat(20_000), deep("initialize"), deep("mcp_message")),
  );

  it("is a protocol error, never a crash, and no prompt is lost", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(garbage, { maxLength: 12 }), fc.nat(3), async (noise, count) => {
        const numbered = noise.map((one, at) =>
          typeof one === "object" && "request" in one ? { ...one, request_id: `r${at}` } : one,
        );
        const prompts = Array.from({ length: count + 1 }, (_, at) => prompt(`prompt ${at}`));
        const mixed = numbered.flatMap((one, at) => (at < prompts.length ? [one, prompts[at] as object] : [one]));
        const run = await drive([...mixed, ...prompts.slice(numbered.length)]);
        await run.exit();
        expect(run.results().filter(({ subtype }) => subtype === "success").length).toBeGreaterThanOrEqual(
          prompts.length,
        );
        for (const [at, one] of numbered.entries()) {
          if (typeof one === "object" && "request" in one) expect(run.answerTo(`r${at}`)).toHaveLength(1);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
