import { definePlugin, defineTool, text, z } from "gantry/sdk";
import { scriptedModel } from "gantry/sdk/testing";
import { describe, expect, test } from "vitest";
import { kernelWith } from "./kernels.ts";

const weather = defineTool({
  name: "Weather",
  description: "Say what the weather is in a city.",
  input: z.object({ city: z.string() }),
  traits: { readOnly: true },
  run: async ({ city }) => `12 °C in ${city}`,
});

describe("a turn", () => {
  test("answers with what the model says", async () => {
    const kernel = await kernelWith({ plugins: [], model: scriptedModel([{ text: "Hello." }]) });
    const turn = await kernel.run("Hi");
    expect(turn.end).toEqual({ reason: "completed", text: "Hello." });
    expect(kernel.session.messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
  });

  test("runs a tool and gives its result back to the model", async () => {
    const model = scriptedModel([{ calls: [{ name: "Weather", input: { city: "Oslo" } }] }, { text: "Cold." }]);
    const kernel = await kernelWith({ plugins: [weather], model });
    const turn = await kernel.run("How is the weather?");
    expect(turn.text).toBe("Cold.");
    expect(turn.results.map(({ outcome, content }) => [outcome, content])).toEqual([["ok", [text("12 °C in Oslo")]]]);
    expect(model.requests[1]?.messages.at(-1)).toEqual({
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "call_1", content: [text("12 °C in Oslo")] }],
    });
  });

  test("says so when the model calls a tool that is not there", async () => {
    const kernel = await kernelWith({ plugins: [weather] });
    const result = await kernel.call("Wether", { city: "Oslo" });
    expect(result).toMatchObject({
      outcome: "invalid",
      content: [text('There is no tool "Wether". Did you mean Weather? Tools: Weather.')],
    });
  });

  test("refuses what nobody allowed when nobody can be asked", async () => {
    const writer = defineTool({ name: "Writer", description: "", input: z.object({}), run: () => "written" });
    const kernel = await kernelWith({ plugins: [writer] });
    expect(await kernel.call("Writer", {})).toMatchObject({ outcome: "denied" });
  });

  test("survives a plugin that throws in every hook", async () => {
    const boom = () => {
      throw new Error("boom");
    };
    const hostile = definePlugin({
      name: "hostile",
      setup: () => ({
        taps: {
          sessionStart: boom,
          input: boom,
          promptBuild: boom,
          preTool: boom,
          postTool: boom,
          turnStop: boom,
          notify: boom,
          event: boom,
          sessionEnd: boom,
        },
      }),
    });
    const kernel = await kernelWith({
      plugins: [hostile, weather],
      model: scriptedModel([{ calls: [{ name: "Weather", input: { city: "Oslo" } }] }, { text: "Fine." }]),
    });
    const turn = await kernel.run("Go");
    expect(turn.end).toEqual({ reason: "completed", text: "Fine." });
    expect(turn.results[0]?.outcome).toBe("ok");
  });

  test("denies a call when a gate throws", async () => {
    const gate = definePlugin({
      name: "gate",
      setup: () => ({
        taps: {
          toolGate: () => {
            throw new Error("boom");
          },
        },
      }),
    });
    const kernel = await kernelWith({ plugins: [gate, weather] });
    expect((await kernel.call("Weather", { city: "Oslo" })).outcome).toBe("denied");
  });

  test("ends with the failure when the model cannot be reached", async () => {
    const kernel = await kernelWith({
      plugins: [],
      model: scriptedModel([{ failure: { kind: "auth", message: "No key.", status: 401 } }]),
    });
    expect((await kernel.run("Hi")).end).toEqual({
      reason: "model_error",
      text: "",
      error: "No key.",
      status: 401,
    });
  });
});
