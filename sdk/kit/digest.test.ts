import { type Entry, type Message, NO_USAGE, text } from "gantry/sdk";
import { expect, test } from "vitest";
import { digestOf } from "./digest.ts";
import { cut, digestText } from "./digest-text.ts";
import { type Moment, momentsOfLog, momentsOfMessages } from "./moments.ts";
import { textTokens } from "./tokens.ts";

const says = (words: string): Moment => ({ by: "person", text: words });
const answers = (words: string): Moment => ({ by: "agent", text: words });
let calls = 0;
const calling = (tool: string, input: object, more: object = {}): Moment => ({
  by: "call",
  id: `c${++calls}`,
  tool,
  input: input as Readonly<Record<string, unknown>>,
  isError: false,
  text: "",
  ...more,
});

test("what the person said is kept as it stands, once", () => {
  const { asked } = digestOf([says("Fix it.\n  Please."), answers("Done."), says("Thanks"), says("Thanks")]);
  expect(asked).toEqual(["Fix it.\n  Please.", "Thanks"]);
});

test("open tasks are those of the list that was written last", () => {
  const todo = (content: string, status: string) => ({ content, status, activeForm: "" });
  const { tasks } = digestOf([
    calling("TodoWrite", { todos: [todo("one", "pending"), todo("two", "pending")] }),
    calling("TodoWrite", { todos: [todo("one", "completed"), todo("two", "in_progress"), todo("three", "pending")] }),
    calling("TodoWrite", { todos: [todo("four", "pending")] }, { isError: true }),
  ]);
  expect(tasks).toEqual([
    { text: "two", status: "in_progress" },
    { text: "three", status: "pending" },
  ]);
});

test("open tasks are those that were made and not closed, by the id that the tool gave them", () => {
  const { tasks } = digestOf([
    calling("TaskCreate", { subject: "one", description: "" }, { data: { task: { id: "7" } } }),
    calling("TaskCreate", { subject: "two", description: "" }, { text: "Made task #8." }),
    calling("TaskCreate", { subject: "three", description: "" }),
    calling("TaskUpdate", { taskId: "7", status: "completed" }),
    calling("TaskUpdate", { taskId: "8", subject: "two and a half", status: "in_progress" }),
    calling("TaskUpdate", { taskId: "nobody's", status: "completed" }),
  ]);
  expect(tasks.map((task) => task.text)).toEqual(["two and a half", "three"]);
});

test("boxes that nobody has ticked are open tasks", () => {
  const { tasks } = digestOf([answers("- [ ] write\n- [ ] test\n* [x] plan"), says("good"), answers("- [x] write")]);
  expect(tasks.map((task) => task.text)).toEqual(["test"]);
});

test("files are told apart by whether they were changed, and failed calls touched none", () => {
  const digest = digestOf([
    calling("Read", { file_path: "/a" }),
    calling("Read", { file_path: "/b" }),
    calling("Edit", { file_path: "/b", old_string: "1", new_string: "2" }),
    calling("Write", { file_path: "/c", content: "x" }),
    calling("Write", { file_path: "/d", content: "x" }, { isError: true, text: "\nNo room.\nat all" }),
    calling("NotebookEdit", { notebook_path: "/n.ipynb", new_source: "1" }),
    calling("Edit", { file_path: "/b", old_string: "2", new_string: "3" }),
  ]);
  expect(digest.read).toEqual(["/a"]);
  expect(digest.changed).toEqual(["/c", "/n.ipynb", "/b"]);
  expect(digest.failures).toEqual(["Write /d: No room."]);
});

test("a command counts by its last run", () => {
  const run = (command: string, isError: boolean) => calling("Bash", { command }, { isError, text: "exit 1" });
  const digest = digestOf([run("make", true), run("npm test", false), run("make", false), run("npm test", true)]);
  expect(digest.commands).toEqual(["make"]);
  expect(digest.failures).toEqual(["Bash npm test: exit 1"]);
});

test("decisions are sentences that say so, and what the person answered", () => {
  const { decisions } = digestOf([
    calling("AskUserQuestion", {}, { data: { answers: { "Which store?": "SQLite" } } }),
    answers("I looked around. We decided to keep the old name. Now on.\n```\nwe decided: code\n```"),
  ]);
  expect(decisions).toEqual(["Which store? SQLite", "We decided to keep the old name."]);
});

test("the log remembers what messages no longer hold, and what only looks like the person's words does not count", () => {
  const common = { uuid: "u", parentUuid: null, sessionId: "s", timestamp: "" };
  const user = (words: string, isMeta = false) =>
    ({ ...common, type: "user", isMeta, message: { role: "user", content: [text(words)] } }) as Entry;
  const answer: Message = {
    role: "assistant",
    id: "m",
    model: "x",
    stop_reason: "tool_use",
    usage: NO_USAGE,
    content: [text("Hm."), { type: "tool_use", id: "t", name: "Bash", input: { command: "ls" } }],
  };
  const log = [
    user("Go"),
    user("<conversation-summary> is a tag that I type"),
    user("<system-reminder>\nday\n</system-reminder>", true),
    { ...common, type: "assistant", model: "x/y", ms: 1, message: answer },
    {
      ...common,
      type: "tool_result",
      toolUseId: "t",
      tool: "Bash",
      outcome: "ok",
      content: [text("a")],
      data: 1,
      ms: 1,
    },
    { ...common, type: "compaction", by: "x", through: "u", messages: [{ role: "user", content: [text("short")] }] },
  ] as unknown as Entry[];
  const call = { by: "call", id: "t", tool: "Bash", input: { command: "ls" }, isError: false, text: "a" };
  expect(momentsOfLog(log)).toEqual([
    says("Go"),
    says("<conversation-summary> is a tag that I type"),
    answers("Hm."),
    { ...call, data: 1 },
  ]);

  const messages: Message[] = [
    { role: "user", content: [text("<conversation-summary>\nold\n</conversation-summary>"), text("Go")] },
    answer,
    { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: [text("a")] }, text("And more")] },
  ];
  expect(momentsOfMessages(messages)).toEqual([says("Go"), answers("Hm."), call, says("And more")]);
});

test("the text holds open tasks and the person's words as they stand, and says what it leaves out", () => {
  const words = Array.from({ length: 50 }, (_, number) => `Request ${number}: ${"word ".repeat(40)}`);
  const todos = [{ content: "the open one", status: "pending" }];
  const digest = digestOf([...words.map(says), calling("TodoWrite", { todos })]);
  const all = digestText(digest);
  for (const each of words) expect(all).toContain(each);
  const some = digestText(digest, { askedTokens: 500, factTokens: 0 });
  expect(some).toContain(words[0]);
  expect(some).toContain(words[49]);
  expect(some).not.toContain(words[10]);
  expect(some).toMatch(/\((\d+) more, older than the next, left out\)/);
  expect(some).toContain("- [ ] the open one");
  expect(textTokens(some)).toBeLessThan(700);
  expect(digestText(digest, { isElsewhere: (each) => each === words[49] })).not.toContain(words[49]);
});

test("a whole digest tells what failed and what was said last, for where no model does", () => {
  const digest = digestOf([
    calling("Bash", { command: "make" }, { isError: true, text: "no rule" }),
    answers("I shall see."),
  ]);
  expect(digestText(digest)).not.toContain("no rule");
  expect(digestText(digest, { isWhole: true })).toContain("- Bash make: no rule");
  expect(digestText(digest, { isWhole: true })).toContain("I shall see.");
  expect(digestText(digestOf([]))).toBe("");
});

test("a text that is too long keeps its beginning and its end, in any script, and no half sign", () => {
  for (const sign of ["a", "語", "😀"]) {
    const long = `BEGIN${sign.repeat(20_000)}END`;
    const short = cut(long, 100);
    expect(short.startsWith("BEGIN")).toBe(true);
    expect(short.endsWith("END")).toBe(true);
    expect(textTokens(short)).toBeLessThan(130);
    expect(Buffer.from(short).toString()).toBe(short);
  }
});
