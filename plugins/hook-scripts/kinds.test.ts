import fs from "node:fs";
import { join } from "node:path";
import { defineTool, z } from "gantry/sdk";
import { loopbackServer, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import httpNode from "../http-node/index.ts";
import { deciding, fakeBash, folder, hooked, printing, said, shell } from "./test-kit.ts";

const pre = (handler: object) => ({ PreToolUse: [{ matcher: "Bash", hooks: [handler] }] });
const denial = { hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "deny" } };

/** A placeholder as settings have it. */
const field = (path: string) => `\${${path}}`;

describe("an http hook", () => {
  async function posted(status: number, body: string, more: object = {}, settings: object = {}) {
    const server = await loopbackServer((_, response) => void response.writeHead(status).end(body));
    onTestFinished(() => server.close());
    const bash = fakeBash();
    const hooks = pre({ type: "http", url: `${server.url}/gate`, ...more });
    const kernel = await hooked(hooks, {
      plugins: [httpNode, bash.plugin],
      env: { TOKEN: "t0ken", OTHER: "0ther" },
      settings: { ...settings },
    });
    const result = await kernel.call("Bash", { command: "ls" });
    return { outcome: result.outcome, text: said(result), server, kernel };
  }

  it.each([
    ["nothing", 200, "", "ok"],
    ["an empty object", 200, "{}", "ok"],
    ["a denial", 200, JSON.stringify(denial), "denied"],
    ["a denial with another 2xx", 202, JSON.stringify(denial), "denied"],
    ["a page", 200, "<html>", "denied"],
    ["a broken object", 200, '{"a":}', "denied"],
    ["a status that is an error", 500, "{}", "denied"],
    ["a redirect, which nobody follows", 302, "{}", "denied"],
  ])("that answers with %s", async (_, status, body, outcome) => {
    expect((await posted(status, body)).outcome).toBe(outcome);
  });

  it("gets the event as its body, and only the variables that it names", async () => {
    const headers = { authorization: "Bearer $TOKEN", "x-other": `a\${OTHER}b` };
    const { server } = await posted(200, "{}", { headers, allowedEnvVars: ["TOKEN"] });
    const [request] = server.requests;
    expect([request?.method, request?.path]).toEqual(["POST", "/gate"]);
    expect(request?.headers).toMatchObject({ authorization: "Bearer t0ken", "x-other": "ab" });
    expect(JSON.parse(request?.body ?? "")).toMatchObject({
      hook_event_name: "PreToolUse",
      tool_input: { command: "ls" },
    });
  });

  it("gets no variable and no event that the person does not let out", async () => {
    const headers = { authorization: "Bearer $TOKEN" };
    const named = { headers, allowedEnvVars: ["TOKEN"] };
    const quiet = await posted(200, "{}", named, { httpHookAllowedEnvVars: ["OTHER"] });
    expect(quiet.server.requests[0]?.headers.authorization).toBe("Bearer");
    const unasked = await posted(200, "{}", named, { allowedHttpHookUrls: ["https://hooks.example.com/*"] });
    expect([unasked.outcome, unasked.server.requests.length]).toEqual(["denied", 0]);
    expect(unasked.text).toContain("allowedHttpHookUrls");
    const asked = await posted(200, "{}", named, { allowedHttpHookUrls: ["http://127.0.0.1:*"] });
    expect(asked.outcome).toBe("ok");
  });

  it("that nobody serves, or that hangs, denies", async () => {
    const server = await loopbackServer(() => undefined);
    onTestFinished(() => server.close());
    const hooks = pre({ type: "http", url: server.url, timeout: 0.1 });
    const kernel = await hooked(hooks, { plugins: [httpNode, fakeBash().plugin] });
    expect(said(await kernel.call("Bash", { command: "ls" }))).toContain("gave no answer within 0.1 s");
    await server.close();
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("denied");
  });
});

describe("an mcp_tool hook", () => {
  const tool = (run: (input: { path?: unknown; text?: unknown }) => string) =>
    defineTool({
      name: "mcp__guard__check",
      description: "",
      input: z.looseObject({}),
      traits: { readOnly: true },
      run: (input) => run(input),
    });

  it("calls the tool with fields of the event, and its text is the answer", async () => {
    const inputs: unknown[] = [];
    const guard = tool((input) => {
      inputs.push(input);
      return JSON.stringify(denial);
    });
    const text = `ran ${field("tool_input.command")} in ${field("nowhere.at.all")}`;
    const input = { path: field("tool_input"), text, flag: true };
    const hooks = pre({ type: "mcp_tool", server: "guard", tool: "check", input });
    const kernel = await hooked(hooks, { plugins: [guard, fakeBash().plugin] });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("denied");
    expect(inputs).toEqual([{ path: { command: "ls" }, text: "ran ls in ", flag: true }]);
  });

  it("that is not there, or fails, denies", async () => {
    const absent = await hooked(pre({ type: "mcp_tool", server: "guard", tool: "check" }), {
      plugins: [fakeBash().plugin],
    });
    expect(said(await absent.call("Bash", { command: "ls" }))).toContain("there is no tool mcp__guard__check");
    const failing = tool(() => {
      throw new Error("no connection");
    });
    const kernel = await hooked(pre({ type: "mcp_tool", server: "guard", tool: "check" }), {
      plugins: [failing, fakeBash().plugin],
    });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("denied");
  });

  it("is no call that it would judge itself, but others may", async () => {
    const cwd = folder();
    const guard = tool(() => "");
    const hooks = {
      PreToolUse: [
        { hooks: [{ type: "mcp_tool", server: "guard", tool: "check" }] },
        { matcher: "mcp__.*", hooks: [{ type: "command", command: "echo x >> log" }] },
      ],
    };
    const kernel = await hooked(hooks, { plugins: [guard, fakeBash().plugin], cwd });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
    expect(fs.readFileSync(join(cwd, "log"), "utf8")).toBe("x\n");
  });
});

describe("a hook that asks a model", () => {
  const call = { calls: [{ name: "Bash", input: { command: "ls" } }] };

  it.each([
    ["ok", '{"ok": true}', "ok"],
    ["ok, in words", 'Sure: {"ok": true}.', "ok"],
    ["no", '{"ok": false, "reason": "it is Monday"}', "denied"],
    ["nonsense", "I think so", "denied"],
    ["half an answer", '{"ok": "yes"}', "denied"],
  ])("that says %s", async (_, text, outcome) => {
    const model = scriptedModel([call, { text }, { text: "Done." }]);
    const hooks = pre({ type: "prompt", prompt: "Is this harmless? $ARGUMENTS" });
    const kernel = await hooked(hooks, { plugins: [fakeBash().plugin], model });
    const { results } = await kernel.run("Go.");
    expect(results[0]?.outcome).toBe(outcome);
    expect(JSON.stringify(model.requests[1]?.messages)).toMatch(/Is this harmless\? \{.*PreToolUse/);
    if (outcome === "denied" && text.includes("Monday")) expect(said(results[0])).toContain("it is Monday");
  });

  it("that fails denies", async () => {
    const model = scriptedModel([call, { failure: {} }, { text: "Done." }]);
    const kernel = await hooked(pre({ type: "prompt", prompt: "?" }), { plugins: [fakeBash().plugin], model });
    expect((await kernel.run("Go.")).results[0]?.outcome).toBe("denied");
  });

  it("puts the event behind a prompt that does not say where", async () => {
    const model = scriptedModel([call, { text: '{"ok": true}' }]);
    const kernel = await hooked(pre({ type: "prompt", prompt: "Fine?" }), { plugins: [fakeBash().plugin], model });
    await kernel.run("Go.");
    const [content] = model.requests[1]?.messages ?? [];
    expect(JSON.stringify(content)).toMatch(/Fine\?\\n\\n\{/);
  });

  it("of the type agent looks around with tools that only read", async () => {
    const looks: string[] = [];
    const look = defineTool({
      name: "Look",
      description: "Look at a file.",
      input: z.object({ path: z.string() }),
      traits: { readOnly: true },
      run: ({ path }) => {
        looks.push(path);
        return "all fine";
      },
    });
    const bash = fakeBash();
    const model = scriptedModel([
      call,
      {
        calls: [
          { name: "Look", input: { path: "a.txt" } },
          { name: "Bash", input: { command: "rm" } },
        ],
      },
      { text: '{"ok": true}' },
      { text: "Done." },
    ]);
    const hooks = { PreToolUse: [{ hooks: [{ type: "agent", prompt: "Is it safe?" }] }] };
    const kernel = await hooked(hooks, { plugins: [look, bash.plugin], model });
    const { results } = await kernel.run("Go.");
    expect(results.at(-1)?.outcome).toBe("ok");
    expect([looks, bash.commands]).toEqual([["a.txt"], ["ls"]]);
    expect(model.requests[1]?.tools.map(({ name }) => name)).toEqual(["Look"]);
    expect(JSON.stringify(model.requests[2]?.messages)).toContain('There is no tool \\"Bash\\".');
  });

  it("of the type agent gives up after 50 requests", async () => {
    const look = defineTool({
      name: "Look",
      description: "",
      input: z.object({}),
      traits: { readOnly: true },
      run: () => "and again",
    });
    const again = { calls: [{ name: "Look", input: {} }] };
    const model = scriptedModel([call, ...Array.from({ length: 60 }, () => again)]);
    const kernel = await hooked(
      { PreToolUse: [{ matcher: "Bash", hooks: [{ type: "agent", prompt: "?" }] }] },
      {
        plugins: [look, fakeBash().plugin],
        model,
      },
    );
    const calling = kernel.run("Go.");
    const results = (await calling).results.filter(({ outcome }) => outcome === "denied");
    expect(results.map(said).join()).toContain("50 times");
  });
});

describe("an async hook", () => {
  const bash = () => fakeBash();

  it("decides nothing, and what it says comes with the next prompt", async () => {
    const cwd = folder();
    const command = `while [ ! -e go ]; do sleep 0.01; done; ${printing({ systemMessage: "late", hookSpecificOutput: { hookEventName: "PostToolUse", additionalContext: "Formatted." } })}`;
    const kernel = await hooked({ PostToolUse: shell(command, { async: true }) }, { plugins: [bash().plugin], cwd });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
    fs.writeFileSync(join(cwd, "go"), "");
    await until(() => kernel.notices.includes("Late"));
    kernel.model.push({ text: "Hello." });
    await kernel.run("And now?");
    expect(JSON.stringify(kernel.model.requests.at(-1)?.messages)).toContain("Formatted.");
  });

  it("may ask to be let go on its first line", async () => {
    const cwd = folder();
    const command = `echo '{"async": true, "asyncTimeout": 60000}'; while [ ! -e go ]; do sleep 0.01; done; touch finished`;
    const kernel = await hooked({ PreToolUse: shell(command) }, { plugins: [bash().plugin], cwd });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
    expect(fs.existsSync(join(cwd, "finished"))).toBe(false);
    fs.writeFileSync(join(cwd, "go"), "");
    await until(() => fs.existsSync(join(cwd, "finished")));
  });

  it("ends with its session", async () => {
    const kernel = await hooked({ PreToolUse: shell("sleep 600", { async: true }) }, { plugins: [bash().plugin] });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
    await kernel.session.close();
  });

  it("with asyncRewake wakes the model by exit 2", async () => {
    const cwd = folder();
    const command = "while [ ! -e go ]; do sleep 0.01; done; echo 'the build broke' >&2; exit 2";
    const hooks = { PostToolUse: shell(command, { asyncRewake: true }) };
    const kernel = await hooked(hooks, { plugins: [bash().plugin], cwd });
    await kernel.call("Bash", { command: "ls" });
    const before = kernel.model.requests.length;
    const woken = new Promise<void>((resolve) => {
      kernel.session.watch((event) => event.type === "turn_end" && resolve());
    });
    fs.writeFileSync(join(cwd, "go"), "");
    await woken;
    expect(kernel.model.requests.length).toBe(before + 1);
    expect(JSON.stringify(kernel.model.requests.at(-1)?.messages)).toContain("the build broke");
  });
});

describe("a command hook", () => {
  it("without a shell gets its arguments as they stand", async () => {
    const cwd = folder();
    fs.writeFileSync(join(cwd, "look.sh"), '#!/bin/sh\nprintf "%s|" "$@" > args\n', { mode: 0o755 });
    const handler = {
      type: "command",
      command: "./look.sh",
      args: ["a b", "$HOME", `${field("CLAUDE_PROJECT_DIR")}/x`, "`id`"],
    };
    const kernel = await hooked({ PreToolUse: [{ hooks: [handler] }] }, { plugins: [fakeBash().plugin], cwd });
    await kernel.call("Bash", { command: "ls" });
    expect(fs.readFileSync(join(cwd, "args"), "utf8")).toBe(`a b|$HOME|${cwd}/x|\`id\`|`);
  });

  it("may ask for bash", async () => {
    const kernel = await hooked(
      { PreToolUse: shell("[[ a == a ]] && exit 2", { shell: "bash" }) },
      {
        plugins: [fakeBash().plugin],
      },
    );
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("denied");
  });

  it("leaves what it started running until the session ends", async () => {
    const cwd = folder();
    const command = "(while [ ! -e go ]; do sleep 0.01; done; touch finished) >/dev/null 2>&1 & exit 0";
    const kernel = await hooked({ PreToolUse: shell(command) }, { plugins: [fakeBash().plugin], cwd });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
    fs.writeFileSync(join(cwd, "go"), "");
    await until(() => fs.existsSync(join(cwd, "finished")));
  });

  it.each([
    ["Bash(git *)", "git push", true],
    ["Bash(git *)", "ls", false],
    ["Bash(git:*)", "cd x && git push", true],
    ["Bash(git push)", "git push origin", false],
    ["Bash", "anything", true],
    ["Edit(src/**)", "git push", false],
    ["!?", "git push", true],
  ])("with if %s runs for %s: %s", async (condition, command, runs) => {
    const kernel = await hooked(
      { PreToolUse: shell(deciding("deny"), { if: condition }) },
      { plugins: [fakeBash().plugin] },
    );
    expect((await kernel.call("Bash", { command })).outcome).toBe(runs ? "denied" : "ok");
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
