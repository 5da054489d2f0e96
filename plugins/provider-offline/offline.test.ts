import fc from "fast-check";
import type { Message, ModelEvent, ModelRequest, ResultContent } from "gantry/sdk";
import { NO_USAGE, text } from "gantry/sdk";
import { expect, test } from "vitest";
import { INTENTS, planFor } from "./intents.ts";
import setup from "./offline.ts";

const { stream } = (await setup({} as never)).providers.offline;

const TOOLS = ["Read", "Write", "Edit", "Glob", "Grep", "Bash"];
const requestOf = (messages: readonly Message[], tools = TOOLS): ModelRequest => ({
  model: { provider: "offline", id: "offline" },
  system: [],
  messages,
  tools: tools.map((name) => ({ name, description: "", input_schema: {} })),
});

async function ask(messages: readonly Message[], tools?: readonly string[], signal = new AbortController().signal) {
  const events: ModelEvent[] = [];
  for await (const event of stream(requestOf(messages, tools && [...tools]), { signal })) events.push(event);
  return events;
}

interface Call {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}
type Result = string | { readonly error: string };

/** Talks to the planner as the loop does: every call gets its result, until it answers. */
async function converse(
  prompt: string,
  respond: Readonly<Record<string, (input: Call["input"], number: number) => Result>> = {},
  { tools = TOOLS, before = [] }: { readonly tools?: readonly string[]; readonly before?: readonly Message[] } = {},
) {
  const messages: Message[] = [...before, { role: "user", content: [text(prompt)] }];
  const calls: Call[] = [];
  for (let request = 0; request < 30; request++) {
    const last = (await ask(messages, tools)).at(-1);
    if (last?.type !== "end") throw new Error("no end");
    messages.push(last.message);
    const [block] = last.message.content;
    if (block?.type === "text") return { answer: block.text, calls, messages };
    if (block?.type !== "tool_use") throw new Error("neither text nor call");
    const input = block.input as Call["input"];
    calls.push({ tool: block.name, input });
    const result = respond[block.name]?.(input, calls.length) ?? { error: "unexpected call" };
    const [said, is_error] = typeof result === "string" ? [result, false] : [result.error, true];
    messages.push({
      role: "user",
      content: [{ type: "tool_result", tool_use_id: block.id, content: [text(said)], ...(is_error && { is_error }) }],
    });
  }
  throw new Error("it never answered");
}

const numbered = (content: string) =>
  content
    .split("\n")
    .map((line, i) => `${String(i + 1).padStart(6)}\t${line}`)
    .join("\n");

// ---------------------------------------------------------------- understanding

test("each example it gives is understood", () => {
  const context = { resolve: (path: string) => path, earlier: [] };
  for (const { example } of INTENTS) expect(planFor(example, context), example).toBeDefined();
});

const firstCall = (prompt: string) => {
  const plan = planFor(prompt, { resolve: (path) => `/w/${path}`, earlier: [] });
  const state = plan?.next();
  return state && !state.done ? [state.value.tool, state.value.input] : undefined;
};

test.each([
  ["Read package.json and summarize it", "Read", { file_path: "/w/package.json" }],
  ["Could you please read `my file.txt`?", "Read", { file_path: "/w/my file.txt" }],
  ["What does src/index.ts do?", "Read", { file_path: "/w/src/index.ts" }],
  ["find every TODO in this repository", "Grep", { pattern: "TODO", output_mode: "content" }],
  ["Search for useState in src", "Grep", { pattern: "useState", path: "src", output_mode: "content" }],
  [
    "find FIXME comments in TypeScript files",
    "Grep",
    { pattern: "FIXME", glob: "*.{ts,tsx,mts,cts}", output_mode: "content" },
  ],
  ["grep for /foo.*bar/", "Grep", { pattern: "foo.*bar", output_mode: "content" }],
  ["find `a.b(c)`", "Grep", { pattern: "a\\.b\\(c\\)", output_mode: "content" }],
  ["where is config defined?", "Grep", { pattern: "config", "-i": true, output_mode: "content" }],
  ["list all files", "Glob", { pattern: "**/*" }],
  ["list the files here", "Glob", { pattern: "**/*" }],
  ["what files are in src?", "Glob", { pattern: "**/*", path: "/w/src" }],
  ["find all *.test.ts files", "Glob", { pattern: "**/*.test.ts" }],
  ["run the command `echo hi`", "Bash", { command: "echo hi" }],
  ['run echo "hello world"', "Bash", { command: 'echo "hello world"' }],
  ["$ ls -la", "Bash", { command: "ls -la" }],
  ["write a file hi.txt with the text Hello, world!", "Write", { file_path: "/w/hi.txt", content: "Hello, world!\n" }],
  ["create a file a.md containing ```md\n# A\n\nb.\n```", "Write", { file_path: "/w/a.md", content: "# A\n\nb.\n" }],
])("%s", (prompt, tool, input) => {
  expect(firstCall(prompt)).toEqual([tool, input]);
});

test("a path may be named with @, and code is what it is", async () => {
  const { calls } = await converse("Read @src/a.ts", { Read: () => numbered("one") });
  expect(calls[0]?.input).toEqual({ file_path: "src/a.ts" });
  const written = await converse("create a file a.md containing ```md\n @a.b\n```", { Write: () => "Written." });
  expect(written.calls[0]?.input).toEqual({ file_path: "a.md", content: " @a.b\n" });
});

test.each([
  "write me a poem",
  "refactor the code to be nicer",
  "delete everything",
  "what is the meaning of life?",
  "find a way to make all of this faster",
  "fix the bug in a.ts",
  "count files\n\nand whatever stands below",
  "which files contain all that\nnobody wants",
])("%s is not understood, and it says so, with what it can do", async (prompt) => {
  const { answer, calls } = await converse(prompt);
  expect(calls).toEqual([]);
  expect(answer).toContain("I do not understand");
  expect(answer).toContain("find every TODO and write them to todo.md");
});

test.each(["help", "Hello!", "what can you do?"])("to %s it explains itself", async (prompt) => {
  expect((await converse(prompt)).answer).toMatch(/^I am the offline planner/);
});

test("every answer says what it is and how to get a real model", async () => {
  const { answer } = await converse("list files", { Glob: () => "a.txt" });
  expect(answer).toMatch(/offline planner, not a language model.*ANTHROPIC_API_KEY or OPENAI_API_KEY.*Ollama/);
});

// ---------------------------------------------------------------- doing

test("it finds every TODO and writes the real results, but not those of the file it writes", async () => {
  const grep = "src/a.ts:3:  // TODO: one\nsrc/b.ts:14:// TODO two: a:b\ntodo.md:1:- old TODO";
  const { calls, answer } = await converse("find every TODO in this repository and write them to todo.md", {
    Grep: () => grep,
    Write: () => 'Created "todo.md" with 4 lines.',
  });
  expect(calls).toEqual([
    { tool: "Grep", input: { pattern: "TODO", output_mode: "content" } },
    {
      tool: "Write",
      input: {
        file_path: "todo.md",
        content: "# TODO\n\n- `src/a.ts:3` // TODO: one\n- `src/b.ts:14` // TODO two: a:b\n",
      },
    },
  ]);
  expect(answer).toContain("Found 2 lines with `TODO` in 2 files");
  expect(answer).toContain('Created "todo.md"');
});

test("long results are turned page by page, and all of them are written", async () => {
  const { calls } = await converse("find all TODO and save the list to out.txt", {
    Grep: ({ offset = 0 }) =>
      offset === 0 ? "a.ts:1:TODO 1\na.ts:2:TODO 2\n(1 to 2 of 3; go on with offset: 2)" : "a.ts:3:TODO 3",
    Write: () => "Created.",
  });
  expect(calls[1]?.input).toMatchObject({ offset: 2 });
  expect(calls[2]?.input.content).toBe("a.ts:1: TODO 1\na.ts:2: TODO 2\na.ts:3: TODO 3\n");
});

test("where nothing is found nothing is written", async () => {
  const { calls, answer } = await converse("find TODO and write them to todo.md", { Grep: () => "No matches found" });
  expect(calls).toHaveLength(1);
  expect(answer).toContain("There is no `TODO` in this folder. So I wrote nothing to todo.md.");
});

test("a file that exists is read before it is written over", async () => {
  const { calls } = await converse("write `new` to a.txt", {
    Write: (_, number) =>
      number === 1 ? { error: '"a.txt" exists and has not been read in this session. Read it first.' } : "Replaced.",
    Read: () => numbered("old"),
  });
  expect(calls.map(({ tool }) => tool)).toEqual(["Write", "Read", "Write"]);
});

test("a package is summarised by its name, version, scripts and dependencies", async () => {
  const json = JSON.stringify(
    {
      name: "demo",
      version: "1.2.3",
      scripts: { test: "vitest" },
      dependencies: { zod: "4" },
      devDependencies: { vitest: "4" },
    },
    null,
    2,
  );
  const { answer } = await converse("Read package.json and summarize it", { Read: () => numbered(json) });
  for (const part of ["demo 1.2.3", "test (`vitest`)", "zod", "Development dependencies: vitest"]) {
    expect(answer).toContain(part);
  }
});

test("markdown is summarised by title, beginning and headings, code left out", async () => {
  const markdown = "# Demo\n\nIt does things.\nWell.\n\n## Use\n\n```sh\n# no heading\n```\n\n### More\n";
  const { answer } = await converse("summarise README.md", { Read: () => numbered(markdown) });
  expect(answer).toContain('"Demo", a document of');
  expect(answer).toContain("It does things. Well.");
  expect(answer).toContain("- Use\n  - More");
  expect(answer).not.toContain("no heading");
});

test("code is summarised by what it declares", async () => {
  const code =
    '/** Greets. */\nimport a from "a";\n\nexport function greet() {}\nexport class Door {}\nconst x = 1;\nasync function inner() {}\n';
  const { answer } = await converse("explain greet.ts", { Read: () => numbered(code) });
  expect(answer).toContain("1 import. Greets.");
  expect(answer).toContain("- Exports (2): greet, Door");
  expect(answer).toContain("- Functions (1): inner");
});

test("a file that was only read in part is said to be", async () => {
  const page = `${numbered("one\ntwo")}\n\n(Partial view: lines 1 to 2 of 900. Go on with offset 3.)`;
  expect((await converse("read big.log", { Read: () => page })).answer).toContain(
    "only its beginning was read; it has 900 lines",
  );
});

test("an unchanged file is summarised from what was shown before", async () => {
  const first = await converse("read notes.txt", { Read: () => numbered("remember the milk") });
  const again = await converse(
    "read notes.txt",
    { Read: () => '"notes.txt" is unchanged since it was last read; what was shown then still holds.' },
    { before: first.messages },
  );
  expect(again.answer).toContain("remember the milk");
});

test("an edit reads first and replaces every place", async () => {
  const { calls, answer } = await converse("replace `foo` with `bar` in a.txt", {
    Read: () => numbered("foo\nfoo and foo"),
    Edit: () => "Edited.",
  });
  expect(calls[1]).toEqual({
    tool: "Edit",
    input: { file_path: "a.txt", old_string: "foo", new_string: "bar", replace_all: true },
  });
  expect(answer).toContain("in 3 places");
});

test("an edit whose text is not there changes nothing", async () => {
  const { calls, answer } = await converse("replace foo with bar in a.txt", { Read: () => numbered("baz") });
  expect(calls).toHaveLength(1);
  expect(answer).toContain("`foo` does not stand in a.txt");
});

test("it counts files, lines and places", async () => {
  const listed = "a.ts\nb.ts\n(The newest 2 of 312 files. Give a narrower pattern for the rest.)";
  expect((await converse("how many ts files are there?", { Glob: () => listed })).answer).toContain(
    "There are 312 ts files",
  );
  const counts = "a.ts:3\nb.ts:4\n7 matching lines in 2 files";
  expect((await converse("how many lines of code are in src", { Grep: () => counts })).answer).toContain(
    "src has 7 lines in 2 files",
  );
  expect((await converse("how many TODOs are there?", { Grep: () => counts })).answer).toContain(
    "`TODO` stands in 7 lines of 2 files",
  );
});

test("a command's output is shown, in a fence it cannot close; a failing command is an answer too", async () => {
  expect((await converse("run `x`", { Bash: () => "```\nhi" })).answer).toContain("````\n```\nhi\n````");
  const failed = await converse("run `false`", { Bash: () => ({ error: "Exit code 1\nno" }) });
  expect(failed.answer).toContain("`false` failed:");
});

test("the tests are run by the script the package has", async () => {
  const read = () => numbered('{"scripts":{"test:unit":"vitest"}}');
  const { calls } = await converse("run the tests", { Read: read, Bash: () => "ok" });
  expect(calls[1]?.input).toEqual({ command: "npm run test:unit" });
});

test("several things are done one after the other", async () => {
  const { calls, answer } = await converse("count the files and then read a.txt", {
    Glob: () => "a.txt",
    Read: () => numbered("hi"),
  });
  expect(calls.map(({ tool }) => tool)).toEqual(["Glob", "Read"]);
  expect(answer).toMatch(/There is 1 file[\s\S]*\*\*a\.txt\*\*/);
});

// ---------------------------------------------------------------- when it cannot

test("a tool that is not offered is named, and nothing else is tried", async () => {
  const { answer, calls } = await converse("run `ls`", {}, { tools: ["Read"] });
  expect(calls).toEqual([]);
  expect(answer).toContain("I need the tool Bash, which is not offered");
});

test("a refusal ends the work, and its reason and remedy are passed on word for word", async () => {
  const reason = "Write was not allowed to run: nobody can be asked in this run. Allow it with --allowedTools Write.";
  const { answer, calls } = await converse("write `x` to a.txt", { Write: () => ({ error: reason }) });
  expect(calls).toHaveLength(1);
  expect(answer).toContain(reason);
});

test("a result it did not ask for stops it", async () => {
  const events = await ask([
    { role: "user", content: [text("list files")] },
    {
      role: "assistant",
      id: "a",
      model: "m",
      stop_reason: "tool_use",
      usage: NO_USAGE,
      content: [{ type: "tool_use", id: "x", name: "Bash", input: {} }],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "x", content: [] }] },
  ]);
  expect(events.at(-1)).toMatchObject({
    message: { content: [{ text: expect.stringContaining("I asked for Glob") }] },
  });
});

test("the newest thing a person said counts, not what the host adds, and not what came before", async () => {
  const events = await ask([
    {
      role: "user",
      content: [
        text("run `rm -rf /`"),
        text("[Request interrupted by user]"),
        text("read a.txt"),
        text("<system-reminder>\nlist files\n</system-reminder>"),
      ],
    },
  ]);
  expect(events.at(-1)).toMatchObject({ message: { content: [{ name: "Read" }] } });
});

test("an aborted request ends with a failure", async () => {
  const events = await ask([{ role: "user", content: [text("help")] }], TOOLS, AbortSignal.abort());
  expect(events.at(-1)).toMatchObject({ type: "failure", failure: { kind: "aborted" } });
});

// ---------------------------------------------------------------- always

const wordArbitrary = fc.constantFrom(
  ...'find all every TODO the in src and then write them to todo.md read package.json summarise it list files count lines how many replace foo with bar run npm create a file `x y` "q /re/ ``` \ue000 0 \ue001 . ? *.ts .. ~'.split(
    " ",
  ),
);
const promptArbitrary = fc.oneof(
  fc.array(wordArbitrary, { maxLength: 15 }).map((parts) => parts.join(" ")),
  fc.string({ unit: "binary", maxLength: 200 }),
);
const resultArbitrary = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "     1\t{}\n     2\tx",
    "     1\t[[[",
    "a:1:b\n(1 to 2 of 9; go on with offset: 2)",
    "No files found",
    "",
    "(The file exists and is empty.)",
    "a.ts\n(The newest 1 of 99 files.)",
    "1 matching lines in 1 files",
    '"x" is unchanged since it was last read',
    "Exit code 1",
    "has not been read; read it first",
  ),
);

test("whatever is said and whatever the tools answer, it neither throws nor goes on for ever, and does the same again", async () => {
  await fc.assert(
    fc.asyncProperty(
      promptArbitrary,
      fc.array(fc.record({ said: resultArbitrary, isError: fc.boolean() }), { maxLength: 4 }),
      async (prompt, results) => {
        const messages: Message[] = [{ role: "user", content: [text(prompt)] }];
        for (const { said, isError } of results) {
          const events = await ask(messages);
          expect(await ask(messages)).toEqual(events);
          expect(events[0]?.type).toBe("start");
          const last = events.at(-1);
          if (last?.type !== "end") throw new Error("no end");
          const [block] = last.message.content;
          if (block?.type !== "tool_use") return;
          const content: readonly ResultContent[] = [text(said)];
          messages.push(last.message, {
            role: "user",
            content: [{ type: "tool_result", tool_use_id: block.id, content, is_error: isError }],
          });
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("no prompt keeps it thinking", () => {
  const context = { resolve: (path: string) => path, earlier: [] };
  for (const part of [
    " in",
    " with in",
    " and write",
    " the all",
    "```\n",
    "`",
    " then",
    " does have",
    "find ",
    "a, ",
  ]) {
    planFor(`replace x${part.repeat(30_000 / part.length)}`, context);
    planFor(`find x${part.repeat(1900 / part.length)}`, context);
    planFor(`replace x${part.repeat(1900 / part.length)}`, context);
    planFor(`count x${part.repeat(1900 / part.length)}`, context);
  }
});
