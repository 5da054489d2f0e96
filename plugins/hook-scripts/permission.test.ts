import { join } from "node:path";
import { ask, definePlugin, PermissionRules, Permissions, RememberedAnswers } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { fakeBash, folder, hooked, printing, readInput, said, shell, tapping } from "./test-kit.ts";

const answering = (decision: object) =>
  printing({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });

async function asked(
  command: string,
  options: { readonly vote?: object; readonly more?: object; readonly hook?: object } = {},
) {
  const bash = fakeBash();
  const cwd = folder();
  const plugins = [bash.plugin, ...(options.vote ? [tapping({ toolGate: () => options.vote })] : [])];
  const kernel = await hooked(
    { PermissionRequest: shell(command, { ...options.hook }) },
    {
      plugins,
      cwd,
      answer: () => ({ decision: "deny", reason: "the person said no" }),
      ...options.more,
    },
  );
  const result = await kernel.call("Bash", { command: "ls" });
  return { outcome: result.outcome, text: said(result), kernel, cwd };
}

describe("a PermissionRequest hook", () => {
  it("answers in the person's place", async () => {
    expect((await asked(answering({ behavior: "allow" }))).outcome).toBe("ok");
    const { outcome, text } = await asked(answering({ behavior: "deny", message: "not today" }));
    expect([outcome, text.includes("not today")]).toEqual(["denied", true]);
  });

  it("leaves it to the person when it says nothing, with exit 1 or with exit 2", async () => {
    for (const command of ["exit 0", "exit 1", "exit 2", `${answering({ behavior: "allow" })}; exit 2`]) {
      expect((await asked(command)).text).toContain("the person said no");
    }
  });

  it.each(["gantry-no-such-program", "echo '{oops'", "kill -9 $$"])("denies when it fails: %s", async (command) => {
    const { outcome, text } = await asked(command, { more: { answer: "allow" } });
    expect([outcome, text.includes("PermissionRequest hook")]).toEqual(["denied", true]);
  });

  it("says no yes to what a rule wants a person for", async () => {
    const { text, kernel } = await asked(answering({ behavior: "allow" }), { vote: ask("a rule", "Bash(ls)") });
    expect(text).toContain("the person said no");
    expect(kernel.notices.join()).toContain("does not count: a rule wants a person to be asked");
  });

  it("says no yes to another input than was judged", async () => {
    const decision = { behavior: "allow", updatedInput: { command: "rm -rf /" } };
    expect((await asked(answering(decision))).text).toContain("the person said no");
  });

  it("ends the turn when it wants to", async () => {
    const bash = fakeBash();
    const command = answering({ behavior: "deny", message: "no", interrupt: true });
    const kernel = await hooked({ PermissionRequest: shell(command) }, { plugins: [bash.plugin] });
    kernel.model.push({ calls: [{ name: "Bash", input: { command: "ls" } }] });
    expect((await kernel.run("Go.")).end.reason).toBe("denied");
  });

  it("is told what a yes could be widened to, and may widen it", async () => {
    const done: unknown[] = [];
    const permits = definePlugin({
      name: "permits",
      provides: { permissions: Permissions, rules: PermissionRules, remembered: RememberedAnswers },
      setup: () => ({
        services: {
          permissions: {
            mode: () => "default",
            setMode: async (_: unknown, mode: string) => void done.push(mode),
            suppose: () => undefined,
          },
          rules: {
            allow: () => undefined,
            suppose: () => undefined,
            covering: () => undefined,
            suggest: () => undefined,
          },
          remembered: {
            offer: () => ({ rules: ["Bash(ls *)", "Read"], covers: "", file: "f" }),
            keep: async () => undefined,
            write: async (_: unknown, change: unknown) => void done.push(change),
          },
        } as never,
      }),
    });
    const updatedPermissions = [
      {
        type: "addRules",
        rules: [{ toolName: "Bash", ruleContent: "ls *" }],
        behavior: "allow",
        destination: "localSettings",
      },
      { type: "setMode", mode: "acceptEdits", destination: "session" },
      { type: "addDirectories", directories: ["/x"], destination: "session" },
    ];
    const command = `cat > in.json; ${answering({ behavior: "allow", updatedPermissions })}`;
    const bash = fakeBash();
    const cwd = folder();
    const kernel = await hooked({ PermissionRequest: shell(command) }, { plugins: [bash.plugin, permits], cwd });
    expect((await kernel.call("Bash", { command: "ls" })).outcome).toBe("ok");
    const input = readInput(join(cwd, "in.json"));
    expect(input).toMatchObject({ hook_event_name: "PermissionRequest", permission_mode: "default" });
    expect(input).not.toHaveProperty("tool_use_id");
    expect(input.permission_suggestions).toEqual([
      {
        type: "addRules",
        rules: [{ toolName: "Bash", ruleContent: "ls *" }, { toolName: "Read" }],
        behavior: "allow",
        destination: "session",
      },
    ]);
    expect(done).toEqual([
      { behavior: "allow", rules: ["Bash(ls *)"], destination: "local", isRemoval: false },
      "acceptEdits",
    ]);
    expect(kernel.notices.join()).toContain("the folders of a session are chosen when it starts");
  });
});

describe("a PermissionDenied hook", () => {
  it("hears of a denial in the mode auto, and may let the model try again", async () => {
    const auto = definePlugin({
      name: "auto",
      provides: { permissions: Permissions },
      setup: () => ({
        services: { permissions: { mode: () => "auto" as const, setMode: async () => {}, suppose: () => undefined } },
        taps: { toolGate: () => ({ decision: "deny", reason: "too risky" }) },
      }),
    });
    const retry = printing({
      systemMessage: "heard",
      hookSpecificOutput: { hookEventName: "PermissionDenied", retry: true },
    });
    const cwd = folder();
    const hooks = { PermissionDenied: shell(`cat > in.json; ${retry}`) };
    const kernel = await hooked(hooks, { plugins: [fakeBash().plugin, auto], cwd, answer: () => undefined });
    let release = () => {};
    const hookIsDone = new Promise<void>((resolve) => {
      release = resolve;
    });
    kernel.model.push({ calls: [{ name: "Bash", input: { command: "ls" } }] }, { text: "Refused.", after: hookIsDone });
    const running = kernel.run("Go.");
    while (!kernel.notices.includes("Heard")) await new Promise((resolve) => setImmediate(resolve));
    release();
    await running;
    expect(readInput(join(cwd, "in.json"))).toMatchObject({
      tool_name: "Bash",
      reason: "too risky",
    });
    await kernel.run("And?");
    expect(JSON.stringify(kernel.session.messages)).toContain("You may try the call of Bash again.");
  });
});
