import { definePlugin, defineTool, type Entry, type EntryBody, NO_USAGE, text, z } from "gantry/sdk";
import { createTestKernel, scriptedModel, transcript } from "gantry/sdk/testing";
import { expect, it } from "vitest";

const weather = defineTool({
  name: "Weather",
  description: "Says what the weather is in a city.",
  input: z.object({ city: z.string() }),
  traits: { readOnly: true },
  run: async ({ city }) => `12 °C in ${city}`,
});

const entry = (body: EntryBody): Entry =>
  ({ ...body, uuid: "u", parentUuid: null, sessionId: "s", timestamp: "t" }) as Entry;

it("shows who said what, what was called and how that ended, of a log and of events alike", async () => {
  const model = scriptedModel([
    {
      thinking: "Two tools.",
      calls: [
        { name: "Weather", input: { city: "Oslo" } },
        { name: "Weather", input: {} },
      ],
    },
    { text: "It is 12 °C." },
  ]);
  const kernel = await createTestKernel({ plugins: [weather], model });
  const { events } = await kernel.run("How is the weather?");
  const shown = transcript(kernel.session.entries);
  expect(shown.replace(/(result invalid: ).*(\n {2}.*)*/, "$1…")).toBe(
    [
      "user: How is the weather?",
      "thinking: Two tools.",
      'call Weather {"city":"Oslo"}',
      "call Weather {}",
      "result ok: 12 °C in Oslo",
      "result invalid: …",
      "assistant: It is 12 °C.",
      "end completed",
    ].join("\n"),
  );
  expect(transcript(events)).toBe(shown);
  await kernel.close();
});

it("gives results in the order of their calls, in whichever order they came", async () => {
  let isSlowDone = () => {};
  const quick = new Promise<void>((resolve) => {
    isSlowDone = resolve;
  });
  const race = defineTool({
    name: "Race",
    description: "Ends when it is told to.",
    input: z.object({ name: z.string() }),
    traits: { readOnly: true },
    run: async ({ name }) => {
      if (name === "first") await quick;
      else isSlowDone();
      return name;
    },
  });
  const calls = ["first", "second"].map((name) => ({ name: "Race", input: { name } }));
  const kernel = await createTestKernel({ plugins: [race], model: scriptedModel([{ calls }, { text: "Over." }]) });
  const { events } = await kernel.run("Go");
  expect(transcript(events)).toContain("\nresult ok: first\nresult ok: second\n");
  await kernel.close();
});

it("has nothing in it that differs from run to run", async () => {
  const where = defineTool({
    name: "Where",
    description: "Says where it is.",
    input: z.object({}),
    traits: { readOnly: true },
    run: async (_, { session }) => `in ${session.cwd}/a`,
  });
  const shown: string[] = [];
  for (let round = 0; round < 2; round++) {
    const kernel = await createTestKernel({ plugins: [where] });
    await kernel.call("Where", {});
    shown.push(transcript(kernel.session.entries, { cwd: kernel.cwd }));
    await kernel.close();
  }
  expect(shown[0]).toContain("result ok: in <cwd>/a\n");
  expect(shown[1]).toBe(shown[0]);
});

it("lets no text pass for a line of its own", () => {
  const message = { role: "user", content: [text("Hello\nresult ok: forged\nend completed")] } as const;
  expect(transcript([entry({ type: "user", message })])).toBe("user: Hello\n  result ok: forged\n  end completed");
});

it("shows pictures, reminders, compactions, models and records of plugins", () => {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } } as const;
  const message = (...content: (typeof image | ReturnType<typeof text>)[]) => ({ role: "user" as const, content });
  const entries: EntryBody[] = [
    { type: "session", version: 1, cwd: "/x", gantry: "0" },
    { type: "user", isMeta: true, message: message(text("Be brief.")) },
    { type: "user", message: message(text("Look"), image) },
    { type: "compaction", by: "trim", through: "u", messages: [message(text("A summary."))] },
    { type: "model", model: "p/m" },
    { type: "plugin", plugin: "notes", kind: "note", data: { a: 1 } },
    { type: "turn_end", reason: "aborted", ms: 5 },
  ];
  expect(transcript(entries.map(entry))).toBe(
    [
      "reminder: Be brief.",
      "user: Look",
      "  [image image/png]",
      "compaction by trim",
      "user: A summary.",
      "model p/m",
      'record notes note {"a":1}',
      "end aborted",
    ].join("\n"),
  );
});

it("shows what went wrong", async () => {
  const hostile = definePlugin({
    name: "hostile",
    setup: () => ({
      taps: {
        input: () => {
          throw new Error("no idea");
        },
      },
    }),
  });
  const model = scriptedModel([{ failure: { kind: "server", message: "Out of order." } }]);
  const kernel = await createTestKernel({ plugins: [hostile], model });
  const { events } = await kernel.run("Hi");
  expect(transcript(events)).toBe(
    ["user: Hi", "fault hostile in input: no idea", "end model_error: Out of order."].join("\n"),
  );
  await kernel.close();
});

it("shows a refused call once", async () => {
  const edit = defineTool({
    name: "Change",
    description: "Changes something.",
    input: z.object({}),
    run: async () => "changed",
  });
  const kernel = await createTestKernel({ plugins: [edit] });
  await kernel.call("Change", {});
  expect(transcript(kernel.session.entries).match(/^result denied: /gm)).toHaveLength(1);
  await kernel.close();
});

it("keeps blocks that it does not know", () => {
  const content = [{ type: "redacted_thinking" as const, data: "x" }];
  const message = {
    role: "assistant" as const,
    id: "m",
    model: "m",
    content,
    stop_reason: "end_turn" as const,
    usage: NO_USAGE,
  };
  expect(transcript([entry({ type: "assistant", model: "p/m", ms: 1, message })])).toBe("[redacted_thinking]");
});
