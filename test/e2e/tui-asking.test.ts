import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expectFrame } from "./expect-frame.ts";
import { type ModelRequest, type ModelServer, type Reply, serveModel } from "./model.ts";
import type { Pty } from "./pty.ts";
import { createTuiPlace, type TuiPlace, type TuiStart } from "./tui.ts";

const STORE = {
  question: "Where shall the sessions of this shop be kept from now on?",
  header: "Store",
  options: [
    {
      label: "Files (recommended)",
      description: "One file a session, as it is today",
      preview: "sessions/\n  1.jsonl\n  2.jsonl",
    },
    { label: "A database", description: "All in one place", preview: "shop.db\n  table sessions" },
  ],
};
const EXTRAS = {
  question: "What else shall be built?",
  header: "Extras",
  options: [
    { label: "Search", description: "over all sessions" },
    { label: "Export", description: "as markdown" },
    { label: "Import", description: "" },
  ],
  multiSelect: true,
};
const PLAN = `# Move the login\n\n${Array.from({ length: 30 }, (_, at) => `${at + 1}. Step ${at + 1}`).join("\n")}\n`;
const TODOS = [
  { content: "Read the code", status: "completed", activeForm: "Reading the code" },
  { content: "Write the tests", status: "in_progress", activeForm: "Writing the tests" },
  { content: "Run them", status: "pending", activeForm: "Running them" },
];

/** What the model does at a prompt, call by call; then it repeats what it was told. */
const CALLS: Readonly<Record<string, readonly ((said: string) => { name: string; input: unknown })[]>> = {
  "one question": [() => ({ name: "AskUserQuestion", input: { questions: [STORE] } })],
  "two questions": [() => ({ name: "AskUserQuestion", input: { questions: [STORE, EXTRAS] } })],
  "plan it": [
    (said) => ({ name: "Write", input: { file_path: planFileIn(said), content: PLAN } }),
    () => ({ name: "ExitPlanMode", input: {} }),
  ],
  "think first": [() => ({ name: "EnterPlanMode", input: {} })],
  "keep a list": [() => ({ name: "TodoWrite", input: { todos: TODOS } })],
  "tick all off": [
    () => ({ name: "TodoWrite", input: { todos: TODOS.map((todo) => ({ ...todo, status: "completed" })) } }),
  ],
};

type Content = readonly { readonly type: string; readonly text?: string; readonly content?: unknown }[];

function reply(_: number, { body }: ModelRequest): Reply {
  const messages = body.messages as readonly { readonly role: string; readonly content: Content }[];
  const saidIn = (content: Content) => content.flatMap(({ type, text = "" }) => (type === "text" ? [text] : []));
  const at = messages.findLastIndex(
    ({ role, content }) => role === "user" && saidIn(content).some((text) => text in CALLS),
  );
  const prompt = saidIn(messages[at]?.content ?? []).find((text) => text in CALLS) ?? "";
  const results = messages.slice(at + 1).flatMap(({ content }) => content.filter(({ type }) => type === "tool_result"));
  const next = CALLS[prompt]?.[results.length];
  if (next && body.tools) return { calls: [next(JSON.stringify(messages))] };
  return { text: results.length ? "Then I know." : "Hello." };
}

function planFileIn(said: string): string {
  return /as markdown to (\S+\.md)/.exec(said)?.[1] ?? "no file was named";
}

let place: TuiPlace;
let model: ModelServer;
beforeEach(async () => {
  [place, model] = await Promise.all([createTuiPlace(), serveModel(reply)]);
});
afterEach(() => Promise.all([place.remove(), model.close()]));

const SIZES = [
  [80, 24],
  [200, 60],
  [40, 20],
] as const;

const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d-\w{8}/g, "2026-11-23-0123abcd"],
  [/\b\d+(\.\d+)? (ms|s)\b/g, "N ms"],
];

/** Starts the program, says something, and gives the person time to read what is asked. */
async function asked(prompt: string, sign: string, options: TuiStart = {}): Promise<Pty> {
  const t = place.start({
    model: "anthropic/claude-opus-4-1",
    env: { ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: model.url },
    ...options,
  });
  await t.shows(/\? for shortcuts|shift\+tab/);
  t.type(prompt);
  t.press("Enter");
  await t.shows(sign);
  await t.quiet();
  return t;
}

/** What the model was told last, of its calls. */
function told(): string {
  const messages = model.requests.findLast(({ body }) => body.tools)?.body.messages as readonly {
    readonly content: Content;
  }[];
  const results = messages.flatMap(({ content }) => content.filter(({ type }) => type === "tool_result"));
  return JSON.stringify(results.at(-1)?.content);
}

test.each(SIZES)("a question is answered with a choice, in %i columns and %i rows", async (columns, rows) => {
  const t = await asked("one question", "Where shall", { columns, rows });
  t.press("Down");
  await t.shows("table sessions");
  expectFrame(`asking-question-${columns}x${rows}`, dialogOf(t), CHANGING);
  t.press("Enter");
  await t.shows("Then I know.");
  expect(told()).toContain("from now on?\\n  A database");
});

test.each(SIZES)(
  "questions follow each other, some with several answers, in %i columns and %i rows",
  async (columns, rows) => {
    const t = await asked("two questions", "Where shall", { columns, rows });
    t.press("1");
    await t.shows("What else shall");
    t.press("1", "3");
    await t.shows("[x] 3. Import");
    expectFrame(`asking-questions-${columns}x${rows}`, dialogOf(t), CHANGING);
    t.press("Enter");
    await t.shows("Then I know.");
    expect(told()).toContain("What else shall be built?\\n  Search, Import");
  },
);

test("a question is answered in own words", async () => {
  const t = await asked("one question", "Where shall");
  t.press("Down", "Down");
  t.type("nowhere, please");
  t.press("Enter");
  await t.shows("Then I know.");
  expect(told()).toContain("nowhere, please");
});

test("Esc at a question stops, and the person has the word", async () => {
  const t = await asked("one question", "Where shall");
  const before = model.requests.length;
  t.press("Escape");
  await t.shows("the turn ended with it");
  await t.quiet();
  expect(model.requests.length).toBe(before);
  t.type("never mind\r");
  await t.shows("Then I know.");
  expect(told()).toContain("the person wants to say something first");
});

const PLANNING: TuiStart = { args: "--permission-mode plan" };

test.each(SIZES)("a plan is read and approved, in %i columns and %i rows", async (columns, rows) => {
  const t = await asked("plan it", "Shall it be carried out?", { columns, rows, ...PLANNING });
  expectFrame(`asking-plan-${columns}x${rows}`, dialogOf(t), CHANGING);
  t.press("PageDown");
  await t.quiet();
  t.press("1");
  await t.shows("Then I know.");
  await t.shows(/accepts edits|accept/);
  expect(told()).toMatch(/approved the plan.*Edits run without asking/);
  const folder = path.join(place.home, ".claude/plans");
  const [name = ""] = await readdir(folder);
  expect(await readFile(path.join(folder, name), "utf8")).toBe(PLAN);
});

test("a plan is changed in an editor before it is approved", async () => {
  const editor = path.join(place.base, "editor.sh");
  await writeFile(editor, '#!/bin/sh\nprintf "# Less\\n\\n1. Only this" > "$1"\n', { mode: 0o755 });
  const env = { ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: model.url, EDITOR: editor };
  const t = await asked("plan it", "Ctrl-G change it", { ...PLANNING, env });
  t.press("C-g");
  await t.shows("Only this");
  await t.hides("Step 2");
  t.press("2");
  await t.shows("Then I know.");
  expect(told()).toMatch(/They have changed it.*Only this/);
  const folder = path.join(place.home, ".claude/plans");
  expect(await readFile(path.join(folder, (await readdir(folder))[0] ?? ""), "utf8")).toBe("# Less\n\n1. Only this");
});

test("a plan is sent back with what is wanted otherwise, and the session goes on planning", async () => {
  const t = await asked("plan it", "Shall it be carried out?", PLANNING);
  t.press("4");
  t.type("without a library");
  t.press("Enter");
  await t.shows("Then I know.");
  await t.shows("plans (shift+tab)");
  expect(told()).toContain("another plan: without a library");
});

test("a plan that is not wanted yet ends the turn", async () => {
  const t = await asked("plan it", "Shall it be carried out?", PLANNING);
  const before = model.requests.length;
  t.press("3");
  await t.hides("Shall it be carried out?");
  await t.shows("plans (shift+tab)");
  await t.quiet();
  expect(model.requests.length).toBe(before);
});

test("the model starts to plan by itself", async () => {
  const t = await asked("think first", "Then I know.");
  await t.shows("plans (shift+tab)");
  expect(told()).toContain("You are planning");
});

test.each(SIZES)(
  "a list of todos is shown, kept in sight, and looked at, in %i columns and %i rows",
  async (columns, rows) => {
    const t = await asked("keep a list", "▸ Writing the tests", { columns, rows });
    await t.shows("Then I know.");
    await t.quiet();
    expectFrame(`asking-todos-${columns}x${rows}`, fromPrompt(t), CHANGING);
    t.type("/todos\r");
    await t.shows("1 of 3 done", 2);
    await t.shows(/Esc/);
    t.press("Escape");
    await t.quiet();
    t.type("tick all off\r");
    await t.hides("▸ Writing the tests");
  },
);

test("the list of todos is there when the session goes on", async () => {
  const first = await asked("keep a list", "▸ Writing the tests");
  await first.shows("Then I know.");
  await first.close();
  const second = await asked("/todos", "1 of 3 done", { args: "--continue" });
  second.press("Escape");
  await second.shows("▸ Writing the tests  1 of 3 done");
});

/** The screen from where the dialog begins. */
function dialogOf(t: Pty): readonly string[] {
  const lines = t.frame();
  return lines.slice(
    Math.max(
      0,
      lines.findLastIndex((line) => /^─ \S/.test(line)),
    ),
  );
}

function fromPrompt(t: Pty): readonly string[] {
  const lines = t.frame();
  return lines.slice(
    Math.max(
      0,
      lines.findLastIndex((line) => /^> keep a list/.test(line)),
    ),
  );
}
