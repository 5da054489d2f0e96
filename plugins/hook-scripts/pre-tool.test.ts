import fs from "node:fs";
import { join } from "node:path";
import { allow, ask, deny } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { createStates } from "./state.ts";
import { toolTaps } from "./taps-tools.ts";
import { deciding, fakeBash, folder, hooked, printing, readInput, said, shell, tapping } from "./test-kit.ts";

/** Calls Bash under one PreToolUse hook; whether it ran, what the model was told, what the person. */
async function under(command: string, more: Readonly<Record<string, unknown>> = {}) {
  const bash = fakeBash();
  const kernel = await hooked({ PreToolUse: shell(command, { matcher: "Bash", ...more }) }, { plugins: [bash.plugin] });
  const result = await kernel.call("Bash", { command: "ls" });
  return { outcome: result.outcome, text: said(result), ran: bash.commands, notices: kernel.notices };
}

describe("a PreToolUse script that ends with", () => {
  it.each([
    ["exit 0", "exit 0", "ok"],
    ["exit 1, which blocks nothing", "echo broken >&2; exit 1", "ok"],
    ["exit 3", "exit 3", "ok"],
    ["exit 2, which blocks", "echo 'no ls here' >&2; exit 2", "denied"],
    ["exit 2 whatever its JSON says", `${deciding("allow")}; exit 2`, "denied"],
    ["a JSON allow", deciding("allow"), "ok"],
    ["a JSON deny", deciding("deny", { permissionDecisionReason: "never on Mondays" }), "denied"],
    ["a JSON deny and exit 1", `${deciding("deny")}\nexit 1`, "denied"],
    ["the old approve", printing({ decision: "approve" }), "ok"],
    ["the old block", printing({ decision: "block", reason: "old style" }), "denied"],
    ["JSON that has nothing to say", printing({ suppressOutput: true, somethingElse: 1 }), "ok"],
    ["noise before a JSON deny, which then does not count", `echo hello; ${deciding("deny")}`, "ok"],
    ["lines of JSON that are a log", 'printf \'{"level":"info"}\\n{"level":"warn"}\\n\'', "ok"],
    ["a list in brackets, which is no JSON object", "echo '[INFO] checked'", "ok"],
    ["broken JSON", "echo '{\"decision\": '", "denied"],
    ["JSON cut off in the middle", 'printf \'{"hookSpecificOutput": {"hookEv\'', "denied"],
    ["JSON with a decision nobody knows", printing({ decision: "maybe" }), "denied"],
    ["the answer to another event", printing({ hookSpecificOutput: { hookEventName: "Stop" } }), "denied"],
    ["a program that is not there", "gantry-no-such-program", "denied"],
    ["a script that may not be run", "touch plain; ./plain", "denied"],
    ["a signal", "kill -9 $$", "denied"],
    ["a program inside ended by a signal", "sh -c 'kill -9 $$'; exit $?", "denied"],
    ["continue: false", printing({ continue: false, stopReason: "enough" }), "denied"],
  ])("%s", async (_, command, outcome) => {
    const { ran, ...seen } = await under(command);
    expect(seen.outcome).toBe(outcome);
    expect(ran).toEqual(outcome === "ok" ? ["ls"] : []);
  });

  it("exit 2 tells the model what it wrote to stderr, with its command line", async () => {
    const { text } = await under("echo 'use ripgrep' >&2; exit 2");
    expect(text).toContain("[echo 'use ripgrep' >&2; exit 2]: use ripgrep");
  });

  it("another code tells the person the first line of stderr, and the model nothing", async () => {
    const { text, notices } = await under("echo 'first line' >&2; printf 'sec%s' ond >&2; exit 4");
    expect(text).toBe("done");
    expect(notices.join()).toContain("ended with exit code 4: first line");
    expect(notices.join()).not.toContain("second");
  });

  it("its reason is a sentence, and stays one", async () => {
    const { text } = await under(deciding("deny", { permissionDecisionReason: "Never on Mondays." }));
    expect(text).toBe("Bash was not allowed to run: Never on Mondays.");
  });

  it("a failure tells what to do about it", async () => {
    const { text } = await under("gantry-no-such-program");
    expect(text).toMatch(/the PreToolUse hook \[gantry-no-such-program\] of the command line could not be started/);
    expect(text).toContain('"onFail": "report"');
  });
});

describe("onFail", () => {
  it.each([
    ["a program that is not there", "gantry-no-such-program"],
    ["garbage", "echo '{oops'"],
    ["a signal", "kill -9 $$"],
  ])("report lets a call pass a gate that failed by %s, and tells", async (_, command) => {
    const { outcome, notices } = await under(command, { onFail: "report" });
    expect(outcome).toBe("ok");
    expect(notices).toHaveLength(1);
  });

  it.each([1, 3, 127])("deny makes exit code %i deny", async (code) => {
    expect((await under(`echo why >&2; exit ${code}`, { onFail: "deny" })).outcome).toBe("denied");
  });

  it("deny keeps a script that wants to go on by itself from being let go", async () => {
    const command = `echo '{"async": true}'; echo no >&2; exit 1`;
    expect((await under(command, { onFail: "deny" })).outcome).toBe("denied");
  });
});

describe("a script that hangs", () => {
  it("is ended after its time, and denies", async () => {
    const { outcome, text } = await under("trap '' TERM; sleep 600 & wait; sleep 600", { timeout: 0.1 });
    expect([outcome, text.includes("gave no answer within 0.1 s")]).toEqual(["denied", true]);
  });

  it("has not run out of time before it began, however much it is given", async () => {
    expect((await under(deciding("allow"), { timeout: 1e12 })).outcome).toBe("ok");
  });

  it("denies nothing with onFail report", async () => {
    expect((await under("sleep 600", { timeout: 0.1, onFail: "report" })).outcome).toBe("ok");
  });

  it("is ended when the turn is interrupted, and its call does not run", async () => {
    const bash = fakeBash();
    const cwd = folder();
    const started = join(cwd, "started");
    const kernel = await hooked({ PreToolUse: shell(`touch ${started}; sleep 600`) }, { plugins: [bash.plugin], cwd });
    const calling = kernel.call("Bash", { command: "ls" });
    await until(() => fs.existsSync(started));
    await kernel.session.interrupt();
    expect((await calling).outcome).toBe("aborted");
    expect(bash.commands).toEqual([]);
  });
});

describe("a call that is judged while its hooks are still at work", () => {
  it("is denied", async () => {
    const stateOf = createStates();
    const firing = { has: () => true, fire: () => new Promise(() => undefined) };
    const taps = toolTaps({ firing, stateOf } as never);
    const turn = { session: { scope: { own: () => undefined } }, signal: new AbortController().signal } as never;
    const call = { id: "c1", tool: { name: "Bash" }, input: {}, origin: "model" } as never;
    void taps.preTool(call, turn);
    expect(await taps.toolGate({ decision: "none" }, call, turn)).toMatchObject({ decision: "deny" });
    expect(await taps.toolGate({ decision: "none" }, call, turn)).toBeUndefined();
  });
});

describe("a decision", () => {
  const rules = (vote: object) => tapping({ toolGate: () => vote });

  it.each([
    ["an allow is outvoted by a deny", "allow", deny("a rule"), "denied"],
    ["an allow is outvoted by an ask that nobody answers", "allow", ask("a rule"), "denied"],
    ["a deny outvotes an allow", "deny", allow("a rule"), "denied"],
    ["an ask outvotes an allow", "ask", allow("a rule"), "denied"],
    ["defer asks", "defer", allow("a rule"), "denied"],
    ["an allow alone runs without asking", "allow", {}, "ok"],
  ])("%s", async (_, decision, vote, outcome) => {
    const bash = fakeBash();
    const gate = "decision" in vote ? [rules(vote)] : [];
    const plugins = [bash.plugin, ...gate];
    const kernel = await hooked({ PreToolUse: shell(deciding(decision)) }, { plugins, answer: () => undefined });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe(outcome);
  });

  it("an ask where nobody is there names no rule, since none would help", async () => {
    const asking = deciding("ask", { permissionDecisionReason: "Deploys want a person." });
    const plugins = [fakeBash().plugin, rules({ decision: "none", remedy: "Allow it." })];
    const kernel = await hooked({ PreToolUse: shell(asking) }, { plugins, answer: () => undefined });
    expect(said(await kernel.call("Bash", { command: "ls" }))).toBe(
      "Bash was not allowed to run: Deploys want a person, and nobody can be asked in this run. A hook wants a person to say yes to it; no rule does so.",
    );
  });

  it("is also asked for calls that no model makes", async () => {
    const bash = fakeBash();
    const { Tools } = await import("gantry/sdk");
    const { definePlugin } = await import("gantry/sdk");
    const caller = definePlugin({
      name: "caller",
      needs: { tools: Tools },
      commands: { call: { description: "" } },
      setup: ({ use }) => ({
        commands: {
          call: async (_, session) => {
            const request = { name: "Bash", input: { command: "ls" }, origin: "user" } as const;
            return said(await use.tools.call(session, request));
          },
        },
      }),
    });
    const hooks = { PreToolUse: shell("echo no >&2; exit 2") };
    const kernel = await hooked(hooks, { plugins: [bash.plugin, caller] });
    expect((await kernel.run("/call")).text).toContain("Bash was not allowed to run");
    expect(bash.commands).toEqual([]);
  });
});

describe("a rewritten input", () => {
  const rewriting = (command: unknown, decision = "allow") => deciding(decision, { updatedInput: { command } });

  it("is what is checked and what runs", async () => {
    const bash = fakeBash();
    const gate = tapping({
      toolGate: (_: unknown, { input }: { input: { command: string } }) =>
        input.command === "ls -l" ? undefined : deny("only ls -l"),
    });
    const kernel = await hooked({ PreToolUse: shell(rewriting("ls -l")) }, { plugins: [bash.plugin, gate] });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
    expect(bash.commands).toEqual(["ls -l"]);
  });

  it("is judged by the rules although its hook allowed it", async () => {
    const bash = fakeBash();
    const gate = tapping({
      toolGate: (_: unknown, { input }: { input: { command: string } }) =>
        input.command.startsWith("rm") ? deny("no rm") : undefined,
    });
    const kernel = await hooked({ PreToolUse: shell(rewriting("rm -rf x")) }, { plugins: [bash.plugin, gate] });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("denied");
  });

  it("that the tool would not take denies the call", async () => {
    const bash = fakeBash();
    const kernel = await hooked({ PreToolUse: shell(rewriting(7)) }, { plugins: [bash.plugin] });
    const result = await kernel.call("Bash", { command: "ls" });
    expect([result.outcome, bash.commands]).toEqual(["denied", []]);
    expect(said(result)).toContain("a plugin rewrote it badly");
  });
});

describe("what a hook reads", () => {
  it("is the event as documented, and its environment", async () => {
    const cwd = folder();
    const bash = fakeBash();
    const look = 'cat > input.json; env | grep "^CLAUDE" | sort > env.txt; pwd > pwd.txt';
    const kernel = await hooked({ PreToolUse: shell(look) }, { plugins: [bash.plugin], cwd });
    await kernel.call("Bash", { command: "ls" });
    const input = readInput(join(cwd, "input.json"));
    expect(input).toEqual({
      session_id: kernel.session.id,
      prompt_id: expect.any(String),
      transcript_path: "",
      cwd,
      hook_event_name: "PreToolUse",
      tool_name: "Bash",
      tool_input: { command: "ls" },
      tool_use_id: "call_1",
    });
    expect(fs.readFileSync(join(cwd, "pwd.txt"), "utf8")).toBe(`${cwd}\n`);
    const env = fs.readFileSync(join(cwd, "env.txt"), "utf8");
    for (const line of [`CLAUDE_PROJECT_DIR=${cwd}`, `CLAUDE_CODE_SESSION_ID=${kernel.session.id}`, "CLAUDECODE=1"]) {
      expect(env).toContain(line);
    }
    expect(env).not.toContain("CLAUDE_ENV_FILE");
  });

  it("holds no key of the host", async () => {
    const cwd = folder();
    const bash = fakeBash();
    const env = { ANTHROPIC_API_KEY: "sk-secret", OTEL_EXPORTER_OTLP_HEADERS: "token=secret", KEPT: "yes" };
    const kernel = await hooked({ PreToolUse: shell("env > env.txt") }, { plugins: [bash.plugin], cwd, env });
    await kernel.call("Bash", { command: "ls" });
    const seen = fs.readFileSync(join(cwd, "env.txt"), "utf8");
    expect(seen).toContain("KEPT=yes");
    expect(seen).not.toContain("secret");
  });
});

describe("context", () => {
  it("reaches the model before its next request", async () => {
    const bash = fakeBash();
    const context = deciding("allow", { additionalContext: "The branch is frozen." });
    const kernel = await hooked({ PreToolUse: shell(context) }, { plugins: [bash.plugin] });
    await kernel.call("Bash", { command: "ls" });
    const last = JSON.stringify(kernel.model.requests.at(-1)?.messages);
    expect(last).toContain("<system-reminder>\\nThe branch is frozen.\\n</system-reminder>");
  });

  it("that is too long is kept in a file, and its beginning said", async () => {
    const bash = fakeBash();
    const kernel = await hooked(
      { PreToolUse: shell("head -c 30000 /dev/zero | tr '\\0' x >&2; exit 2") },
      { plugins: [bash.plugin] },
    );
    const text = said(await kernel.call("Bash", { command: "ls" }));
    expect(text.length).toBeLessThan(3_000);
    const [, path = ""] = /all of it is in (\S+?)\.\]/.exec(text) ?? [];
    expect(fs.readFileSync(path, "utf8")).toContain("x".repeat(30_000));
  });

  it("of a script that prints without end is cut, and the script ended", async () => {
    const { outcome } = await under("yes", { timeout: 0.3 });
    expect(outcome).toBe("denied");
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
