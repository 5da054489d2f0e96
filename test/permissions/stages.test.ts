import fc from "fast-check";
import { definePlugin, Judge, type Plugin, type Verdict, z } from "gantry/sdk";
import { describe, expect, it } from "vitest";
import { kernelWith } from "../kernels.ts";
import { pipeline, type Stage, type TableLine, table } from "./pipeline.ts";

const RANK = { none: 0, allow: 1, ask: 2, deny: 3 };
const STAGES_OF_TAPS = ["first", "early", "normal", "late", "last"] as const;

/** Gates that vote as they are told, in all stages and in the order given. */
async function gates(order: readonly number[]) {
  const votes: (Verdict | undefined)[] = [];
  let judge: Judge | undefined;
  const gate = (at: number): Plugin =>
    definePlugin({
      name: `gate-${at}`,
      taps: { toolGate: { stage: STAGES_OF_TAPS[at % STAGES_OF_TAPS.length] ?? "normal" } },
      setup: () => ({ taps: { toolGate: () => votes[at] } }),
    });
  const probe = definePlugin({
    name: "probe",
    needs: { judge: Judge },
    tools: { Order: { description: "Order.", input: z.object({}) } },
    taps: { sessionStart: {} },
    setup: ({ use }) => {
      judge = use.judge;
      return { tools: { Order: () => "ran" }, taps: { sessionStart: () => undefined } };
    },
  });
  const kernel = await kernelWith({ plugins: [...order.map(gate), probe] });
  return async (given: readonly (Verdict | undefined)[]): Promise<Verdict> => {
    votes.splice(0, votes.length, ...given);
    return (judge as Judge).judge(kernel.session, { name: "Order", input: {} });
  };
}

const COUNT = 8;
const vote = fc.option(
  fc.record(
    {
      decision: fc.constantFrom("none", "allow", "ask", "deny"),
      reason: fc.string(),
      rule: fc.string(),
      remedy: fc.string(),
      readsOnly: fc.boolean(),
    },
    { requiredKeys: ["decision"] },
  ) as fc.Arbitrary<Verdict>,
  { nil: undefined },
);
const strictest = (votes: readonly (Verdict | undefined)[]) =>
  Math.max(...votes.map((one) => RANK[one?.decision ?? "none"]));

describe("votes on a call, in whatever order of plugins", () => {
  it("come to the strictest of them; where there is none, the call is asked for", async () => {
    const order = fc.shuffledSubarray([...Array(COUNT).keys()], { minLength: COUNT, maxLength: COUNT });
    for (const plugins of fc.sample(order, { numRuns: 5, seed: 1 })) {
      const judge = await gates(plugins);
      await fc.assert(
        fc.asyncProperty(fc.array(vote, { minLength: 1, maxLength: COUNT }), async (votes) => {
          const { decision } = await judge(votes);
          expect(RANK[decision]).toBe(strictest(votes) || RANK.ask);
        }),
        { numRuns: 60, seed: 2 },
      );
    }
  });

  it("never loosen what the others have said", async () => {
    const judge = await gates([3, 1, 4, 0, 5, 2, 7, 6]);
    const votes = fc.array(vote, { minLength: 1, maxLength: COUNT - 1 });
    await fc.assert(
      fc.asyncProperty(votes, vote, fc.nat(), async (before, added, at) => {
        const after = before.toSpliced(at % (before.length + 1), 0, added);
        const [first, second] = [await judge(before), await judge(after)];
        // A vote for it is what lets a call run that nobody has voted on.
        const isFirstVote = strictest(before) === RANK.none && added?.decision === "allow";
        if (!isFirstVote) expect(RANK[second.decision]).toBeGreaterThanOrEqual(RANK[first.decision]);
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  it("say that a call only reads where one of them says so", async () => {
    const judge = await gates([...Array(COUNT).keys()]);
    await fc.assert(
      fc.asyncProperty(fc.array(vote, { minLength: 1, maxLength: COUNT }), async (votes) => {
        const { readsOnly } = await judge(votes);
        if (readsOnly) expect(votes.some((one) => one?.readsOnly)).toBe(true);
      }),
      { numRuns: 100, seed: 4 },
    );
  });
});

describe("each stage can be taken out, and what is dangerous is still not allowed", () => {
  const lines = [...table("dangerous"), ...table("denied")];
  const [sample = []] = fc.sample(fc.shuffledSubarray(lines, { minLength: 200, maxLength: 200 }), {
    numRuns: 1,
    seed: 20_261_123,
  });

  async function allowed(without: Stage, some: readonly TableLine[]): Promise<readonly string[]> {
    const judge = await pipeline(without);
    const found: string[] = [];
    for (const line of some) if ((await judge(line)).decision === "allow") found.push(line.id);
    return found;
  }

  it("without permit-shell", async () => {
    expect(sample).toHaveLength(200);
    expect(await allowed("permit-shell", sample)).toEqual([]);
  });

  it.each(["permit-rules", "permit-modes"] as const)("without %s the host does not open", async (stage) => {
    await expect(pipeline(stage)).rejects.toMatchObject({ code: "GANTRY_PLUGIN_NEEDS" });
  });

  it("without permit-paths, but for a removal of everything that the person's own rule allows", async () => {
    expect(await allowed("permit-paths", lines)).toEqual(["dn-dontask-017", "dn-headless-017"]);
  });
});
