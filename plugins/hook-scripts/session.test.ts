import fs from "node:fs";
import { join } from "node:path";
import { definePlugin, HookEvents, type Message, type ModelEvent, type SessionView, text } from "gantry/sdk";
import { createTestKernel, fakeClock, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import sessionJsonl from "../session-jsonl/index.ts";
import settingsFiles from "../settings-files/index.ts";
import { setupWith } from "./hook-scripts.ts";
import { hookScripts } from "./index.ts";
import { fakeBash, folder, hooked, noting, printing, readInput, shell, tapping } from "./test-kit.ts";

const specific = (event: string, fields: object) =>
  printing({ hookSpecificOutput: { hookEventName: event, ...fields } });
const lastPrompt = (kernel: { model: { requests: readonly { messages: readonly Message[] }[] } }) =>
  JSON.stringify(kernel.model.requests.at(-1)?.messages);
const read = (cwd: string, name = "in.json") => readInput(join(cwd, name));

describe("a UserPromptSubmit hook", () => {
  it.each([
    ["exit 2", "echo 'no passwords' >&2; exit 2", "no passwords"],
    ["block", printing({ decision: "block", reason: "no passwords" }), "no passwords"],
    ["continue: false", printing({ continue: false, stopReason: "closed" }), "closed"],
    ["a failure", "gantry-no-such-program", "could not be started"],
    ["garbage", "echo '{'", "printed no valid answer"],
    ["a time-out", "sleep 600", "gave no answer within 0.2 s"],
  ])("refuses the prompt by %s, and no model reads it", async (_, command, words) => {
    const kernel = await hooked({ UserPromptSubmit: shell(command, { timeout: 0.2 }) });
    const { end } = await kernel.run("my password is hunter2");
    expect([end.reason, end.error?.includes(words)]).toEqual(["refused", true]);
    expect(kernel.model.requests).toEqual([]);
  });

  it.each([
    ["plain words", "echo 'It is Monday.'"],
    ["JSON", specific("UserPromptSubmit", { additionalContext: "It is Monday." })],
  ])("adds %s to the prompt", async (_, command) => {
    const cwd = folder();
    const kernel = await hooked({ UserPromptSubmit: shell(`cat > in.json; ${command}`) }, { cwd });
    await kernel.run("What day is it?");
    expect(read(cwd)).toMatchObject({ hook_event_name: "UserPromptSubmit", prompt: "What day is it?" });
    expect(lastPrompt(kernel)).toContain("What day is it?");
    expect(lastPrompt(kernel)).toContain("<system-reminder>\\nIt is Monday.\\n</system-reminder>");
  });

  it("that ends with 1 stands in nobody's way", async () => {
    const kernel = await hooked({ UserPromptSubmit: shell("echo 'not context'; exit 1") });
    expect((await kernel.run("Hello")).end.reason).toBe("completed");
    expect(lastPrompt(kernel)).not.toContain("not context");
  });
});

describe("a UserPromptExpansion hook", () => {
  const review = definePlugin({
    name: "review",
    commands: { review: { description: "" } },
    setup: () => ({ commands: { review: (args) => ({ prompt: `Review ${args} with care.` }) } }),
  });

  it("reads what a command has become, and may block it", async () => {
    const cwd = folder();
    const hooks = {
      UserPromptSubmit: shell("cat > typed.json"),
      UserPromptExpansion: shell("cat > in.json; echo 'not now' >&2; exit 2", { matcher: "review" }),
    };
    const kernel = await hooked(hooks, { cwd, plugins: [review] });
    expect((await kernel.run("/review the tests")).end.reason).toBe("refused");
    expect(read(cwd, "typed.json").prompt).toBe("/review the tests");
    expect(read(cwd)).toMatchObject({
      expansion_type: "slash_command",
      command_name: "review",
      command_args: "the tests",
      prompt: "Review the tests with care.",
    });
  });

  it("takes what is said while the turn runs for what it is", async () => {
    const hooks = { UserPromptExpansion: shell("echo expanded") };
    const said: { kernel?: Awaited<ReturnType<typeof hooked>> } = {};
    const model = scriptedModel([
      () => {
        said.kernel?.session.enqueue({ content: [text("and be quick")], origin: "person" });
        return { text: "Done." };
      },
    ]);
    said.kernel = await hooked(hooks, { plugins: [review], model });
    await said.kernel.run("/review the tests");
    expect(lastPrompt(said.kernel)).toContain("and be quick");
    expect(lastPrompt(said.kernel).split("\\nexpanded\\n")).toHaveLength(2);
  });

  it("does not run for what is no command", async () => {
    const kernel = await hooked({ UserPromptExpansion: shell("exit 2") }, { plugins: [review] });
    expect((await kernel.run("review the tests")).end.reason).toBe("completed");
  });
});

describe("a SessionStart hook", () => {
  it("says its context with the first prompt, once, and starts no turn", async () => {
    const cwd = folder();
    const hooks = { SessionStart: shell("cat > in.json; echo 'The sprint ends on Friday.'") };
    const recording = { stage: "first", handler: (session: SessionView) => session.record("tapping", "mode", {}) };
    const kernel = await hooked(hooks, { cwd, plugins: [tapping({ sessionStart: recording })] });
    expect(read(cwd)).toMatchObject({ source: "startup", model: "scripted/script", hook_event_name: "SessionStart" });
    expect(read(cwd)).not.toHaveProperty("prompt_id");
    expect(kernel.model.requests).toEqual([]);
    await kernel.run("Hello");
    await kernel.run("Again");
    expect(lastPrompt(kernel).split("The sprint ends on Friday.")).toHaveLength(2);
  });

  it("runs only for what it matches", async () => {
    const cwd = folder();
    await hooked(
      {
        SessionStart: [
          ...shell("touch resumed", { matcher: "resume" }),
          ...shell("touch started", { matcher: "startup|clear" }),
        ],
      },
      { cwd },
    );
    expect(fs.readdirSync(cwd)).toEqual(["started"]);
  });

  it("may leave variables for later commands", async () => {
    const cwd = folder();
    const hooks = { SessionStart: shell('echo "export A=1" >> "$CLAUDE_ENV_FILE"; echo "$CLAUDE_ENV_FILE" > where') };
    await hooked(hooks, { cwd });
    const file = fs.readFileSync(join(cwd, "where"), "utf8").trim();
    expect(file).toMatch(/environment\.sh$/);
    expect(fs.readFileSync(file, "utf8")).toBe("export A=1\n");
  });

  it("that fails keeps no session from opening", async () => {
    const kernel = await hooked({ SessionStart: shell("kill -9 $$") });
    expect((await kernel.run("Hello")).end.reason).toBe("completed");
  });
});

describe("a Stop hook", () => {
  it("makes the model go on, and knows that it has", async () => {
    const cwd = folder();
    const command =
      "cat >> in.jsonl; echo >> in.jsonl; if [ ! -e again ]; then touch again; echo 'run the tests' >&2; exit 2; fi";
    const kernel = await hooked(
      { Stop: shell(command) },
      { cwd, model: scriptedModel([{ text: "First." }, { text: "Second." }]) },
    );
    const { end } = await kernel.run("Go.");
    expect(end).toMatchObject({ reason: "completed", text: "Second." });
    expect(lastPrompt(kernel)).toContain("run the tests");
    expect(kernel.notices.join()).toContain("A Stop hook makes the model go on: ");
    const inputs = fs
      .readFileSync(join(cwd, "in.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(inputs).toEqual([
      expect.objectContaining({
        stop_hook_active: false,
        last_assistant_message: "First.",
        background_tasks: [],
        session_crons: [],
      }),
      expect.objectContaining({ stop_hook_active: true, last_assistant_message: "Second." }),
    ]);
  });

  it.each([
    ["8 times", {}, 8],
    ["as often as the environment says", { CLAUDE_CODE_STOP_HOOK_BLOCK_CAP: "2" }, 2],
  ])("that always says no is heard %s", async (_, env, times) => {
    const kernel = await hooked({ Stop: shell("echo more >&2; exit 2") }, { env });
    expect((await kernel.run("Go.")).end.reason).toBe("completed");
    expect(kernel.model.requests).toHaveLength(1 + times);
  });

  it("may add context, which also goes on, and may say that it is enough", async () => {
    const context = await hooked({
      Stop: shell(`[ -e done ] || { touch done; ${specific("Stop", { additionalContext: "One test is left." })}; }`),
    });
    await context.run("Go.");
    expect(lastPrompt(context)).toContain("One test is left.");
    const enough = await hooked({ Stop: [...shell("exit 2"), ...shell(printing({ continue: false }))] });
    await enough.run("Go.");
    expect(enough.model.requests).toHaveLength(1);
  });

  it("that fails ends nothing and keeps nothing going", async () => {
    const kernel = await hooked({ Stop: shell("gantry-no-such-program") });
    expect((await kernel.run("Go.")).end.reason).toBe("completed");
    expect(kernel.notices.join()).toContain("could not be started");
  });
});

describe("a StopFailure hook", () => {
  it("hears why the model could not be asked", async () => {
    const cwd = folder();
    const model = scriptedModel([{ failure: { kind: "rate_limit", status: 429, message: "Too many." } }]);
    const hooks = {
      StopFailure: shell(`cat > in.json; ${printing({ systemMessage: "heard" })}`, { matcher: "rate_limit" }),
    };
    const kernel = await hooked(hooks, { cwd, model });
    await kernel.run("Go.");
    await until(() => kernel.notices.includes("Heard"));
    expect(read(cwd)).toMatchObject({ error: "rate_limit", error_details: "Too many.", last_assistant_message: "" });
  });
});

describe("compaction", () => {
  const large = scriptedModelOf(1_000);

  it("is kept from happening by PreCompact", async () => {
    const cwd = folder();
    const kernel = await hooked(
      { PreCompact: shell("cat > in.json; echo 'not yet' >&2; exit 2", { matcher: "auto" }) },
      {
        cwd,
        plugins: [large, shortening],
      },
    );
    await kernel.session.setModel("sized/big");
    await kernel.run("x".repeat(5_000));
    expect(read(cwd)).toMatchObject({ trigger: "auto", custom_instructions: null });
    expect(kernel.session.entries.some(({ type }) => type === "compaction")).toBe(false);
    expect(kernel.notices.join()).toContain("not yet");
  });

  it("is told to PostCompact, and to SessionStart as what it is", async () => {
    const cwd = folder();
    const hooks = {
      PostCompact: shell(`cat > in.json; ${printing({ systemMessage: "heard" })}`),
      SessionStart: shell(`cat > start.json; ${printing({ systemMessage: "started" })}`, { matcher: "compact" }),
    };
    const kernel = await hooked(hooks, { cwd, plugins: [large, shortening] });
    await kernel.session.setModel("sized/big");
    await kernel.run("x".repeat(5_000));
    await until(() => kernel.notices.includes("Heard") && kernel.notices.includes("Started"));
    expect(read(cwd)).toMatchObject({ trigger: "auto", compact_summary: "Short." });
    expect(read(cwd, "start.json").source).toBe("compact");
  });
});

describe("a Notification hook", () => {
  const hooks = (cwd: string) => ({
    Notification: shell(`cat > ${cwd}/in.json; ${printing({ systemMessage: "heard" })}`),
  });

  it("hears that a person is asked", async () => {
    const cwd = folder();
    const kernel = await hooked(hooks(cwd), { cwd, plugins: [fakeBash().plugin] });
    await kernel.call("Bash", { command: "ls" });
    await until(() => kernel.notices.includes("Heard"));
    expect(read(cwd)).toMatchObject({
      notification_type: "permission_prompt",
      message: expect.stringContaining("Bash"),
    });
  });

  it("hears after a minute that nobody answers, and not when somebody does", async () => {
    const cwd = folder();
    const clock = fakeClock();
    const kernel = await createTestKernel({
      plugins: [execNode, filesNode, settingsFiles, definePlugin(hookScripts, setupWith(clock) as never)],
      settings: { hooks: hooks(cwd) },
      answer: "allow",
      cwd,
    });
    onTestFinished(() => kernel.close());
    const { notices } = noting(kernel);
    await kernel.run("Hello");
    await clock.advance(59_000);
    let release = () => {};
    const thinking = new Promise<void>((resolve) => {
      release = resolve;
    });
    kernel.model.push({ text: "Hm.", after: thinking });
    const running = kernel.run("Still here");
    await clock.advance(60_000);
    expect(clock.timers).toBe(0);
    release();
    await running;
    expect(clock.timers).toBe(1);
    await clock.advance(60_000);
    await until(() => notices.includes("Heard"));
    expect(read(cwd).notification_type).toBe("idle_prompt");
  });
});

describe("a SessionEnd hook", () => {
  it("runs when the session ends, and says why", async () => {
    const cwd = folder();
    const kernel = await hooked({ SessionEnd: shell("cat > in.json", { matcher: "clear" }) }, { cwd });
    await kernel.session.close("clear");
    expect(read(cwd)).toMatchObject({ hook_event_name: "SessionEnd", reason: "clear" });
  });

  it("that hangs is ended after its time", async () => {
    const cwd = folder();
    const kernel = await hooked(
      { SessionEnd: shell("sleep 600") },
      { cwd, env: { CLAUDE_CODE_SESSIONEND_HOOKS_TIMEOUT_MS: "50" } },
    );
    await kernel.session.close();
    expect(kernel.notices.join()).toContain("gave no answer within 0.05 s");
  });
});

describe("an event of another plugin", () => {
  it("is fired through the service, and its owner learns what hooks said", async () => {
    const cwd = folder();
    const outcomes: unknown[] = [];
    const agents = definePlugin({
      name: "agents-of-the-test",
      needs: { hookEvents: HookEvents },
      commands: { fire: { description: "" } },
      setup: ({ use }) => ({
        commands: {
          fire: async (event, session) => {
            const input = { agent_id: "a1", agent_type: "reviewer" };
            outcomes.push(use.hookEvents.has(event));
            outcomes.push(await use.hookEvents.fire(session, { event, subject: "reviewer", input }));
            return "";
          },
        },
      }),
    });
    const hooks = { SubagentStart: shell("cat > in.json; echo no >&2; exit 2", { matcher: "^review" }) };
    const kernel = await hooked(hooks, { cwd, plugins: [agents] });
    await kernel.run("/fire SubagentStart");
    await kernel.run("/fire SubagentStop");
    await kernel.run("/fire Nonsense");
    expect(read(cwd)).toMatchObject({
      hook_event_name: "SubagentStart",
      agent_id: "a1",
      session_id: kernel.session.id,
    });
    const silence = { decision: "none", context: [], fields: {}, count: 0 };
    expect(outcomes).toEqual([true, { ...silence, count: 1 }, false, silence, false, silence]);
    expect(kernel.notices.join()).toContain("no");
  });
});

describe("a kept session", () => {
  it("tells hooks where its transcript is", async () => {
    const cwd = folder();
    const kernel = await hooked({ SessionStart: shell("cat > in.json") }, { cwd, plugins: [sessionJsonl] });
    const { transcript_path: path } = read(cwd);
    expect(fs.readFileSync(String(path), "utf8")).toContain(kernel.session.id);
  });
});

describe("without hooks", () => {
  it("nothing is added to a turn", async () => {
    const kernel = await hooked(undefined, { plugins: [fakeBash().plugin] });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
    expect(kernel.session.messages).toHaveLength(4);
    expect(kernel.notices).toEqual([]);
  });
});

/** A model with a window so small that a long prompt fills it. */
function scriptedModelOf(contextWindow: number) {
  const { plugin: _, ...script } = scriptedModel();
  return definePlugin({
    name: "sized",
    providers: { sized: { title: "Sized", usable: "always", defaultModel: "big", models: ["big"] } },
    setup: () => ({
      providers: {
        sized: {
          info: (id) => ({ id, contextWindow }),
          async *stream(): AsyncGenerator<ModelEvent> {
            yield { type: "start", id: "m", model: "big" };
            yield {
              type: "end",
              message: {
                role: "assistant",
                id: "m",
                model: "big",
                content: [text(`${script.requests.length}`)],
                stop_reason: "end_turn",
                usage: {
                  input_tokens: 1,
                  output_tokens: 1,
                  cache_read_input_tokens: 0,
                  cache_creation_input_tokens: 0,
                },
              },
            };
          },
        },
      },
    }),
  });
}

const shortening = definePlugin({
  name: "shortening",
  setup: () => ({
    taps: { compact: () => ({ summary: "Shortened.", messages: [{ role: "user", content: [text("Short.")] }] }) },
  }),
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
