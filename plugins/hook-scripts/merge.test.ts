import * as fc from "fast-check";
import type { Decision } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import type { Answer } from "./answer.ts";
import { merge } from "./merge.ts";

const RANK: Record<Decision, number> = { none: 0, allow: 1, ask: 2, deny: 3 };
const decision = fc.constantFrom<Decision>("none", "allow", "ask", "deny");
const object = fc.dictionary(fc.constantFrom("command", "path", "__proto__", "x"), fc.integer({ min: 0, max: 3 }));
const answer: fc.Arbitrary<Answer> = fc.record(
  { decision, reason: fc.string(), context: fc.string(), input: object, stop: fc.string() },
  { requiredKeys: ["decision"] },
);
const answers = fc.array(answer, { maxLength: 6 });
const shuffled = answers.chain((list) =>
  fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
);

describe("what hooks say together", () => {
  it("is as strict in whatever order they are configured", () => {
    fc.assert(
      fc.property(shuffled, object, ([list, mixed], input) => {
        expect(merge(mixed, input).decision).toBe(merge(list, input).decision);
      }),
    );
  });

  it("is as strict as each of them, but for a yes to what another has changed", () => {
    fc.assert(
      fc.property(answers, object, (list, input) => {
        const { decision } = merge(list, input);
        const strictest = Math.max(0, ...list.map((one) => RANK[one.decision]));
        if (decision === "none") expect(strictest).toBeLessThanOrEqual(RANK.allow);
        else expect(RANK[decision]).toBe(strictest);
      }),
    );
  });

  it("never becomes looser by one more hook, except that a first yes may be said", () => {
    fc.assert(
      fc.property(answers, answer, object, (list, more, input) => {
        const before = merge(list, input).decision;
        const after = merge([...list, more], input).decision;
        if (RANK[before] >= RANK.ask) expect(RANK[after]).toBeGreaterThanOrEqual(RANK[before]);
        if (after === "allow" && before !== "allow") expect(more.decision).toBe("allow");
      }),
    );
  });

  it("is no yes where one hook allowed what another rewrote", () => {
    const yes: Answer = { decision: "allow" };
    const rewrite: Answer = { decision: "none", input: { command: "rm" } };
    const both: Answer = { decision: "allow", input: { command: "rm" } };
    const input = { command: "ls" };
    expect(merge([yes, rewrite], input).decision).toBe("none");
    expect(merge([both, rewrite], input).decision).toBe("none");
    expect(merge([yes, both], input)).toMatchObject({ decision: "allow", input: { command: "rm" } });
  });

  it("patches an input field by field in the order of the configuration", () => {
    const patch = (input: Answer["input"]): Answer => ({ decision: "none", ...(input && { input }) });
    const input = { command: "ls", timeout: 1, description: "look" };
    const list = [
      patch({ command: "ls -l", timeout: 1, description: "look" }),
      patch({ command: "ls", timeout: 2, description: "look" }),
      patch({ command: "ls -a", timeout: 1 }),
    ];
    expect(merge(list, input).input).toEqual({ command: "ls -a", timeout: 2 });
    expect(merge([...list, { decision: "deny" }], input).input).toBeUndefined();
  });

  it("keeps every reason of the decision that counts, and all context in order", () => {
    const list: Answer[] = [
      { decision: "deny", reason: "one", context: "a" },
      { decision: "allow", reason: "never mind", fields: { updatedPermissions: [1] } },
      { decision: "deny", reason: "two", context: "b", fields: { watchPaths: ["x"] } },
      { decision: "none", fields: { watchPaths: ["y"], sessionTitle: "t" } },
    ];
    expect(merge(list)).toEqual({
      decision: "deny",
      reason: "one\ntwo",
      context: ["a", "b"],
      fields: { watchPaths: ["x", "y"], sessionTitle: "t" },
      count: 4,
    });
  });
});
