import fc from "fast-check";
import {
  type Call,
  createHooks,
  type Decision,
  type Fault,
  HOOKS,
  type HookName,
  joinVerdicts,
  NO_VERDICT,
  type SessionEvent,
  type SessionView,
  type TurnView,
  type Verdict,
} from "gantry/sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Guard } from "../core/guard.ts";
import { Trace } from "../core/trace.ts";

/** Real hooks behind a real guard, with taps given as functions. */
function guarded() {
  const faults: Fault[] = [];
  const retired = new Set<string>();
  const trace = new Trace();
  const guard = new Guard({
    trace,
    isRetired: (plugin) => retired.has(plugin),
    onFault: (fault) => void faults.push(fault),
    isStrict: false,
  });
  const hooks = createHooks();
  for (const hook of Object.keys(hooks) as HookName[])
    hooks[hook].intercept({ register: guard.register(hook) as never });
  const tap = (hook: HookName, owner: string, handler: unknown, options = {}) =>
    hooks[hook].tap({ name: owner, owner, ...options } as never, handler as never);
  return { hooks, tap, faults, retired, trace, guard };
}

function turnWith(signal = new AbortController().signal) {
  return { session: {} as SessionView, signal } as TurnView;
}
const call = { id: "c1", tool: { name: "Read" }, input: {} } as Call;
const boom = () => {
  throw new Error("boom");
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a tap that names types of events gets those alone", () => {
  const { hooks, tap } = guarded();
  const seen: string[] = [];
  tap("event", "ends", ({ type }: SessionEvent) => void seen.push(`ends ${type}`), { only: ["turn_end"] });
  tap("event", "all", ({ type }: SessionEvent) => void seen.push(`all ${type}`));
  for (const type of ["text", "turn_end"]) hooks.event.call({ type } as SessionEvent, {} as SessionView);
  expect(seen).toEqual(["all text", "ends turn_end", "all turn_end"]);
});

describe("a tap that fails", () => {
  const turn = turnWith();
  const { session } = turn;
  test.each<[HookName, unknown[]]>([
    ["sessionStart", [session]],
    ["input", [{ content: [] }, turn]],
    ["promptBuild", [{ sections: [] }, turn]],
    ["preTool", [call, turn]],
    ["ask", [{ call }, turn]],
    ["postTool", [{ outcome: "ok" }, call, turn]],
    ["turnStop", [turn]],
    ["compact", [{ tokens: 1 }, turn]],
    ["notify", [{ level: "info" }, session]],
    ["sessionEnd", [session, "exit"]],
  ])("of %s is reported, and the next one runs", async (name, args) => {
    const { hooks, tap, faults } = guarded();
    let hasRun = false;
    tap(name, "bad", boom);
    tap(name, "good", () => {
      hasRun = true;
    });
    await (hooks[name].promise as (...args: unknown[]) => Promise<unknown>)(...args);
    expect(hasRun).toBe(true);
    expect(faults).toEqual([expect.objectContaining({ plugin: "bad", where: name, message: "boom" })]);
  });

  test("of event does not silence the next one", () => {
    const { hooks, tap } = guarded();
    const seen: string[] = [];
    tap("event", "bad", boom);
    tap("event", "good", () => void seen.push("good"));
    hooks.event.call({ type: "text", text: "x" }, {} as SessionView);
    expect(seen).toEqual(["good"]);
  });

  test("of toolGate denies", async () => {
    const { hooks, tap } = guarded();
    tap("toolGate", "bad", boom);
    expect(await hooks.toolGate.promise(NO_VERDICT, call, turnWith())).toMatchObject({ decision: "deny", by: "bad" });
  });

  test("three times in a row is off for the session, but a success in between forgives", async () => {
    const { hooks, tap, faults } = guarded();
    let isBroken = true;
    let runs = 0;
    tap("preTool", "flaky", () => {
      runs++;
      if (isBroken) boom();
    });
    const turn = turnWith();
    const go = () => hooks.preTool.promise(call, turn);
    await go();
    await go();
    isBroken = false;
    await go();
    isBroken = true;
    for (let i = 0; i < 5; i++) await go();
    expect(runs).toBe(6);
    expect(faults.map(({ isQuarantined }) => isQuarantined)).toEqual([false, false, false, false, true]);
    await hooks.preTool.promise(call, turnWith());
    expect(runs).toBe(7);
  });

  test("too often is off, but its wrap around the model is not: what limits the model is never skipped", async () => {
    const { hooks, tap } = guarded();
    tap("preTool", "limit", boom);
    tap("modelWrap", "limit", () => "wrapped");
    const turn = turnWith();
    for (let i = 0; i < 3; i++) await hooks.preTool.promise(call, turn);
    expect(hooks.modelWrap.call("bare" as never, turn.session)).toBe("wrapped");
  });

  test("as a gate is never off: it keeps denying", async () => {
    const { hooks, tap } = guarded();
    tap("toolGate", "bad", boom);
    const turn = turnWith();
    for (let i = 0; i < 6; i++) expect((await hooks.toolGate.promise(NO_VERDICT, call, turn)).decision).toBe("deny");
  });
});

describe("a tap that hangs", () => {
  const hang = () => new Promise(() => undefined);

  test("is cut off at the hook's deadline, and named meanwhile", async () => {
    const { hooks, tap, faults, guard } = guarded();
    tap("preTool", "slow", hang);
    const done = hooks.preTool.promise(call, turnWith());
    expect([...guard.waiting()].map(({ plugin, hook }) => [plugin, hook])).toEqual([["slow", "preTool"]]);
    await vi.advanceTimersByTimeAsync(HOOKS.preTool.deadlineMs + 10);
    expect(await done).toBe(call);
    expect(faults).toEqual([expect.objectContaining({ plugin: "slow", isTimeout: true })]);
    expect([...guard.waiting()]).toEqual([]);
  });

  test("as a gate denies at its deadline", async () => {
    const { hooks, tap } = guarded();
    tap("toolGate", "slow", hang);
    const done = hooks.toolGate.promise(NO_VERDICT, call, turnWith());
    await vi.advanceTimersByTimeAsync(HOOKS.toolGate.deadlineMs + 10);
    expect((await done).decision).toBe("deny");
  });

  test("may shorten its own deadline but not lengthen it", async () => {
    const { hooks, tap, faults } = guarded();
    tap("preTool", "brief", hang, { deadlineMs: 50 });
    tap("preTool", "greedy", hang, { deadlineMs: 10 * HOOKS.preTool.deadlineMs });
    const done = hooks.preTool.promise(call, turnWith());
    await vi.advanceTimersByTimeAsync(60);
    expect(faults.map(({ plugin }) => plugin)).toEqual(["brief"]);
    await vi.advanceTimersByTimeAsync(HOOKS.preTool.deadlineMs + 10);
    expect(faults.map(({ plugin }) => plugin)).toEqual(["brief", "greedy"]);
    await done;
  });

  test("that keeps deadlines of its own is waited for, until its turn is interrupted", async () => {
    const { hooks, tap, faults } = guarded();
    const controller = new AbortController();
    tap("preTool", "patient", hang, { deadlineMs: 0 });
    const done = hooks.preTool.promise(call, turnWith(controller.signal)).catch((thrown: Error) => thrown.message);
    await vi.advanceTimersByTimeAsync(20 * HOOKS.preTool.deadlineMs);
    expect(faults).toEqual([]);
    controller.abort();
    expect(await done).toContain("interrupted while patient was in preTool");
  });

  test("is left at once when its turn is interrupted", async () => {
    const { hooks, tap, guard } = guarded();
    const controller = new AbortController();
    tap("preTool", "slow", hang);
    const done = hooks.preTool.promise(call, turnWith(controller.signal)).catch((thrown: Error) => thrown.message);
    controller.abort();
    expect(await done).toContain("interrupted while slow was in preTool");
    expect([...guard.waiting()]).toEqual([]);
  });

  test("and answers after its deadline changes nothing any more", async () => {
    const { hooks, tap } = guarded();
    let answer: (value: unknown) => void = () => undefined;
    tap("toolGate", "late", () => new Promise((resolve) => (answer = resolve)));
    const done = hooks.toolGate.promise(NO_VERDICT, call, turnWith());
    await vi.advanceTimersByTimeAsync(HOOKS.toolGate.deadlineMs + 10);
    answer({ decision: "allow" });
    expect((await done).decision).toBe("deny");
  });
});

describe("a tap", () => {
  test("of a retired plugin is a no-op at once", async () => {
    const { hooks, tap, retired } = guarded();
    tap("toolGate", "gone", () => ({ decision: "deny" }));
    retired.add("gone");
    expect(await hooks.toolGate.promise(NO_VERDICT, call, turnWith())).toBe(NO_VERDICT);
  });

  test("with a filter runs for its tools and their aliases only", async () => {
    const { hooks, tap } = guarded();
    const seen: string[] = [];
    tap("preTool", "picky", (c: Call) => void seen.push(c.tool.name), { only: ["Bash"] });
    for (const tool of [{ name: "Read" }, { name: "Bash" }, { name: "Shell", aliases: ["Bash"] }]) {
      await hooks.preTool.promise({ ...call, tool } as Call, turnWith());
    }
    expect(seen).toEqual(["Bash", "Shell"]);
  });

  test("leaves a span that says what it did", async () => {
    const { hooks, tap, trace } = guarded();
    tap("preTool", "idle", () => undefined);
    tap("preTool", "busy", (c: Call) => ({ ...c, input: { a: 1 } }));
    tap("toolGate", "voter", () => ({ decision: "allow" }));
    tap("toolGate", "bad", boom);
    await hooks.preTool.promise(call, turnWith());
    await hooks.toolGate.promise(NO_VERDICT, call, turnWith());
    expect(trace.of("c1").map(({ plugin, effect }) => [plugin, effect])).toEqual([
      ["idle", "passed"],
      ["busy", "changed"],
      ["voter", "voted"],
      ["bad", "failed"],
    ]);
  });
});

describe("votes", () => {
  const decision = fc.constantFrom<Decision>("none", "allow", "ask", "deny");
  const rank = { none: 0, allow: 1, ask: 2, deny: 3 };

  test("can never loosen one another, and a crash among them denies", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(decision, fc.constant("crash" as const)), { maxLength: 8 }), async (votes) => {
        const { hooks, tap } = guarded();
        for (const [i, vote] of votes.entries())
          tap("toolGate", `p${i}`, vote === "crash" ? boom : () => ({ decision: vote }));
        const { decision: joined } = await hooks.toolGate.promise(NO_VERDICT, call, turnWith());
        const strictest = Math.max(0, ...votes.map((vote) => (vote === "crash" ? 3 : rank[vote])));
        expect(rank[joined]).toBe(strictest);
      }),
      { numRuns: 300 },
    );
  });

  test("join the same way in any grouping", () => {
    const verdict = decision.map((d): Verdict => ({ decision: d }));
    fc.assert(
      fc.property(verdict, verdict, verdict, (a, b, c) => {
        expect(joinVerdicts(joinVerdicts(a, b), c).decision).toBe(joinVerdicts(a, joinVerdicts(b, c)).decision);
      }),
    );
  });
});
