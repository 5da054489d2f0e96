import fs from "node:fs";
import { join } from "node:path";
import { definePlugin, ShellFolders } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { fakeBash, folder, hooked, printing, readInput, said, shell } from "./test-kit.ts";

const specific = (fields: object, event = "PostToolUse") =>
  printing({ hookSpecificOutput: { hookEventName: event, ...fields } });

async function afterCall(
  command: string,
  more: Readonly<Record<string, unknown>> = {},
  event = "PostToolUse",
  bash = fakeBash(),
) {
  const cwd = folder();
  const kernel = await hooked({ [event]: shell(command, more) }, { plugins: [bash.plugin], cwd });
  const result = await kernel.call("Bash", { command: "ls" });
  const read = (name: string) => readInput(join(cwd, name));
  return { result, text: said(result), kernel, read };
}

describe("a PostToolUse hook", () => {
  it("reads the structured result", async () => {
    const bash = fakeBash("shown", { data: { stdout: "out", interrupted: false } });
    const { read } = await afterCall("cat > in.json", {}, "PostToolUse", bash);
    expect(read("in.json")).toMatchObject({
      hook_event_name: "PostToolUse",
      tool_name: "Bash",
      tool_input: { command: "ls" },
      tool_response: { stdout: "out", interrupted: false },
      tool_use_id: "call_1",
      duration_ms: expect.any(Number),
    });
  });

  it("reads the text where there is no structure", async () => {
    expect((await afterCall("cat > in.json")).read("in.json").tool_response).toBe("done");
  });

  it.each([
    ["exit 2", "echo 'lint failed' >&2; exit 2", "lint failed"],
    ["block", printing({ decision: "block", reason: "lint failed" }), "lint failed"],
    ["context", specific({ additionalContext: "3 warnings" }), "3 warnings"],
  ])("with %s speaks to the model behind the result", async (_, command, words) => {
    const { result, text } = await afterCall(command);
    expect(result.outcome).toBe("ok");
    expect(text).toMatch(/^done<system-reminder>\n/);
    expect(text).toContain(words);
  });

  it.each([
    ["a text", specific({ updatedToolOutput: "redacted" }), "redacted"],
    ["content", specific({ updatedToolOutput: [{ type: "text", text: "redacted" }] }), "redacted"],
    ["a structure with content", specific({ updatedToolOutput: { content: [{ type: "text", text: "r" }] } }), "r"],
    ["another structure", specific({ updatedToolOutput: { stdout: "r" } }), '{\n  "stdout": "r"\n}'],
    [
      "content of no known kind",
      specific({ updatedToolOutput: [{ type: "video" }] }),
      '[\n  {\n    "type": "video"\n  }\n]',
    ],
  ])("puts %s in place of the result", async (_, command, text) => {
    expect((await afterCall(command)).text).toBe(text);
  });

  it("that fails changes nothing, and the person is told", async () => {
    const { text, kernel } = await afterCall("gantry-no-such-program");
    expect(text).toBe("done");
    expect(kernel.notices.join()).toContain("could not be started (exit 127)");
  });

  it("that fails and must not withholds the result", async () => {
    const bash = fakeBash("a secret", { data: { stdout: "a secret" } });
    const { result, text } = await afterCall("exit 1", { onFail: "deny" }, "PostToolUse", bash);
    expect([result.outcome, result.data]).toEqual(["error", undefined]);
    expect(text).toContain("its result is withheld");
    expect(text).not.toContain("a secret");
  });

  it("with continue: false ends the turn before the model is asked again", async () => {
    const { kernel } = await afterCall(printing({ continue: false, stopReason: "Budget used up." }));
    expect(kernel.model.requests).toHaveLength(1);
    const again = await kernel.run("Go on.");
    expect(again.end.reason).toBe("completed");
  });

  it("says why the turn ended", async () => {
    const bash = fakeBash();
    const command = printing({ continue: false, stopReason: "Budget used up." });
    const kernel = await hooked({ PostToolUse: shell(command) }, { plugins: [bash.plugin] });
    kernel.model.push({ calls: [{ name: "Bash", input: { command: "ls" } }] });
    const { end } = await kernel.run("Go.");
    expect(end).toMatchObject({ reason: "hook_stopped", error: "Budget used up." });
  });

  it("does not run where the call did not", async () => {
    const cwd = folder();
    const hooks = {
      PreToolUse: shell("exit 2"),
      PostToolUse: shell("touch ran"),
      PostToolUseFailure: shell("touch ran"),
    };
    const kernel = await hooked(hooks, { plugins: [fakeBash().plugin], cwd });
    await kernel.call("Bash", { command: "ls" });
    expect(fs.existsSync(join(cwd, "ran"))).toBe(false);
  });
});

describe("a PostToolUseFailure hook", () => {
  it("hears of a call that failed, and PostToolUse does not", async () => {
    const failing = fakeBash("it broke", { fails: true });
    const { read, text } = await afterCall(
      "cat > in.json; echo 'try again' >&2; exit 2",
      {},
      "PostToolUseFailure",
      failing,
    );
    expect(read("in.json")).toMatchObject({ error: "it broke", is_interrupt: false });
    expect(text).toContain("try again");
    const other = await afterCall("touch ran", {}, "PostToolUse", fakeBash("it broke", { fails: true }));
    expect(fs.existsSync(join(other.kernel.cwd, "ran"))).toBe(false);
  });
});

describe("a PostToolBatch hook", () => {
  const twoCalls = [
    { name: "Bash", input: { command: "one" } },
    { name: "Bash", input: { command: "two" } },
  ];

  it("runs once for the calls of one answer, before the next request", async () => {
    const cwd = folder();
    const bash = fakeBash();
    const kernel = await hooked(
      { PostToolBatch: shell("cat >> in.jsonl; echo >> in.jsonl") },
      { plugins: [bash.plugin], cwd },
    );
    kernel.model.push({ calls: twoCalls }, { text: "Done." });
    await kernel.run("Go.");
    const lines = fs.readFileSync(join(cwd, "in.jsonl"), "utf8").trim().split("\n");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] as string).tool_calls).toEqual([
      { tool_name: "Bash", tool_input: { command: "one" }, tool_use_id: "call_1", tool_response: "done" },
      { tool_name: "Bash", tool_input: { command: "two" }, tool_use_id: "call_2", tool_response: "done" },
    ]);
  });

  it("with exit 2 ends the loop, and is not asked about the same calls again", async () => {
    const hooks = { PostToolBatch: shell("echo enough >&2; exit 2") };
    const kernel = await hooked(hooks, { plugins: [fakeBash().plugin] });
    kernel.model.push({ calls: twoCalls }, { text: "Done." });
    const { end } = await kernel.run("Go.");
    expect([end.reason, end.error?.includes("enough"), kernel.model.requests.length]).toEqual([
      "hook_stopped",
      true,
      1,
    ]);
    expect((await kernel.run("Go on.")).end).toMatchObject({ reason: "completed", text: "Done." });
  });

  it("has its context said before the turn ends", async () => {
    const command = specific({ additionalContext: "All calls were logged." }, "PostToolBatch");
    const kernel = await hooked({ PostToolBatch: shell(command) }, { plugins: [fakeBash().plugin] });
    kernel.model.push({ calls: twoCalls }, { text: "Done." }, { text: "Really done." });
    const { end } = await kernel.run("Go.");
    expect(end.text).toBe("Really done.");
    expect(JSON.stringify(kernel.model.requests.at(-1)?.messages)).toContain("All calls were logged.");
  });
});

describe("a CwdChanged hook", () => {
  it("hears where a call has left the shell, before the next one runs", async () => {
    const cwd = folder();
    const bash = fakeBash();
    const shellFolders = definePlugin({
      name: "shell-folders-of-the-test",
      provides: { shellFolders: ShellFolders },
      setup: () => ({
        services: {
          shellFolders: {
            current: () => (bash.commands.includes("cd src") ? join(cwd, "src") : cwd),
            enter: () => ({ path: cwd }),
            leave: () => undefined,
            watch: () => () => undefined,
          },
        },
      }),
    });
    const hooks = {
      CwdChanged: shell('cat >> in.jsonl; echo >> in.jsonl; test -n "$CLAUDE_ENV_FILE" && touch has-file'),
    };
    const kernel = await hooked(hooks, { plugins: [bash.plugin, shellFolders], cwd });
    for (const command of ["ls", "cd src", "ls"]) await kernel.call("Bash", { command });
    const lines = fs.readFileSync(join(cwd, "in.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ hook_event_name: "CwdChanged", old_cwd: cwd, new_cwd: join(cwd, "src") }),
    ]);
    expect(fs.existsSync(join(cwd, "has-file"))).toBe(true);
  });
});
