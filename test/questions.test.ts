import { type Answer, definePlugin, defineTool, type QuestionForm, Questions, Turns, text, z } from "gantry/sdk";
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

function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe("an answer from elsewhere", () => {
  /** Somebody who answers beside the others, and somebody behind who is asked at the same time. */
  async function put(
    elsewhere: () => Promise<Answer | undefined>,
    behind: (signal: AbortSignal) => Promise<Answer | undefined>,
  ) {
    const beside = definePlugin({
      name: "beside",
      needs: { questions: Questions },
      setup: ({ use }) => ({ taps: { ask: (question) => use.questions.beside(question, elsewhere()) } }),
    });
    const other = definePlugin({ name: "behind", setup: () => ({ taps: { ask: (_, turn) => behind(turn.signal) } }) });
    const run = () => "It ran.";
    const tool = defineTool({ name: "Change", description: "", input: z.object({}), run });
    const kernel = await kernelWith({ plugins: [beside, other, tool] });
    return (await kernel.call("Change", {})).outcome;
  }
  const never = new Promise<undefined>(() => {});

  test("counts where it is the first, and the others are told that it is over", async () => {
    let isOver = false;
    const behind = (signal: AbortSignal) =>
      new Promise<undefined>(() => {
        signal.addEventListener("abort", () => {
          isOver = true;
        });
      });
    expect(await put(async () => ({ decision: "allow" }), behind)).toBe("ok");
    expect(isOver).toBe(true);
  });

  test("does not count once somebody else has answered", async () => {
    expect(
      await put(
        () => never,
        async () => ({ decision: "deny" }),
      ),
    ).toBe("denied");
  });

  test("is waited for when nobody else has one; one that fails, or says nothing, is none", async () => {
    const later = new Promise<Answer>((resolve) => setImmediate(resolve, { decision: "allow" }));
    expect(
      await put(
        () => later,
        async () => undefined,
      ),
    ).toBe("ok");
    expect(
      await put(
        () => Promise.reject(new Error("gone")),
        async () => undefined,
      ),
    ).toBe("denied");
    expect(
      await put(
        async () => undefined,
        async () => ({ decision: "allow" }),
      ),
    ).toBe("ok");
  });

  test("does not keep an interrupted turn", async () => {
    const asked = withResolvers();
    const beside = definePlugin({
      name: "beside",
      needs: { questions: Questions, turns: Turns },
      setup: ({ use }) => ({
        taps: {
          ask: (question, turn) => {
            use.questions.beside(question, never);
            setImmediate(() => void use.turns.interrupt(turn.session).then(asked.resolve));
          },
        },
      }),
    });
    const tool = defineTool({ name: "Change", description: "", input: z.object({}), run: () => "It ran." });
    const kernel = await kernelWith({ plugins: [beside, tool] });
    kernel.model.push({ calls: [{ name: "Change", input: {} }] });
    expect((await kernel.run("Go")).end.reason).toBe("aborted");
    await asked.promise;
  });
});

test("a tool that may wait is sent with the request where nobody searches", async () => {
  const tool = defineTool({ name: "Look", description: "", input: z.object({}), isDeferred: true, run: () => "x" });
  const kernel = await kernelWith({ plugins: [tool], answer: "allow" });
  expect((await kernel.call("Look", {})).outcome).toBe("ok");
  expect(kernel.model.requests[0]?.tools.map(({ name }) => name)).toEqual(["Look"]);
});
