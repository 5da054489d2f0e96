import { definePlugin } from "gantry/sdk";
import { createTestKernel, fakeClock, type Script, scriptedModel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sessionGoal } from "./index.ts";
import { keepingBy } from "./session-goal.ts";

let kernels: TestKernel[];
let clock: ReturnType<typeof fakeClock>;
beforeEach(() => {
  kernels = [];
  clock = fakeClock();
});
afterEach(async () => {
  for (const kernel of kernels) await kernel.close();
  expect(clock.timers).toBe(0);
});

const work = definePlugin({
  name: "work",
  commands: { work: { description: "Work" } },
  setup: () => ({ commands: { work: () => "Worked." } }),
});

/** `verdicts`: what the model says when it judges. */
async function open(verdicts: readonly string[], script: Script = [], isInteractive = false): Promise<TestKernel> {
  const left = [...verdicts];
  const model = scriptedModel(script, { completions: () => ({ text: left.shift() ?? "" }) });
  const plugins = [definePlugin(sessionGoal, keepingBy(clock)), work];
  const kernel = await createTestKernel({ plugins, model, ...(isInteractive && { answer: "allow" }) });
  kernels.push(kernel);
  return kernel;
}

const texts = (kernel: TestKernel) =>
  kernel.session.messages.flatMap(({ content }) =>
    content.flatMap((block) => (block.type === "text" ? [block.text] : [])),
  );

const notices = (events: Awaited<ReturnType<TestKernel["run"]>>["events"]) =>
  events.flatMap((event) => (event.type === "notice" ? [event.notice.text] : []));

describe("/goal", () => {
  it("has the model go on until it holds, and is over then", async () => {
    const kernel = await open(
      ["NO: the tests were not run.", "**YES**: they pass."],
      [{ text: "Done." }, { text: "Ran them." }],
    );
    const { text, events } = await kernel.run("/goal npm test passes");
    expect(text).toBe("Ran them.");
    expect(texts(kernel)).toEqual([
      "Work until this holds, and show that it does: npm test passes",
      "Done.",
      "The goal does not hold yet: the tests were not run.\nGo on until it does: npm test passes",
      "Ran them.",
    ]);
    expect(notices(events)).toEqual(["The goal holds: they pass."]);
    expect(JSON.stringify(kernel.model.completionRequests[1]?.messages)).toContain("Ran them.");
    expect((await kernel.run("/goal")).text).toMatch(/^There is no goal\./);
    expect(kernel.model.completionRequests).toHaveLength(2);
  });

  it("ends a turn that has gone on often enough, and stays for the next one", async () => {
    const kernel = await open(Array.from({ length: 20 }, () => "NO: not yet."));
    const { events } = await kernel.run("/goal it rains");
    expect(kernel.model.requests).toHaveLength(9);
    expect(notices(events).at(-1)).toContain("the turn has gone on 8 times");
    expect((await kernel.run("/goal")).text).toBe("The goal is: it rains");
    expect((await kernel.run("/goal clear")).text).toBe("The goal is cleared.");
    await kernel.run("hello");
    expect(kernel.model.requests).toHaveLength(10);
    expect((await kernel.run("/goal clear")).text).toBe("There is no goal.");
  });

  it.each([
    ["garbage", "Perhaps.", 'the model said "Perhaps."'],
    ["nothing", "", "its answer was empty"],
  ])("ends the turn where the judge gives %s", async (_, verdict, said) => {
    const kernel = await open([verdict]);
    const { events } = await kernel.run("/goal it rains");
    expect(kernel.model.requests).toHaveLength(1);
    expect(notices(events)[0]).toContain(said);
  });

  it("refuses what is too long", async () => {
    const kernel = await open([]);
    expect((await kernel.run(`/goal ${"x".repeat(4001)}`)).text).toContain("has 4001 characters, and may have 4000");
    expect(kernel.model.requests).toEqual([]);
  });
});

describe("/loop", () => {
  it("sends the prompt now and after each interval, until it is stopped", async () => {
    const kernel = await open([], [], true);
    await kernel.run("/loop 5m Look around");
    expect(kernel.model.requests).toHaveLength(1);
    const again = ended(kernel);
    await clock.advance(300_000);
    await again;
    expect(texts(kernel).filter((text) => text === "Look around")).toHaveLength(2);
    expect((await kernel.run("/loop")).text).toBe(
      '"Look around" is repeated every 5m; sent 2 times so far. /loop stop ends it.',
    );
    expect((await kernel.run("/loop stop")).text).toBe("The loop is stopped.");
    expect(clock.timers).toBe(0);
    expect((await kernel.run("/loop stop")).text).toBe("Nothing is repeated.");
  });

  it("runs commands as if they were typed, and ends with the session", async () => {
    const kernel = await open([], [], true);
    expect((await kernel.run("/loop /work")).text).toContain("/work is repeated every 10m.");
    const worked = ended(kernel);
    await clock.advance(1_000);
    expect(await worked).toBe("Worked.");
    expect(kernel.model.requests).toEqual([]);
    await kernel.session.close();
    expect(clock.timers).toBe(0);
  });

  it.each([
    ["5m", "There is nothing to repeat."],
    ["2s Hurry", "cannot be repeated every 2s"],
    ["99h Wait", "cannot be repeated every 99h"],
    ["/loop again", "cannot repeat itself"],
  ])("refuses %s", async (args, said) => {
    expect((await (await open([], [], true)).run(`/loop ${args}`)).text).toContain(said);
  });

  it("needs a session that stays open", async () => {
    expect((await (await open([])).run("/loop Look around")).text).toContain("needs a session that stays open");
  });
});

/** The text of the turn that ends next. */
function ended(kernel: TestKernel): Promise<string> {
  return new Promise((resolve) => {
    const stop = kernel.session.watch((event) => {
      if (event.type !== "turn_end") return;
      stop();
      resolve(event.end.text);
    });
  });
}
