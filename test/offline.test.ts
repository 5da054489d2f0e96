import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestKernel } from "gantry/sdk/testing";
import { afterEach, expect, test } from "vitest";
import execNode from "../plugins/exec-node/index.ts";
import filesNode from "../plugins/files-node/index.ts";
import modelBudget from "../plugins/model-budget/index.ts";
import offline from "../plugins/provider-offline/index.ts";
import seenFiles from "../plugins/seen-files/index.ts";
import shellFolders from "../plugins/shell-folders/index.ts";
import bash from "../plugins/tool-bash/index.ts";
import edit from "../plugins/tool-edit/index.ts";
import glob from "../plugins/tool-glob/index.ts";
import grep from "../plugins/tool-grep/index.ts";
import jobs from "../plugins/tool-jobs/index.ts";
import read from "../plugins/tool-read/index.ts";
import write from "../plugins/tool-write/index.ts";
import usageMeter from "../plugins/usage-meter/index.ts";

// The embedded default with the real tools, the real loop, and a real folder.

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const kernel of open.splice(0)) await kernel.close();
});

const FILES = {
  "package.json": '{\n  "name": "demo",\n  "version": "1.2.3",\n  "scripts": { "test": "echo all is well" }\n}\n',
  "README.md": "# Demo\n\nIt does things.\n\n## Use\n",
  "src/a.ts": "export function a() {\n  // TODO: one\n}\n",
  "src/b.ts": "// TODO two\nexport const colour = 1;\nexport const other = colour;\n",
};

async function folder(
  options: { answer?: "allow"; config?: Record<string, unknown>; files?: Record<string, string> } = {},
) {
  const plugins = [execNode, filesNode, shellFolders, seenFiles, usageMeter, modelBudget, offline];
  const tools = [read, write, edit, glob, grep, bash, jobs];
  const kernel = await createTestKernel({ plugins: [...plugins, ...tools], answer: "allow", ...options });
  open.push(kernel);
  for (const [name, content] of Object.entries(options.files ?? FILES)) {
    await mkdir(join(kernel.cwd, name, ".."), { recursive: true });
    await writeFile(join(kernel.cwd, name), content);
  }
  await kernel.session.setModel("offline");
  const ask = async (prompt: string) => {
    const turn = await kernel.run(prompt);
    expect(turn.faults).toEqual([]);
    return turn;
  };
  return { ask, kernel, read: (name: string) => readFile(join(kernel.cwd, name), "utf8") };
}

test("it finds every TODO and writes them down", async () => {
  const { ask, read } = await folder();
  const { text, end } = await ask("find every TODO in this repository and write them to todo.md");
  expect(end.reason).toBe("completed");
  expect(await read("todo.md")).toBe("# TODO\n\n- `src/a.ts:2` // TODO: one\n- `src/b.ts:1` // TODO two\n");
  expect(text).toContain("Found 2 lines with `TODO` in 2 files");
  // Again: the list is replaced, and does not list itself.
  await ask("find every TODO in this repository and write them to todo.md");
  expect(await read("todo.md")).toBe("# TODO\n\n- `src/a.ts:2` // TODO: one\n- `src/b.ts:1` // TODO two\n");
});

test("hundreds of places are written, all of them", async () => {
  const many = Array.from({ length: 700 }, (_, i) => `// TODO number ${i}\n`).join("");
  const { ask, read } = await folder({ files: { "many.ts": many } });
  await ask("find all TODOs and write them to todo.txt");
  expect((await read("todo.txt")).trimEnd().split("\n")).toHaveLength(700);
});

test("it reads and summarises, also a file it has just read", async () => {
  const { ask } = await folder();
  expect((await ask("Read package.json and summarize it")).text).toContain("the package demo 1.2.3");
  expect((await ask("Read package.json and summarize it")).text).toContain("the package demo 1.2.3");
  expect((await ask("summarise the readme")).text).toContain('"Demo", a document of 5 lines.');
  expect((await ask("what does src/b.ts do?")).text).toContain("Exports (2): colour, other");
  expect((await ask("show src/b.ts")).text).toContain("export const other = colour;");
});

test("it lists and counts", async () => {
  const { ask } = await folder();
  expect((await ask("list the TypeScript files")).text).toMatch(/^2 files[\s\S]*`src\/[ab]\.ts`/);
  expect((await ask("how many files are there in src?")).text).toContain("There are 2 files in src");
  expect((await ask("how many lines are in src/a.ts")).text).toContain("src/a.ts has 3 lines.");
  expect((await ask("how many TODOs are there?")).text).toContain("stands in 2 lines of 2 files");
  expect((await ask("which files contain colour?")).text).toContain("`src/b.ts`");
});

test("it summarises the repository", async () => {
  const { ask } = await folder();
  const { text } = await ask("summarise this repository");
  for (const part of ["the package demo", '"Demo", a document', "4 files", ".ts: 2"]) expect(text).toContain(part);
});

test("it edits, creates and runs", async () => {
  const { ask, read } = await folder();
  expect((await ask("replace colour with color in src/b.ts")).text).toContain("in 2 places");
  expect(await read("src/b.ts")).toBe("// TODO two\nexport const color = 1;\nexport const other = color;\n");
  await ask("create a file notes/hi.txt with the text Hello, world!");
  expect(await read("notes/hi.txt")).toBe("Hello, world!\n");
  await ask("write `Bye` to notes/hi.txt");
  expect(await read("notes/hi.txt")).toBe("Bye\n");
  expect((await ask("run `echo $((6 * 7))`")).text).toContain("42");
  expect((await ask("run `exit 3`")).text).toContain("Exit code 3");
  expect((await ask("run echo one and then read notes/hi.txt")).text).toMatch(/one[\s\S]*Bye/);
});

test("what is not allowed is not done, and the reason is passed on", async () => {
  const { ask, kernel } = await folder();
  const strict = await createTestKernel({ plugins: [filesNode, seenFiles, offline, read, write] });
  open.push(strict);
  await strict.session.setModel("offline");
  const { text } = await strict.run("write `x` to a.txt");
  expect(text).toContain("Write was not allowed to run");
  expect(text).toContain("nobody can be asked");
  await expect(readFile(join(strict.cwd, "a.txt"))).rejects.toThrow();
  expect((await ask("read nowhere.txt")).text).toContain("nowhere.txt");
  expect(kernel.session.entries.some((entry) => entry.type === "tool_result" && entry.outcome === "error")).toBe(true);
});

test("limits hold for it as for any model, and it costs nothing", async () => {
  const { kernel } = await folder({ config: { "model-budget": { maxTurns: 1, maxBudgetUsd: 1 } } });
  expect((await kernel.run("help")).end.reason).toBe("completed");
  const { end } = await kernel.run("read package.json");
  expect(end).toMatchObject({ reason: "max_turns", error: "Reached maximum number of turns (1)" });
});
