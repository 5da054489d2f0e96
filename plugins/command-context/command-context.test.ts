import { definePlugin, defineTool, type Plugin, text, z } from "gantry/sdk";
import { blocksText } from "gantry/sdk/kit/view-text";
import { createTestKernel, scriptedModel } from "gantry/sdk/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import commandContext from "./index.ts";

/** Shortens any conversation to one sentence. */
const shortening = definePlugin({
  name: "shortening",
  setup: () => ({
    taps: {
      compact: ({ focus = "" }) => ({
        messages: [{ role: "user", content: [text(`<conversation-summary>${focus}`)] }],
        summary: "It is short now.",
      }),
    },
  }),
});
const look = defineTool({
  name: "Look",
  description: "Looks around.",
  input: z.object({ at: z.string().describe("what to look at") }),
  traits: { readOnly: true },
  run: () => "seen ".repeat(600),
});

async function opened(plugins: readonly Plugin[]) {
  const kernel = await createTestKernel({ plugins: [...plugins, look], model: scriptedModel() });
  onTestFinished(() => kernel.close());
  return kernel;
}

const rules = definePlugin({
  name: "rules",
  setup: () => ({
    taps: {
      promptBuild: (draft) =>
        draft
          .with({ key: "house", cache: "session", text: "r".repeat(4_000) })
          .with({ key: "day", cache: "turn", text: "d".repeat(400) }),
    },
  }),
});

/** The tokens that a line of the answer gives. */
const tokensOf = (answer: string, name: string) =>
  Number(
    new RegExp(`^ *${name.replace(/[()]/g, "\\$&")} +([\\d,]+) +\\d+ %$`, "m").exec(answer)?.[1]?.replace(",", ""),
  );

describe("/context", () => {
  test("shows what fills the window, by section, tool and message, with owners and tokens", async () => {
    const { run, model } = await opened([commandContext, rules]);
    model.push(
      { thinking: "t".repeat(40), calls: [{ name: "Look", input: { at: "x" } }] },
      { text: "a".repeat(80), usage: { input_tokens: 2_500 } },
    );
    await run("p".repeat(800));
    const { text: answer, end } = await run("/context");
    expect(end.reason).toBe("handled");
    expect(answer).toMatch(
      /^About [\d,]+ tokens for scripted\/script; the provider counted 2,505 at the last answer\./,
    );
    expect(tokensOf(answer, "house (rules)")).toBe(1_000);
    expect(tokensOf(answer, "said by the person")).toBe(200);
    expect(tokensOf(answer, "said by the agent")).toBe(20);
    expect(tokensOf(answer, "thought by the agent")).toBe(10);
    expect(tokensOf(answer, "added by the host")).toBeGreaterThan(100);
    expect(tokensOf(answer, "outputs of tools")).toBeGreaterThan(600);
    expect(tokensOf(answer, "Look")).toBe(tokensOf(answer, "outputs of tools"));
    expect(tokensOf(answer, "Look (look)")).toBeGreaterThan(20);
    expect(model.requests).toHaveLength(2);
  });

  test("shows the largest, and all of them when asked", async () => {
    const many = definePlugin({
      name: "many",
      setup: () => ({
        taps: {
          promptBuild: (draft) =>
            Array.from({ length: 12 }, (_, at) => at).reduce(
              (next, at) => next.with({ key: `part-${at}`, cache: "stable", text: "x".repeat(40 * (at + 1)) }),
              draft,
            ),
        },
      }),
    });
    const { run, model } = await opened([commandContext, many]);
    model.push({ text: "Hello." });
    await run("Hi");
    const some = (await run("/context")).text;
    expect(some).toContain("part-11 (many)");
    expect(some).not.toContain("part-2 (many)");
    expect(tokensOf(some, "4 more (/context all)")).toBe(100);
    expect((await run("/context all")).text).toContain("part-2 (many)");
  });

  test("says nothing that steers a terminal, and works before anything was said", async () => {
    const odd = definePlugin({
      name: "odd",
      setup: () => ({
        taps: { promptBuild: (draft) => draft.with({ key: "a\u001b[2Jb", cache: "stable", text: "x" }) },
      }),
    });
    const { run, session, model } = await opened([commandContext, odd]);
    expect((await run("/context")).text).toMatch(/^About [\d,]+ tokens for scripted\/script\./);
    model.push({ text: "Hello." });
    await run("Hi");
    session.record("cache-watch", "cache-break", { reason: "the section a\u001b[2J changed" });
    session.record("anybody", "cache-break", null);
    const answer = (await run("/context")).text;
    expect(answer).not.toContain("\u001b");
    expect(answer).toContain("What the provider had cached was lost 2 times:\n  the section a<U+001B>[2J changed");
  });
});

describe("/compact", () => {
  test("shortens the conversation and says by how much", async () => {
    const { run, model, session } = await opened([commandContext, shortening]);
    model.push({ text: `Answer: ${"word ".repeat(2_000)}`, usage: { input_tokens: 10_000 } });
    await run("Question");
    const { text: answer, end } = await run("/compact keep the questions");
    expect(end.reason).toBe("handled");
    expect(answer).toMatch(/^Shortened from about 10,005 to [\d,]+ tokens\. It is short now\.$/);
    expect(session.messages).toEqual([{ role: "user", content: [text("<conversation-summary>keep the questions")] }]);
    expect((await run("/context")).text).toContain("summary of what was shortened");
  });

  test("says so when there is nothing to shorten, and when nobody can", async () => {
    const { run, model } = await opened([commandContext]);
    expect((await run("/compact")).text).toBe("Nothing of the conversation could be shortened.");
    model.push({ text: "Hello." });
    await run("Hi");
    expect((await run("/compact")).text).toBe("Nothing of the conversation could be shortened.");
  });
});

describe("the panel of /context", () => {
  test("shows the window with what is free, and advises where it is nearly full", async () => {
    const kernel = await createTestKernel({
      plugins: [commandContext, rules, look],
      model: scriptedModel([], { contextWindow: 2_000 }),
    });
    onTestFinished(() => kernel.close());
    await kernel.run("p".repeat(2_000));
    const { events } = await kernel.run("/context");
    const shown = events.find((event) => event.type === "panel");
    if (shown?.type !== "panel" || shown.panel.type !== "page") throw new Error("no page");
    const said = blocksText((await shown.panel.parts[0]?.load()) ?? []);
    expect(said).toMatch(/in use, about +[\d,]+ of 2,000 tokens \(\d+ %\)/);
    expect(said).toMatch(/^prompt +█+░* +[\d,]+ \(\d+ %\)$/m);
    expect(said).toContain("free");
    expect(said).toContain("The window is filling up");
    expect(shown.panel.parts.map(({ title }) => title)).toContain("Cache");
  });
});

describe("/cache", () => {
  test("says how much came from the provider's cache, and why it was lost", async () => {
    const breaking = definePlugin({
      name: "breaking",
      setup: () => ({
        taps: { turnStop: ({ session }) => session.record("x", "cache-break", { reason: "the tool Look changed" }) },
      }),
    });
    const { run, model } = await opened([commandContext, breaking]);
    expect((await run("/cache")).text).toBe("No model has been asked yet.");
    model.push({ text: "a", usage: { input_tokens: 100, cache_read_input_tokens: 300 } });
    await run("Hi");
    const { text: said } = await run("/cache");
    expect(said).toContain("75 % of 400 tokens in 1 request came from the provider's cache.");
    expect(said).toContain("lost: the tool Look changed");
  });
});
