import { describe, expect, test } from "vitest";
import compactSummary from "../compact-summary/index.ts";
import { opened } from "../compact-summary/test-session.ts";
import compactBreaker from "./index.ts";

const LONG = "word ".repeat(6_000);
const huge = { calls: [{ name: "Run", input: { command: "huge", lines: 2_500 } }], usage: { input_tokens: 29_000 } };
const small = { calls: [{ name: "Run", input: { command: "small" } }] };

async function begun() {
  const kernel = await opened([compactSummary, compactBreaker], { window: 30_000 });
  kernel.model.push({ text: "Begun." });
  await kernel.run(LONG);
  return kernel;
}

const compactions = ({ session }: Awaited<ReturnType<typeof begun>>) =>
  session.entries.filter(({ type }) => type === "compaction").length;

describe("a conversation that fills up again each time it was shortened", () => {
  test("ends its turn with an error that says what to do", async () => {
    const kernel = await begun();
    for (let at = 0; at < 9; at++) kernel.model.push(huge);
    const turn = await kernel.run("Read it all");
    expect(turn.end).toMatchObject({
      reason: "rapid_refill_breaker",
      error: expect.stringMatching(/filled up again 3 times right after it was shortened.*\/context shows/),
    });
    expect(compactions(kernel)).toBe(3);
  });

  test("stays ended over further prompts, until a person has it shortened", async () => {
    const kernel = await begun();
    for (let at = 0; at < 9; at++) kernel.model.push(huge);
    await kernel.run("Read it all");
    const asked = kernel.model.requests.length;
    expect((await kernel.run("Try again")).end.reason).toBe("rapid_refill_breaker");
    expect(kernel.model.requests).toHaveLength(asked);
    expect((await kernel.session.compact()).isDone).toBe(true);
    await kernel.run("Go on, in small pieces");
    expect(kernel.model.requests.length).toBeGreaterThan(asked);
  });

  test("is no such conversation when the agent gets further in between", async () => {
    const kernel = await begun();
    for (let at = 0; at < 4; at++) kernel.model.push(huge, small, small);
    kernel.model.push({ text: "Done." });
    const turn = await kernel.run("Read it all");
    expect(compactions(kernel)).toBe(4);
    expect(turn.end).toMatchObject({ reason: "completed", text: "Done." });
  });
});
