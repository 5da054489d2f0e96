import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ModelServer, type Reply, serveModel } from "./model.ts";
import { createPlace, type Place } from "./program.ts";

// What the model asks, plans and keeps a list of where nobody sits before the program.

let place: Place;
let server: ModelServer | undefined;
beforeEach(async () => {
  place = await createPlace();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await place.remove();
});

const QUESTIONS = [
  {
    question: "Where?",
    header: "Store",
    options: [
      { label: "Files", description: "" },
      { label: "Database", description: "" },
    ],
  },
];
const asking: Reply = { calls: [{ name: "AskUserQuestion", input: { questions: QUESTIONS } }] };
const leaving: Reply = { calls: [{ name: "ExitPlanMode", input: { plan: "1. Build" } }] };

/** Runs one prompt, and gives its lines. */
async function run(first: Reply, flags: readonly string[] = []) {
  const model = await serveModel((number) => (number === 0 ? first : { text: "Done." }));
  server = model;
  const env = { ANTHROPIC_API_KEY: "sk-test-key-of-no-use", ANTHROPIC_BASE_URL: model.url };
  const args = ["-p", "go", "--output-format", "stream-json", "--verbose", ...flags];
  const { code, stdout } = await place.gantry(args, { env });
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    code,
    lines,
    told: JSON.stringify(model.requests.at(-1)?.body.messages),
    tools: toolsOf(model.requests[0]?.body.tools),
  };
}

const toolsOf = (tools: unknown) => (Array.isArray(tools) ? tools.map(({ name }) => name as string) : []);

/** A hook of the project that says yes to a call, with another input. */
async function hookThat(matcher: string, updatedInput: object): Promise<void> {
  const said = { hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "allow", updatedInput } };
  await place.write({
    "answer.json": JSON.stringify(said),
    ".claude/settings.json": JSON.stringify({
      hooks: { PreToolUse: [{ matcher, hooks: [{ type: "command", command: "cat answer.json" }] }] },
    }),
  });
}

const resultsIn = (lines: readonly Record<string, unknown>[]) =>
  lines.flatMap(({ type, tool_use_result }) =>
    type === "user" && tool_use_result !== undefined ? [tool_use_result] : [],
  );

test("a question that nobody can be asked is refused, and the model goes on", async () => {
  const { code, lines, told, tools } = await run(asking);
  expect(code).toBe(0);
  expect(told).toContain("Decide by yourself");
  expect(lines.at(-1)).toMatchObject({ result: "Done.", permission_denials: [{ tool_name: "AskUserQuestion" }] });
  expect(tools).toContain("TodoWrite");
  expect(tools).not.toContain("AskUserQuestion");
  expect(tools).not.toContain("EnterPlanMode");
});

test("a plan that nobody can approve is refused, with what to do in its place", async () => {
  const { lines, told } = await run(leaving, ["--permission-mode", "plan"]);
  expect(told).toContain("You are planning");
  expect(told).toContain("Give the plan as your answer");
  expect(lines.at(-1)).toMatchObject({ permission_denials: [{ tool_name: "ExitPlanMode" }] });
});

test("todos are told to programs as they were and as they are", async () => {
  const todos = [{ content: "Build", status: "in_progress", activeForm: "Building" }];
  const { lines } = await run({ calls: [{ name: "TodoWrite", input: { todos } }] });
  expect(resultsIn(lines)).toEqual([{ oldTodos: [], newTodos: todos }]);
  const [id = ""] = Object.keys(await place.transcripts());
  for (const flags of [[], ["--fork-session"]]) {
    const { stdout } = await place.gantry(["-p", "/todos", "--resume", id, "--model", "offline/planner", ...flags]);
    expect(stdout).toContain("[ ] Build  now");
  }
});

describe.skipIf(process.platform === "win32")("a hook of a trusted folder", () => {
  test("answers the question", async () => {
    await hookThat("AskUserQuestion", { questions: QUESTIONS, answers: { "Where?": "Files" } });
    const { lines, tools } = await run(asking, ["--trust"]);
    expect(resultsIn(lines)).toEqual([{ questions: QUESTIONS, answers: { "Where?": "Files" } }]);
    expect(lines.at(-1)).toMatchObject({ permission_denials: [] });
    expect(tools).toContain("AskUserQuestion");
  });

  test("approves the plan, as it wants it", async () => {
    await hookThat("ExitPlanMode", { plan: "1. Build less" });
    const { lines, told } = await run(leaving, ["--trust", "--permission-mode", "plan"]);
    expect(resultsIn(lines)).toMatchObject([{ plan: "1. Build less" }]);
    expect(told).toContain("1. Build less");
  });
});
