/**
 * The figure: a session of 400 messages is shortened, and what the person asked for, the instructions and the open tasks are in the
 * next request, word for word. Ten cases, all of which have to hold.
 */
import { definePlugin, type ModelRequest, type Plugin } from "gantry/sdk";
import type { ScriptedAnswer } from "gantry/sdk/testing";
import { expect, test } from "vitest";
import compactTrim from "../compact-trim/index.ts";
import filesNode from "../files-node/index.ts";
import compactSummary from "./index.ts";
import { goodSummary, opened, saidIn } from "./test-session.ts";

const INSTRUCTIONS =
  "# House rules\n\n- Tabs, never blanks.\n- Ask before you push.\n\n## Compact Instructions\nKeep prices.";
const FIRST = 'Build a shop:\n\n1. a cart that "remembers"\n2. a bill\n   with taxes\n';
const LAST = "Now, at last, round the taxes the way the law says:\n\n\thalf up, by line — not by sum.\n";
const TASKS = ["Round by line (see §14)", "Write the test for `bill()`", "Ask whether refunds round, too"];
const TURNS = 100;

const rules = definePlugin({
  name: "rules",
  setup: () => ({
    taps: { promptBuild: (draft) => draft.with({ key: "rules", cache: "session", text: INSTRUCTIONS }) },
  }),
});
/** Instructions as others deliver them: with the person's message. */
const reminding = definePlugin({
  name: "reminding",
  setup: () => ({ taps: { promptBuild: (draft) => draft.with({ key: "rules", cache: "turn", text: INSTRUCTIONS }) } }),
});

interface Case {
  readonly plugins?: readonly Plugin[];
  readonly summaries?: (request: ModelRequest) => ScriptedAnswer;
  readonly window?: number;
  /** How it comes about. */
  readonly by?: "prompt" | "person" | "overflow" | "half a turn" | "twice";
  /** How the agent keeps its tasks. */
  readonly tasks?: "tool" | "boxes";
}

let tries = 0;
const CASES: readonly (readonly [string, Case])[] = [
  ["with a good summary", {}],
  ["with a summary that names nothing", { summaries: () => ({ text: goodSummary("Much was done.") }) }],
  ["with a model that talks of something else", { summaries: () => ({ text: "What a fine day." }) }],
  ["with a model that fails", { summaries: () => ({ failure: { message: "No." } }) }],
  [
    "with a summary for which the conversation is too long",
    {
      summaries: () =>
        tries++
          ? { text: goodSummary("Short.") }
          : { failure: { kind: "context_overflow", message: "prompt is too long" } },
    },
  ],
  ["when a person asks for it", { by: "person" }],
  ["when the model refuses the request as too long", { by: "overflow" }],
  ["in the middle of a turn, with instructions in the message", { by: "half a turn", plugins: [reminding] }],
  ["twice, with tasks as boxes in texts", { by: "twice", tasks: "boxes" }],
  ["by old outputs alone, with tasks as boxes in texts", { plugins: [rules, filesNode, compactTrim], tasks: "boxes" }],
];

test.each(CASES)("400 messages, %s", async (_, { plugins = [rules], by = "prompt", tasks = "tool", ...more }) => {
  tries = 0;
  const window = 60_000;
  const kernel = await opened([...plugins, compactSummary], { window, ...more });
  const { model, session, run } = kernel;
  const isFullBefore = by === "prompt" || by === "twice";
  const FULL = { usage: { input_tokens: window - 1_000 } };
  const prompts = Array.from({ length: TURNS }, (_, at) =>
    at === 0 ? FIRST : `Wish ${at}: file ${at} please, as I said.`,
  );

  for (const [at, prompt] of prompts.entries()) {
    const written = TASKS.map((task, number) => ({ content: task, status: number ? "pending" : "in_progress" }));
    const list = [...written, { content: "Long done", status: "completed" }];
    const boxes = [...TASKS.map((task) => `- [ ] ${task}`), "- [x] Long done"].join("\n");
    const planned = at === 50 && tasks === "tool" ? { name: "Plan", input: { todos: list } } : undefined;
    model.push(
      { calls: [planned ?? { name: "Run", input: { command: `make file${at}`, lines: 60 } }] },
      {
        text: at === 50 && tasks === "boxes" ? boxes : `File ${at} is made.`,
        ...(isFullBefore && at === TURNS - 1 && FULL),
      },
    );
    await run(prompt);
  }
  expect(session.messages).toHaveLength(400);

  if (by === "person") await session.compact();
  // The provider counts otherwise than the host.
  if (by === "overflow") model.push({ failure: { kind: "context_overflow", message: "prompt is too long" } });
  if (by === "twice") {
    model.push({ text: "Once.", ...FULL });
    await run(`And: ${"more ".repeat(6_000)}`);
  }
  if (by === "half a turn") {
    for (let at = 0; at < 6; at++) {
      model.push({ calls: [{ name: "Run", input: { command: `look ${at}`, lines: 700 } }], ...(at === 5 && FULL) });
    }
  }
  model.push({ text: "Here we are." });
  const turn = await run(LAST);

  expect(turn.faults).toEqual([]);
  const made = plugins.includes(compactTrim) ? "compact-trim" : "compact-summary";
  expect(session.entries.find(({ type }) => type === "compaction")).toMatchObject({ by: made });
  const request = model.requests.at(-1) as ModelRequest;
  const said = saidIn(request);
  expect(said).toContain(LAST);
  expect(said).toContain(INSTRUCTIONS);
  for (const prompt of prompts) expect(said).toContain(prompt);
  for (const task of TASKS) expect(said).toContain(task);
  expect(turn.end.text).toBe("Here we are.");
  expect(request.messages.length).toBeLessThanOrEqual(401);
});
