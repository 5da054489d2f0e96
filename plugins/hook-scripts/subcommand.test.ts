import fs from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { definePlugin, defineTool, type Subcommand, z } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import setup from "./hook-scripts.ts";
import { hookScripts } from "./index.ts";
import { deciding, fakeBash, folder, shell } from "./test-kit.ts";

/** `gantry hooks` on a real kernel, the plugin's own subcommand. */
async function program(hooks: unknown, model = scriptedModel()) {
  let subcommand: Subcommand | undefined;
  const plugin = definePlugin(hookScripts, async (context) => {
    const handlers = await setup(context);
    subcommand = handlers.subcommands.hooks;
    return handlers;
  });
  const look = defineTool({
    name: "Look",
    description: "",
    input: z.object({}),
    traits: { readOnly: true },
    run: () => "x",
  });
  const cwd = folder();
  const kernel = await createTestKernel({
    plugins: [execNode, filesNode, settingsFiles, plugin, fakeBash().plugin, look],
    settings: { hooks },
    model,
    cwd,
  });
  onTestFinished(() => kernel.close());
  const gantry = async (args: readonly string[], flags: Readonly<Record<string, string | boolean>> = {}) => {
    const stdout = new PassThrough();
    const host = {
      info: { cwd, home: cwd, folders: [] },
      stdout,
      report: () => kernel.report(),
      open: async () => kernel.session,
    };
    const code = await (subcommand as Subcommand)(args, flags, host as never);
    stdout.end();
    const text = String(stdout.read() ?? "");
    return { code, text, json: () => JSON.parse(text) };
  };
  return { gantry, cwd, kernel };
}

const HOOKS = {
  PreToolUse: [
    ...shell("touch ran; exit 2", { matcher: "Bash", timeout: 5 }),
    ...shell("touch other", { matcher: "Write|Edit" }),
    ...shell("touch ran; exit 2", { matcher: "*", timeout: 5 }),
    ...shell("touch if", { if: "Bash(git *)", onFail: "report" }),
  ],
  TeammateIdle: shell("true"),
  Stopp: [],
};

describe("gantry hooks list", () => {
  it("shows each event's hooks in their order, and what is wrong", async () => {
    const { gantry } = await program(HOOKS);
    const { code, text } = await gantry([]);
    expect(code).toBe(0);
    expect(text.split("\n")).toEqual([
      "PreToolUse",
      "  1. Bash: command touch ran; exit 2 | 5 s | denies if it fails | flag, the command line",
      "  2. Write|Edit: command touch other | 600 s | denies if it fails | flag, the command line",
      "  3. *: command touch ran; exit 2 | 5 s | denies if it fails | flag, the command line",
      "  4. *: command touch if | if Bash(git *) | 600 s | flag, the command line",
      "TeammateIdle (no plugin here fires it)",
      "  1. *: command true | 600 s | flag, the command line",
      'Problem: the command line: there is no hook event "Stopp", so its hooks do not run. Did you mean "Stop"?',
      "",
    ]);
  });

  it("says that there are none", async () => {
    expect((await (await program({})).gantry(["list"])).text).toBe("No hooks are configured.\n");
  });

  it("shows what a folder asks for that nobody trusts yet", async () => {
    const { gantry, cwd } = await program({});
    fs.mkdirSync(join(cwd, ".claude"));
    fs.writeFileSync(join(cwd, ".claude/settings.json"), JSON.stringify({ hooks: { Stop: shell("touch ran") } }));
    const { text } = await gantry(["list"]);
    expect(text).toBe(
      `Left out until you trust this folder:\n  Stop *: command touch ran | ${join(cwd, ".claude/settings.json")}\n`,
    );
  });

  it("writes JSON", async () => {
    const list = (await (await program(HOOKS)).gantry(["list"], { json: true })).json();
    expect(list.events.map(({ event }: { event: string }) => event)).toEqual(["PreToolUse", "TeammateIdle"]);
    expect(list.events[0].hooks[0]).toMatchObject({ matcher: "Bash", timeout: 5, layer: "flag" });
  });
});

describe("gantry hooks test", () => {
  it("says what would run, and runs nothing", async () => {
    const { gantry, cwd } = await program(HOOKS);
    const { text, code } = await gantry(["test", "PreToolUse", "Bash"]);
    expect(code).toBe(0);
    expect(text).toContain("PreToolUse (Bash): 1 of 4 hooks would run. Nothing was run.");
    expect(text).toMatch(/1\. Bash.*does not run: the same hook runs already/);
    expect(text).toMatch(/2\. Write\|Edit.*does not run: its matcher does not match/);
    expect(text).toMatch(/4\. .*does not run: the call is not Bash\(git \*\)/);
    expect(text).toContain('"command": "echo hello"');
    expect(text).toContain("CLAUDE_PROJECT_DIR");
    expect(fs.readdirSync(cwd)).toEqual([]);
  });

  it("takes fields of the event", async () => {
    const { gantry } = await program(HOOKS);
    const input = JSON.stringify({ tool_input: { command: "git push" }, tool_use_id: "mine" });
    const { hooks, input: seen } = (await gantry(["test", "PreToolUse", "Bash"], { input, json: true })).json();
    expect(hooks.map(({ wouldRun }: { wouldRun: boolean }) => wouldRun)).toEqual([false, false, true, true]);
    expect(seen).toMatchObject({ tool_input: { command: "git push" }, tool_use_id: "mine" });
  });

  it.each([
    "SessionStart",
    "UserPromptSubmit",
    "Stop",
    "Notification",
    "PreCompact",
    "WorktreeCreate",
    "PostToolBatch",
  ])("makes up a %s", async (event) => {
    const { gantry } = await program({ [event]: shell("touch ran") });
    expect((await gantry(["test", event])).text).toContain("1 of 1 hooks would run");
  });
});

describe("gantry hooks run", () => {
  it("runs the hooks of one event and shows what each said", async () => {
    const { gantry, cwd } = await program({ PreToolUse: [...shell("touch ran"), ...shell(deciding("ask"))] });
    const { text } = await gantry(["run", "PreToolUse", "Bash"]);
    expect(text).toContain("2 of 2 hooks ran");
    expect(text).toContain('Together: {"decision":"ask"');
    expect(fs.existsSync(join(cwd, "ran"))).toBe(true);
  });

  it("opens a session for a hook that needs one", async () => {
    const model = scriptedModel([{ text: '{"ok": false, "reason": "no"}' }]);
    const { gantry } = await program({ Stop: [{ hooks: [{ type: "prompt", prompt: "Done?" }] }] }, model);
    const { outcome } = (await gantry(["run", "Stop"], { json: true })).json();
    expect(outcome).toMatchObject({ decision: "deny", reason: "no" });
  });
});

describe("gantry hooks refuses", () => {
  it.each([
    [["lst"], {}, "GANTRY_HOOKS_ACTION", 'Did you mean "list"?'],
    [["test"], {}, "GANTRY_HOOKS_NO_EVENT", "needs an event"],
    [["run", "PreTolUse"], {}, "GANTRY_HOOKS_EVENT", 'Did you mean "PreToolUse"?'],
    [["test", "Stop"], { input: "[1]" }, "GANTRY_HOOKS_INPUT", "[1]"],
  ])("%j with %s", async (args, flags, code, words) => {
    const { gantry } = await program({});
    const error = await gantry(args, flags).catch((thrown) => thrown);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(words);
  });
});
