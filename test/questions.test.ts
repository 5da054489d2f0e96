import { type Answer, definePlugin, defineTool, type QuestionForm, Questions, text, z } from "gantry/sdk";
import { describe, expect, test } from "vitest";
import { kernelWith } from "./kernels.ts";

const form: QuestionForm = {
  kind: "form",
  from: "The harbour",
  message: "Which pier?",
  fields: [{ name: "pier", type: "integer", isRequired: true }],
};

/** What a plugin hears that asks while its tool runs. */
async function heard(answer: Answer | undefined, asked: QuestionForm = form): Promise<unknown> {
  const pilot = definePlugin({
    name: "pilot",
    needs: { questions: Questions },
    tools: { Moor: { description: "", input: z.object({}), traits: { readOnly: true } } },
    setup: ({ use }) => ({
      tools: {
        Moor: async (_, { session, turn }) => {
          const tool = { name: "Moor", owner: "pilot", description: "", input: z.object({}) };
          const said = await use.questions.ask(session, { form: asked, call: { tool }, turn });
          return { content: [text(JSON.stringify(said ?? "nothing"))] };
        },
      },
    }),
  });
  const kernel = await kernelWith({
    plugins: [pilot],
    answer: (question) => {
      expect(question).toMatchObject({ form: asked, verdict: { decision: "ask" }, call: { tool: { name: "Moor" } } });
      return answer;
    },
  });
  const [block] = (await kernel.call("Moor", {})).content;
  return JSON.parse(block?.type === "text" ? block.text : "");
}

describe("a question of somebody else than a gate", () => {
  test("goes to whoever answers questions, and the answer comes back", async () => {
    expect(await heard({ decision: "allow", values: { pier: 4 } })).toEqual({ decision: "allow", values: { pier: 4 } });
    expect(await heard({ decision: "deny" })).toEqual({ decision: "deny" });
    expect(await heard(undefined)).toBe("nothing");
  });

  test("is not answered by a yes that leaves the fields out", async () => {
    expect(await heard({ decision: "allow" })).toBe("nothing");
    expect(await heard({ decision: "allow" }, { ...form, kind: "consent", fields: [] })).toEqual({ decision: "allow" });
  });
});

test("a tool that may wait is sent with the request where nobody searches", async () => {
  const tool = defineTool({ name: "Look", description: "", input: z.object({}), isDeferred: true, run: () => "x" });
  const kernel = await kernelWith({ plugins: [tool], answer: "allow" });
  expect((await kernel.call("Look", {})).outcome).toBe("ok");
  expect(kernel.model.requests[0]?.tools.map(({ name }) => name)).toEqual(["Look"]);
});
