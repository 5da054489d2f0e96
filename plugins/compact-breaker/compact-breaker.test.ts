import { definePlugin, defineTool, text, z } from "gantry/sdk";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import compactBreaker from "./index.ts";

/** Shortens any conversation to one sentence. */
const shortening = definePlugin({
  name: "shortening",
  setup: () => ({
    taps: { compact: () => ({ messages: [{ role: "user", content: [text("Short.")] }], summary: "It is short now." }) },
  }),
});
const read = defineTool({
  name: "Look",
  description: "",
  input: z.object({}),
  traits: { readOnly: true },
  run: () => "seen ".repeat(20_000),
});

const huge = { calls: [{ name: "Look", input: {} }], usage: { input_tokens: 29_000 } };
const small = { calls: [{ name: "Look", input: {} }] };

async function begun() {
  const model = scriptedModel([{ text: "Begun." }], { contextWindow: 60_000 });
  const kernel = await createTestKernel({ plugins: [shortening, compactBreaker, read], model });
  onTestFinished(() => kernel.close());
  await kernel.run("Begin");
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
