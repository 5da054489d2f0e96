import { definePlugin, type HookActivity, HookEvents, type HookFunction, HookSources } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { fakeBash, hooked, printing, said, shell } from "./test-kit.ts";

/** A kernel with hooks that are functions beside those of the settings, and what was told of hooks at work. */
async function withFunctions(functions: readonly HookFunction[], hooks?: unknown, settings: object = {}) {
  const { plugin, commands } = fakeBash();
  const told: HookActivity[] = [];
  let sources: HookSources | undefined;
  const probe = definePlugin({
    name: "probe",
    needs: { hooks: HookSources, events: HookEvents },
    setup: ({ use }) => {
      sources = use.hooks;
      use.hooks.set("the test", functions);
      use.events.watch((activity) => void told.push(activity));
      return {};
    },
  });
  const kernel = await hooked(hooks, { plugins: [plugin, probe], settings: settings as never });
  return { ...kernel, commands, told, sources: sources as unknown as HookSources };
}

const hook = (run: HookFunction["run"], more: Partial<HookFunction> = {}): HookFunction => ({
  event: "PreToolUse",
  name: "a function",
  run,
  ...more,
});
const decision = (permissionDecision: string, more: object = {}) => ({
  hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision, ...more },
});

describe("a hook that is a function", () => {
  it("reads what a script reads, and decides as a script does", async () => {
    const inputs: unknown[] = [];
    const { call, commands } = await withFunctions([
      hook(async (input) => {
        inputs.push(input);
        return decision("deny", { permissionDecisionReason: "Not today." });
      }),
    ]);
    expect(said(await call("Bash", { command: "ls" }))).toContain("Not today.");
    expect(commands).toEqual([]);
    expect(inputs).toMatchObject([
      {
        hook_event_name: "PreToolUse",
        tool_name: "Bash",
        tool_input: { command: "ls" },
        tool_use_id: expect.any(String),
      },
    ]);
  });

  it("is meant by its matcher alone", async () => {
    const { call, commands } = await withFunctions([hook(async () => decision("deny"), { matcher: "Read|Write" })]);
    await call("Bash", { command: "ls" });
    expect(commands).toEqual(["ls"]);
  });

  it("loosens nothing that a script has refused, nor the other way round", async () => {
    const deny = { PreToolUse: shell(printing(decision("deny", { permissionDecisionReason: "The script." }))) };
    const { call } = await withFunctions([hook(async () => decision("allow"))], deny);
    expect(said(await call("Bash", { command: "ls" }))).toContain("The script.");
  });

  it.each([
    ["rejects", async () => Promise.reject(new Error("asleep"))],
    ["answers with what is no answer", async () => decision("perhaps")],
    ["answers with a list", async () => [1]],
    ["does not answer in time", () => new Promise<never>(() => {})],
  ])("that %s denies what it guards, unless it says otherwise", async (_, run) => {
    const { call, commands, sources } = await withFunctions([hook(run, { timeout: 0.01 })]);
    expect((await call("Bash", { command: "first" })).outcome).toBe("denied");
    sources.set("the test", [hook(run, { timeout: 0.01, onFail: "report" })]);
    expect((await call("Bash", { command: "second" })).outcome).toBe("ok");
    expect(commands).toEqual(["second"]);
  });

  it("is off where hooks are off, and gone when its source sets others", async () => {
    const off = await withFunctions([hook(async () => decision("deny"))], undefined, { disableAllHooks: true });
    expect((await off.call("Bash", { command: "ls" })).outcome).toBe("ok");
    const on = await withFunctions([hook(async () => decision("deny"))]);
    expect((await on.call("Bash", { command: "ls" })).outcome).toBe("denied");
    on.sources.set("the test", []);
    expect((await on.call("Bash", { command: "ls" })).outcome).toBe("ok");
  });

  it.each([
    [{ event: "PreBreakfast" }, "GANTRY_HOOKS_UNKNOWN"],
    [{ matcher: "(" }, "GANTRY_HOOKS_MATCHER"],
  ])("that cannot be understood is refused, and what was set stays: %j", async (more, code) => {
    const { call, sources } = await withFunctions([hook(async () => decision("deny"))]);
    expect(() => sources.set("the test", [hook(async () => undefined, more)])).toThrow(
      expect.objectContaining({ code }),
    );
    expect((await call("Bash", { command: "ls" })).outcome).toBe("denied");
  });
});

it("whoever watches hears of every hook, when it begins and how it ends", async () => {
  const fails = hook(async () => Promise.reject(new Error("asleep")), { onFail: "report" });
  const { call, told } = await withFunctions([fails], { PreToolUse: shell("printf '{}'; printf loud >&2") });
  await call("Bash", { command: "ls" });
  const ends = told.filter(({ ended }) => ended);
  expect(told).toHaveLength(4);
  expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  expect(told[0]).toMatchObject({ event: "PreToolUse", name: "PreToolUse:Bash" });
  expect(ends.map(({ ended }) => ended)).toEqual(
    expect.arrayContaining([
      { stdout: "", stderr: expect.stringContaining("asleep"), outcome: "error" },
      { stdout: "{}", stderr: "loud", exitCode: 0, outcome: "success" },
    ]),
  );
});
