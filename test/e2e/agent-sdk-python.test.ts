import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, type Place, program } from "./program.ts";

// What the agent SDK for Python sends, in its words and its order: flags and values apart, ids of its own, null for what is not given.
// The SDK itself is no package of npm, and so not at hand where these tests run.

let place: Place;
let server: ModelServer;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(async () => {
  await server.close();
  await place.remove();
});

// biome-ignore lint/suspicious/noExplicitAny: lines are what they are
type Line = Readonly<Record<string, any>>;
const FIRST = ["--output-format", "stream-json", "--verbose"];
const LAST = ["--input-format", "stream-json"];

interface Client {
  /** Sends a request and gives its answer; rejects where that is an error. */
  request(body: object): Promise<Line>;
  prompt(text: string): void;
  /** The next result. */
  result(): Promise<Line>;
  readonly lines: readonly Line[];
  close(): Promise<number | null>;
}

/** The client of the SDK: answers what it is asked by `answer`, keyed by subtype. */
function connect(
  args: readonly string[],
  answer: Readonly<Record<string, (request: Line) => object>> = {},
  env: Readonly<Record<string, string>> = {},
): Client {
  const child = spawn(process.execPath, [program, ...FIRST, ...args, ...LAST], {
    cwd: place.work,
    env: {
      PATH: process.env.PATH,
      HOME: place.home,
      TMPDIR: place.base,
      ANTHROPIC_API_KEY: "sk-test-key-of-no-use",
      ANTHROPIC_BASE_URL: server.url,
      CLAUDE_CODE_ENTRYPOINT: "sdk-py",
      CLAUDE_AGENT_SDK_VERSION: "0.2.0",
      PWD: place.work,
      ...env,
    },
  });
  const lines: Line[] = [];
  const waiting = new Map<string, { resolve: (line: Line) => void; reject: (error: Error) => void }>();
  const results: Line[] = [];
  let wake = () => {};
  let rest = "";
  let count = 0;
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const write = (line: object) => void child.stdin.write(`${JSON.stringify(line)}\n`);

  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      expect(part[0]).toBe("{");
      take(JSON.parse(part));
    }
  });

  function take(line: Line): void {
    if (line.type === "control_response") {
      const { request_id, subtype, error, response } = line.response;
      const one = waiting.get(request_id);
      if (subtype === "error") one?.reject(new Error(error));
      else one?.resolve(response);
    } else if (line.type === "control_request") respond(line);
    else lines.push(line);
    if (line.type === "result") {
      results.push(line);
      wake();
    }
  }

  function respond({ request_id, request }: Line): void {
    const known = answer[request.subtype];
    const response = known
      ? { subtype: "success", request_id, response: known(request) }
      : { subtype: "error", request_id, error: `Unsupported control request subtype: ${request.subtype}` };
    write({ type: "control_response", response });
  }

  return {
    lines,
    request(body) {
      const request_id = `req_${++count}_a1b2c3d4`;
      const answered = new Promise<Line>((resolve, reject) => void waiting.set(request_id, { resolve, reject }));
      write({ type: "control_request", request_id, request: body });
      return answered;
    },
    prompt: (text) =>
      write({
        type: "user",
        message: { role: "user", content: text },
        parent_tool_use_id: null,
        session_id: "default",
      }),
    async result() {
      while (!results.length) {
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          void ended.then(() => reject(new Error("It ended without a result.")));
        });
      }
      return results.shift() as Line;
    },
    close() {
      child.stdin.end();
      return ended;
    },
  };
}

const model = async (reply: (number: number) => Reply) => {
  server = await serveModel(reply);
};
const sent = (number = -1) => JSON.stringify(server.requests.at(number)?.body);
const bash = (command: string): Reply => ({ calls: [{ name: "Bash", input: { command } }] });

test("the version that it looks for stands at the start, and is not Gantry's", async () => {
  await model(() => ({}));
  const { stdout, code } = await place.gantry(["-v"]);
  const [major = 0, minor = 0] = (/^([0-9]+\.[0-9]+\.[0-9]+)/.exec(stdout)?.[1] ?? "").split(".").map(Number);
  expect({ code, isRecent: major === 2 && minor >= 1 }).toEqual({ code: 0, isRecent: true });
  expect(stdout).toContain("Gantry");
  expect((await place.gantry(["--version"])).stdout).toMatch(/^0\.\d+\.\d+ \(Gantry\)\n$/);
});

describe("a query", () => {
  test("with every option", async () => {
    await model(() => ({ text: "Fine." }));
    const client = connect([
      ...["--system-prompt", "You are a poet.", "--tools", "Read,Bash", "--allowedTools", "Read,Bash(ls:*)"],
      ...["--max-turns", "3", "--max-budget-usd", "1.5", "--disallowedTools", "Write,Edit", "--task-budget", "1000"],
      ...["--model", "claude-sonnet-5-5", "--fallback-model", "claude-haiku-5-5", "--betas", "context-1m-2025-08-07"],
      ...["--permission-prompt-tool", "stdio", "--permission-mode", "acceptEdits"],
      ...["--settings", '{"permissions":{"deny":["Glob"]}}', "--add-dir", place.base],
      ...["--mcp-config", '{"mcpServers":{}}', "--include-partial-messages", "--include-hook-events"],
      ...["--strict-mcp-config", "--setting-sources=user,project", "--plugin-dir", place.work],
      ...["--thinking", "adaptive", "--thinking-display", "summarized", "--effort", "high"],
    ]);
    expect(await client.request({ subtype: "initialize", hooks: null })).toMatchObject({ output_style: "default" });
    client.prompt("Hi");
    expect(await client.result()).toMatchObject({
      subtype: "success",
      result: "Fine.",
      is_error: false,
      num_turns: 1,
      duration_ms: expect.any(Number),
      duration_api_ms: expect.any(Number),
      session_id: expect.any(String),
    });
    expect(await client.close()).toBe(0);
    expect(sent()).toContain("You are a poet.");
    const tools = server.requests[0]?.body.tools as { name: string }[];
    expect(tools.map(({ name }) => name).sort()).toEqual(["Bash", "Read"]);
  });

  test("with no options: a bare prompt, no tool at all where none is wanted", async () => {
    await model(() => ({ text: "Fine." }));
    const client = connect(["--system-prompt", "", "--tools", "", "--setting-sources="]);
    await client.request({ subtype: "initialize", hooks: null });
    client.prompt("Hi");
    await client.result();
    expect(await client.close()).toBe(0);
    expect(sent()).not.toContain("You are Gantry");
    expect(server.requests[0]?.body.tools ?? []).toEqual([]);
  });

  test("goes on, as it is and as a copy", async () => {
    await model((number) => ({ text: `Answer ${number}.` }));
    const first = connect([]);
    await first.request({ subtype: "initialize", hooks: null });
    first.prompt("first");
    const { session_id } = await first.result();
    await first.close();
    const second = connect([`--resume=${session_id}`, "--fork-session"]);
    await second.request({ subtype: "initialize", hooks: null });
    second.prompt("second");
    expect((await second.result()).session_id).not.toBe(session_id);
    expect(sent()).toMatch(/first.*Answer 0.*second/);
    await second.close();
    const lost = connect(["--resume=5e551011-0000-4000-8000-000000000009"]);
    await lost.request({ subtype: "initialize", hooks: null });
    lost.prompt("third");
    expect(await lost.result()).toMatchObject({ subtype: "error_during_execution", is_error: true });
    expect(await lost.close()).toBe(1);
  });

  test("with a schema", async () => {
    await model((number) =>
      number ? { text: "Done." } : { calls: [{ name: "StructuredOutput", input: { city: "Oslo" } }] },
    );
    const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
    const client = connect(["--json-schema", JSON.stringify(schema)]);
    await client.request({ subtype: "initialize", hooks: null });
    client.prompt("Which city?");
    expect(await client.result()).toMatchObject({ subtype: "success", structured_output: { city: "Oslo" } });
    await client.close();
  });
});

describe("a client", () => {
  test("answers permission questions and hooks, and carries messages of its own server", async () => {
    await model((number) => {
      if (number === 0) return bash("npm publish");
      if (number === 1) return { calls: [{ name: "mcp__calc__add", input: { a: 1, b: 2 } }] };
      return { text: "Done." };
    });
    const tool = {
      name: "add",
      description: "Adds.",
      inputSchema: { type: "object", properties: { a: { type: "number" }, b: { type: "number" } } },
    };
    const results: Readonly<Record<string, (params: Line) => object>> = {
      initialize: () => ({
        protocolVersion: "2024-11-05",
        capabilities: { tools: {} },
        serverInfo: { name: "calc", version: "1.0.0" },
      }),
      "tools/list": () => ({ tools: [tool] }),
      "tools/call": ({ arguments: { a, b } }) => ({ content: [{ type: "text", text: `The sum is ${a + b}.` }] }),
    };
    const heard: unknown[] = [];
    const client = connect(
      [
        ...["--allowedTools", "mcp__calc__add", "--permission-prompt-tool", "stdio"],
        ...["--mcp-config", '{"mcpServers":{"calc":{"type":"sdk","name":"calc"}}}'],
      ],
      {
        can_use_tool: ({ tool_name, input }) => {
          heard.push(tool_name);
          return { behavior: "allow", updatedInput: { ...input, command: "echo published > out.txt" } };
        },
        hook_callback: ({ callback_id, input, tool_use_id }) => {
          heard.push([callback_id, input.hook_event_name, typeof tool_use_id]);
          return { continue: true };
        },
        mcp_message: ({ server_name, message }) => {
          expect(server_name).toBe("calc");
          if (message.id === undefined) return { mcp_response: { jsonrpc: "2.0", result: {} } };
          const result = results[message.method]?.(message.params);
          const error = { code: -32601, message: `Method '${message.method}' not found` };
          return { mcp_response: { jsonrpc: "2.0", id: message.id, ...(result ? { result } : { error }) } };
        },
      },
    );
    const hooks = { PreToolUse: [{ matcher: "Bash", hookCallbackIds: ["hook_0"] }] };
    await client.request({ subtype: "initialize", hooks });
    client.prompt("Publish it");
    expect(await client.result()).toMatchObject({ subtype: "success", permission_denials: [] });
    expect(heard).toEqual([["hook_0", "PreToolUse", "string"], "Bash"]);
    expect(await place.read("out.txt")).toBe("published\n");
    expect(sent()).toContain("The sum is 3.");
    expect(await client.close()).toBe(0);
  });

  test("interrupts, changes mode and model, and asks for what there is", async () => {
    await model((number) => (number === 0 ? { text: "Hm", hangs: true } : { text: "Here." }));
    const client = connect(["--include-partial-messages"]);
    await client.request({ subtype: "initialize", hooks: null });
    client.prompt("Think for ever");
    while (!client.lines.some(({ type }) => type === "stream_event")) await client.request({ subtype: "mcp_status" });
    await client.request({ subtype: "interrupt" });
    expect(await client.result()).toMatchObject({ subtype: "error_during_execution", is_error: true });
    await client.request({ subtype: "set_permission_mode", mode: "plan" });
    await client.request({ subtype: "set_model", model: "claude-haiku-5-5" });
    client.prompt("And now?");
    expect(await client.result()).toMatchObject({ subtype: "success", result: "Here." });
    expect(client.lines.findLast(({ subtype }) => subtype === "init")).toMatchObject({
      permissionMode: "plan",
      model: "claude-haiku-5-5",
    });
    await expect(client.request({ subtype: "sing" })).rejects.toThrow("Unsupported control request subtype: sing");
    expect(await client.close()).toBe(0);
  });
});
