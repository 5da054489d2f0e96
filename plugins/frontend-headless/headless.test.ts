import { PassThrough, Writable } from "node:stream";
import {
  type CommandInfo,
  type Figures,
  type FrontendHost,
  GantryError,
  NO_USAGE,
  type Notice,
  type ReviewedClaim,
  type Session,
  type SessionEvent,
  type TurnEnd,
  type WireMessage,
  type WireResult,
} from "gantry/sdk";
import { describe, expect, it } from "vitest";
import setup from "./headless.ts";
import { frontendHeadless } from "./index.ts";

const turnEnd = (end: Partial<TurnEnd>): SessionEvent => ({
  type: "turn_end",
  turnId: "t",
  end: { reason: "completed", text: "", ...end },
  ms: 12.4,
});
const answer = (content: object[], stop_reason = "end_turn"): SessionEvent =>
  ({
    type: "assistant",
    uuid: "record-1",
    model: "scripted/script",
    ms: 5,
    message: {
      role: "assistant",
      id: "msg_1",
      model: "script",
      content,
      stop_reason,
      usage: { ...NO_USAGE, input_tokens: 10, output_tokens: 5 },
    },
  }) as SessionEvent;
const request: SessionEvent = { type: "request", turnId: "t", number: 1 };
const call = { id: "c1", tool: { name: "Bash" }, input: { command: "ls" }, origin: "model" } as never;
const callAnswer = answer(
  [
    { type: "text", text: "Let me look." },
    { type: "tool_use", id: "c1", name: "Bash", input: { command: "ls" } },
  ],
  "tool_use",
);
const toolEnd = (outcome: string, text = "a.txt"): SessionEvent =>
  ({
    type: "tool_end",
    uuid: "record-2",
    id: "c1",
    tool: "Bash",
    input: { command: "ls" },
    result: { outcome, content: [{ type: "text", text }], data: { stdout: text }, ms: 3 },
  }) as SessionEvent;
const NORMAL = [
  request,
  callAnswer,
  { type: "tool_start", call } as SessionEvent,
  toolEnd("ok"),
  answer([{ type: "text", text: "One file." }]),
  turnEnd({ text: "One file." }),
];

interface Run {
  readonly events?: readonly SessionEvent[];
  readonly config?: object;
  readonly prompt?: string | undefined;
  readonly isVerbose?: boolean;
  readonly notices?: readonly Notice[];
  readonly claims?: readonly ReviewedClaim[];
  readonly stdout?: Writable;
  readonly open?: () => Promise<Session>;
  readonly figures?: Figures;
  readonly commands?: readonly CommandInfo[];
  readonly during?: (event: SessionEvent, controller: AbortController) => void;
}

/** Runs the frontend over a scripted turn. An interruption makes the turn end as the kernel would end it. */
async function run({ events = NORMAL, config = {}, figures, during, commands = [], ...options }: Run = {}) {
  const controller = new AbortController();
  const seen = { interrupted: 0, closed: 0, prompts: [] as unknown[] };
  const session = {
    id: "5e55",
    cwd: "/w",
    model: { provider: "scripted", id: "script" },
    entries: [
      { type: "prompt", tools: ["Read"] },
      { type: "prompt", tools: ["Bash", "Read"] },
    ],
    async *send(prompt: unknown) {
      seen.prompts.push(prompt);
      for (const event of events) {
        during?.(event, controller);
        if (seen.interrupted && event.type !== "tool_end" && event.type !== "turn_end") continue;
        yield seen.interrupted && event.type === "turn_end"
          ? turnEnd({ reason: "aborted", error: "The turn was interrupted." })
          : event;
      }
    },
    interrupt: async () => void seen.interrupted++,
    close: async () => void seen.closed++,
  } as unknown as Session;
  const stdout = options.stdout ?? new PassThrough();
  const stderr = new PassThrough();
  const host = {
    info: { version: "0.1.0", env: {}, cwd: "/w" },
    readPrompt: async () => ("prompt" in options ? options.prompt : "list the files"),
    stdin: new PassThrough(),
    stdout,
    stderr,
    signal: controller.signal,
    isVerbose: options.isVerbose ?? false,
    open: options.open ?? (async () => session),
    report: () => ({
      plugins: [
        { name: "tool-bash", from: "built-in", contributes: { tools: ["Bash"], commands: ["help"] } },
        { name: "mine", from: "/w/.gantry/plugins/mine.ts", contributes: { commands: ["mine"] } },
      ],
    }),
    notices: options.notices ?? [],
    untrusted: async () => ({ isTrusted: false, isRemembered: true, claims: options.claims ?? [] }),
    trust: async () => {},
  } as unknown as FrontendHost;

  const handlers = await setup({
    config: frontendHeadless.config().parse(config),
    use: { commands: { list: () => commands }, meter: figures && { of: () => figures } },
  } as never);
  const outcome = await handlers.frontends.headless(host).then(
    (exit) => ({ exit, error: undefined }),
    (error: GantryError) => ({ exit: undefined, error }),
  );
  const out = stdout instanceof PassThrough ? String(stdout.read() ?? "") : "";
  const lines = () =>
    out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as WireMessage);
  return {
    ...outcome,
    ...seen,
    out,
    err: String(stderr.read() ?? ""),
    lines,
    result: () => lines().at(-1) as WireResult,
  };
}

const stream = { config: { outputFormat: "stream-json" }, isVerbose: true };
const json = { config: { outputFormat: "json" } };

describe("text", () => {
  it("writes the final text alone and leaves with 0", async () => {
    const { out, err, exit, prompts, closed } = await run();
    expect({ out, err, exit, prompts, closed }).toEqual({
      out: "One file.\n",
      err: "",
      exit: 0,
      prompts: ["list the files"],
      closed: 1,
    });
  });

  it("writes what went wrong to standard error, and nothing to standard output", async () => {
    const { out, err, exit } = await run({
      events: [
        request,
        turnEnd({ reason: "model_error", text: "half", error: "No such model.\u001b[2J", status: 404 }),
      ],
    });
    expect({ out, err, exit }).toEqual({ out: "", err: "gantry: No such model.<U+001B>[2J\n", exit: 1 });
  });

  it("says what is left out of the folder, by kind and count, and how to see it", async () => {
    const claim = { kind: "hook", source: "/w/.claude/settings.json", text: "secret-command", state: "new" } as const;
    const claims = [claim, { ...claim, text: "other" }, { ...claim, kind: "plugin" }];
    const text =
      "Left out: 2 hooks, 1 plugin. It counts only once you trust this folder. gantry trust list shows all of it, --trust lets it count this time.";
    const events = [turnEnd({ text: "ok" })];
    expect((await run({ events, claims })).err).toBe(`${text}\n`);
    const stream = await run({
      events,
      claims,
      config: { outputFormat: "stream-json" },
      isVerbose: true,
    });
    expect(JSON.stringify(stream.lines()[0])).toContain(text);
    expect((await run({ events })).err).toBe("");
  });

  it("tells what is wrong always, and every step when asked", async () => {
    const events: SessionEvent[] = [
      { type: "notice", notice: { level: "info", text: "Compacted." } },
      { type: "notice", notice: { level: "warning", text: "A setting does not count." } },
      {
        type: "fault",
        fault: { plugin: "mine", where: "preTool", message: "boom", isTimeout: false, isQuarantined: true },
      },
      {
        type: "retry",
        attempt: 1,
        maxAttempts: 6,
        delayMs: 900,
        failure: { kind: "overloaded", message: "The server is busy.", isRetryable: true },
      },
      { type: "denied", call, verdict: { decision: "deny", reason: "no rule allows it" } },
      turnEnd({ text: "ok" }),
    ];
    const notices: Notice[] = [
      { level: "info", text: "A notice from the start." },
      { level: "error", text: "A plugin is off." },
    ];
    const plain = await run({ events, notices });
    expect(plain.out).toBe("ok\n");
    expect(plain.err.split("\n")).toEqual([
      "A plugin is off.",
      "A setting does not count.",
      "The plugin mine failed in preTool: boom. Its hooks are off for this session.",
      "The server is busy. Attempt 2 in 900 ms.",
      "",
    ]);
    const verbose = await run({ events, notices, isVerbose: true });
    expect(verbose.out).toBe("ok\n");
    expect(verbose.err.split("\n")).toEqual([
      "A notice from the start.",
      "A plugin is off.",
      "Compacted.",
      "A setting does not count.",
      "The plugin mine failed in preTool: boom. Its hooks are off for this session.",
      "The server is busy. Attempt 2 in 900 ms.",
      "Bash was not allowed: no rule allows it.",
      "",
    ]);
  });

  it("gives a pipe the text as it is, and makes a terminal safe from it", async () => {
    const events = [turnEnd({ text: "a\u001b]0;owned\u0007b" })];
    expect((await run({ events })).out).toBe("a\u001b]0;owned\u0007b\n");
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    expect((await run({ events, stdout: terminal })).out).toBe("a<U+001B>]0;owned<U+0007>b\n");
  });
});

describe("json", () => {
  it("writes one result object", async () => {
    const usage = { ...NO_USAGE, input_tokens: 20, output_tokens: 10 };
    const model = { usage, costUsd: 0.25, requests: 2 };
    const { lines, exit } = await run({
      ...json,
      figures: { ...model, apiMs: 10, byModel: { "scripted/script": model } },
    });
    expect(exit).toBe(0);
    expect(lines()).toEqual([
      {
        type: "result",
        subtype: "success",
        is_error: false,
        terminal_reason: "completed",
        result: "One file.",
        duration_ms: 12,
        duration_api_ms: 10,
        num_turns: 2,
        stop_reason: "end_turn",
        session_id: "5e55",
        total_cost_usd: 0.25,
        usage,
        modelUsage: {
          "scripted/script": {
            inputTokens: 20,
            outputTokens: 10,
            cacheReadInputTokens: 0,
            cacheCreationInputTokens: 0,
            webSearchRequests: 0,
            costUSD: 0.25,
          },
        },
        permission_denials: [],
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
  });

  it.each([
    [{ reason: "completed", text: "ok" }, { subtype: "success", terminal_reason: "completed", result: "ok" }, 0],
    [{ reason: "handled", text: "ok" }, { subtype: "success", terminal_reason: "completed", result: "ok" }, 0],
    [
      { reason: "model_error", error: "The prompt is too long.", status: 400 },
      {
        subtype: "success",
        terminal_reason: "api_error",
        result: "API Error: 400 The prompt is too long.",
        api_error_status: 400,
      },
      1,
    ],
    [
      { reason: "model_error", error: "No connection." },
      {
        subtype: "success",
        terminal_reason: "api_error",
        result: "API Error: No connection.",
        api_error_status: null,
      },
      1,
    ],
    [
      { reason: "max_turns", error: "Reached maximum number of turns (2)" },
      {
        subtype: "error_max_turns",
        terminal_reason: "max_turns",
        errors: ["Reached maximum number of turns (2)"],
      },
      1,
    ],
    [
      { reason: "max_budget_usd", error: "Reached maximum budget ($1)" },
      {
        subtype: "error_max_budget_usd",
        terminal_reason: "max_budget_usd",
        errors: ["Reached maximum budget ($1)"],
      },
      1,
    ],
    [
      { reason: "denied", error: "Refused." },
      { subtype: "error_during_execution", terminal_reason: "aborted_tools", errors: ["Refused."] },
      1,
    ],
    [
      { reason: "refused", text: "Not on Sundays." },
      { subtype: "error_during_execution", terminal_reason: "hook_stopped", errors: ["Not on Sundays."] },
      1,
    ],
    [
      { reason: "aborted" },
      {
        subtype: "error_during_execution",
        terminal_reason: "aborted_streaming",
        errors: ["The turn ended early: aborted."],
      },
      1,
    ],
    [
      { reason: "stop_limit", error: "Enough." },
      { subtype: "error_during_execution", terminal_reason: "stop_limit", errors: ["Enough."] },
      1,
    ],
  ] as const)("says how a turn ended: %j", async (end, expected, exit) => {
    const seen = await run({ ...json, events: [request, turnEnd(end)] });
    const { subtype, is_error, terminal_reason, result, errors, api_error_status } = seen.result();
    expect({ subtype, terminal_reason, result, errors, api_error_status }).toEqual({
      result: undefined,
      errors: undefined,
      api_error_status: undefined,
      ...expected,
    });
    expect([is_error, seen.exit]).toEqual([exit === 1, exit]);
  });

  it("lists the calls that were refused", async () => {
    const { result } = await run({
      ...json,
      events: [{ type: "denied", call, verdict: { decision: "deny" } }, turnEnd({ text: "I may not." })],
    });
    expect(result().permission_denials).toEqual([
      { tool_name: "Bash", tool_use_id: "c1", tool_input: { command: "ls" } },
    ]);
    expect(result().is_error).toBe(false);
  });

  it("gives a result even when the session cannot be opened", async () => {
    const open = async () => {
      throw new GantryError({ code: "GANTRY_SESSION_ABSENT", message: "There is no session abc." });
    };
    const { result, lines, error } = await run({ ...json, open });
    expect(error?.code).toBe("GANTRY_SESSION_ABSENT");
    expect(lines()).toHaveLength(1);
    expect(result()).toMatchObject({
      subtype: "error_during_execution",
      is_error: true,
      errors: ["There is no session abc."],
      num_turns: 0,
    });
    expect(result()).not.toHaveProperty("terminal_reason");
    expect((await run({ open })).out).toBe("");
  });
});

describe("stream-json", () => {
  it("writes init, a line for each content block and tool result, and the result last", async () => {
    const { lines, exit } = await run(stream);
    expect(exit).toBe(0);
    expect(lines().map((line) => [line.type, "subtype" in line ? line.subtype : undefined])).toEqual([
      ["system", "init"],
      ["assistant", undefined],
      ["assistant", undefined],
      ["user", undefined],
      ["assistant", undefined],
      ["result", "success"],
    ]);
    const [init, first, second, user] = lines();
    expect(init).toMatchObject({
      cwd: "/w",
      session_id: "5e55",
      tools: ["Bash", "Read"],
      mcp_servers: [],
      model: "script",
      permissionMode: "default",
      slash_commands: ["help", "mine"],
      apiKeySource: "none",
      plugins: [{ name: "mine", path: "/w/.gantry/plugins/mine.ts" }],
      gantry_version: "0.1.0",
      claude_code_version: expect.stringMatching(/^2\.[1-9]/),
    });
    expect(first).toMatchObject({
      message: {
        type: "message",
        role: "assistant",
        id: "msg_1",
        content: [{ type: "text", text: "Let me look." }],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 10 },
      },
      parent_tool_use_id: null,
      session_id: "5e55",
    });
    expect(second).toMatchObject({
      uuid: "record-1",
      message: { content: [{ type: "tool_use", id: "c1" }] },
    });
    expect(user).toEqual({
      type: "user",
      message: {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "c1", content: [{ type: "text", text: "a.txt" }] }],
      },
      parent_tool_use_id: null,
      tool_use_result: { stdout: "a.txt" },
      session_id: "5e55",
      uuid: "record-2",
    });
    expect(new Set(lines().map((line) => line.uuid)).size).toBe(lines().length - 1); // the script repeats record-1
  });

  it("gives every thought a signature, as clients expect it", async () => {
    const thought = { type: "thinking", thinking: "Hm." };
    const events = [request, answer([thought, { ...thought, signature: "s" }]), turnEnd({})];
    const { lines } = await run({ ...stream, events });
    const told = lines().flatMap((line) => (line.type === "assistant" ? line.message.content : []));
    expect(told).toEqual([
      { ...thought, signature: "" },
      { ...thought, signature: "s" },
    ]);
  });

  it.each(["error", "denied", "invalid", "aborted"])(
    "marks a result with the outcome %s as an error",
    async (outcome) => {
      const { lines } = await run({ ...stream, events: [request, toolEnd(outcome), turnEnd({})] });
      expect(lines()[1]).toMatchObject({ message: { content: [{ is_error: true }] } });
    },
  );

  it("writes retries, refusals, notices and failed plugins as system lines", async () => {
    const { lines } = await run({
      ...stream,
      events: [
        request,
        {
          type: "retry",
          attempt: 1,
          maxAttempts: 10,
          delayMs: 500,
          failure: { kind: "overloaded", message: "Busy.", status: 529, isRetryable: true },
        },
        { type: "denied", call, verdict: { decision: "deny", reason: "No rule allows it." } },
        { type: "notice", notice: { level: "warning", text: "Careful." } },
        { type: "compacting", trigger: "overflow" },
        { type: "compacted", trigger: "overflow", tokensBefore: 900, tokensAfter: 90, summary: "Shorter." },
        {
          type: "fault",
          fault: {
            plugin: "mine",
            where: "preTool",
            message: "boom",
            isTimeout: false,
            isQuarantined: false,
          },
        },
        turnEnd({}),
      ],
    });
    const common = { type: "system", session_id: "5e55", uuid: expect.any(String) };
    expect(lines().slice(1, -1)).toEqual([
      {
        ...common,
        subtype: "api_retry",
        attempt: 1,
        max_retries: 10,
        retry_delay_ms: 500,
        error_status: 529,
        error: "overloaded",
      },
      {
        ...common,
        subtype: "permission_denied",
        tool_name: "Bash",
        tool_use_id: "c1",
        decision_reason_type: "other",
        decision_reason: "No rule allows it.",
        message: "No rule allows it.",
      },
      { ...common, subtype: "informational", content: "Careful.", level: "warning" },
      { ...common, subtype: "status", status: "compacting" },
      { ...common, subtype: "status", status: null },
      {
        ...common,
        subtype: "compact_boundary",
        compact_metadata: { trigger: "auto", pre_tokens: 900, post_tokens: 90 },
      },
      {
        ...common,
        subtype: "informational",
        content: "The plugin mine failed in preTool: boom.",
        level: "warning",
      },
    ]);
  });

  it("begins with what is wrong from the start", async () => {
    const notices: Notice[] = [{ level: "error", text: "A plugin is off." }];
    const { lines } = await run({ ...stream, notices });
    expect(lines().slice(0, 2)).toMatchObject([
      { type: "system", subtype: "informational", content: "A plugin is off.", level: "error" },
      { type: "system", subtype: "init" },
    ]);
  });

  it("has no init when the prompt was refused, and one when it was dealt with", async () => {
    const refused = await run({ ...stream, events: [turnEnd({ reason: "refused", text: "No." })] });
    expect(refused.lines().map((line) => line.type)).toEqual(["result"]);
    const handled = await run({ ...stream, events: [turnEnd({ reason: "handled", text: "42" })] });
    expect(handled.lines()).toMatchObject([
      { subtype: "init" },
      { subtype: "local_command_output", content: "42" },
      { type: "result", result: "42" },
    ]);
  });

  it("says that the conversation is no longer shortened when nobody could", async () => {
    const compacting = { type: "compacting", trigger: "auto" } as const;
    const request = { type: "request", turnId: "t", number: 1 } as const;
    const next = await run({ ...stream, events: [request, compacting, request, turnEnd({})] });
    const end = await run({ ...stream, events: [request, compacting, turnEnd({ reason: "model_error" })] });
    for (const { lines } of [next, end]) {
      const told = lines().flatMap((line) => ("status" in line ? [line.status] : []));
      expect(told).toEqual(["compacting", null]);
    }
  });

  it("tells of commands that come and go, whole, and only once there is a list that could be old", async () => {
    const commands: CommandInfo[] = [{ name: "help", description: "Help.", plugin: "p" }];
    const { lines } = await run({
      ...stream,
      commands,
      events: [
        { type: "generation", number: 2 },
        { type: "request", turnId: "t", number: 1 },
        { type: "generation", number: 3 },
        { type: "generation", number: 4 },
        turnEnd({}),
      ],
      during: (event) => {
        if (event.type === "generation" && event.number !== 3)
          commands.push({ name: `c${event.number}`, description: "", plugin: "p" });
      },
    });
    const told = lines().flatMap((line) => ("commands" in line ? [line.commands] : []));
    expect(told).toEqual([
      [
        { name: "help", description: "Help.", argumentHint: "" },
        { name: "c2", description: "", argumentHint: "" },
        { name: "c4", description: "", argumentHint: "" },
      ],
    ]);
  });

  it("says that the model refuses", async () => {
    const said = answer([{ type: "text", text: "No." }]) as Extract<SessionEvent, { type: "assistant" }>;
    const refusal = { ...said, message: { ...said.message, stop_reason: "refusal" } } as const;
    const { lines } = await run({
      ...stream,
      events: [{ type: "request", turnId: "t", number: 1 }, refusal, turnEnd({})],
    });
    expect(lines().at(-2)).toMatchObject({ subtype: "model_refusal_no_fallback", original_model: expect.any(String) });
  });

  it("ends the turn at Ctrl-C, says so in the conversation, and leaves with 130", async () => {
    const { lines, result, exit, closed } = await run({
      ...stream,
      during: (event, controller) => void (event.type === "request" && controller.abort("SIGINT")),
    });
    expect(lines().at(-2)).toMatchObject({
      type: "user",
      message: { content: [{ type: "text", text: "[Request interrupted by user]" }] },
    });
    expect(result()).toMatchObject({
      subtype: "error_during_execution",
      terminal_reason: "aborted_streaming",
    });
    expect([exit, closed]).toEqual([130, 1]);
  });

  // A tool that was stopped may answer with what it had by then, as an ordinary failure.
  it.each(["aborted", "error"])(
    "says that a tool was interrupted when one was, whose outcome is %s",
    async (outcome) => {
      const { lines, result, exit } = await run({
        ...stream,
        events: [request, callAnswer, { type: "tool_start", call } as SessionEvent, toolEnd(outcome), turnEnd({})],
        during: (event, controller) => void (event.type === "tool_start" && controller.abort("SIGINT")),
      });
      expect(lines().at(-2)).toMatchObject({
        message: { content: [{ type: "text", text: "[Request interrupted by user for tool use]" }] },
      });
      expect(result()).toMatchObject({ terminal_reason: "aborted_tools", errors: ["The turn was interrupted."] });
      expect(exit).toBe(130);
    },
  );

  it("leaves with 143 and no result when the program shall end", async () => {
    const { lines, exit, closed, interrupted } = await run({
      ...stream,
      during: (event, controller) => void (event.type === "tool_end" && controller.abort("SIGTERM")),
    });
    expect(lines().map((line) => line.type)).not.toContain("result");
    expect([exit, closed, interrupted > 0]).toEqual([143, 1, true]);
  });

  it("stops quietly when nobody reads any more", async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" })),
    });
    const { exit, error, err, interrupted, closed } = await run({ ...stream, stdout });
    expect({ exit, error, err, closed }).toEqual({ exit: 141, error: undefined, err: "", closed: 1 });
    expect(interrupted).toBeGreaterThan(0);
  });

  it("says so when the output cannot be written", async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) =>
        done(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" })),
    });
    const { error, closed } = await run({ ...stream, stdout });
    expect(error).toMatchObject({
      code: "GANTRY_OUTPUT_FAILED",
      message: expect.stringContaining("no space left"),
    });
    expect(closed).toBe(1);
  });
});

describe("what is asked for", () => {
  it.each([
    ["no prompt", { prompt: undefined }, "GANTRY_HEADLESS_PROMPT"],
    ["a blank prompt", { prompt: " \n" }, "GANTRY_HEADLESS_PROMPT"],
    ["stream-json without --verbose", { config: { outputFormat: "stream-json" } }, "GANTRY_HEADLESS_VERBOSE"],
    ["lines answered with text", { config: { inputFormat: "stream-json" } }, "GANTRY_HEADLESS_INPUT"],
  ])("refuses %s before a session is opened", async (_, options, code) => {
    const { error, out, prompts } = await run(options);
    expect(error).toMatchObject({ code, remedy: expect.any(String) });
    expect([out, prompts]).toEqual(["", []]);
  });

  it("does nothing for a delta", async () => {
    const deltas = Array.from({ length: 1000 }, (): SessionEvent => ({ type: "text", text: "x" }));
    expect((await run({ ...stream, events: [request, ...deltas, turnEnd({})] })).lines()).toHaveLength(2);
  });
});
