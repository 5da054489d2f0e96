import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, type RenderedCall, type Renderer, type SessionView, Slots, type ToolResult } from "gantry/sdk";
import { blocksText, lineText } from "gantry/sdk/kit/view-text";
import type { TestKernel } from "gantry/sdk/testing";
import { createTestKernel } from "gantry/sdk/testing";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import execNode from "../plugins/exec-node/index.ts";
import filesNode from "../plugins/files-node/index.ts";
import seenFiles from "../plugins/seen-files/index.ts";
import shellFolders from "../plugins/shell-folders/index.ts";
import toolBash from "../plugins/tool-bash/index.ts";
import toolEdit from "../plugins/tool-edit/index.ts";
import toolGlob from "../plugins/tool-glob/index.ts";
import toolGrep from "../plugins/tool-grep/index.ts";
import toolJobs from "../plugins/tool-jobs/index.ts";
import toolRead from "../plugins/tool-read/index.ts";
import toolSearch from "../plugins/tool-search/index.ts";
import toolWrite from "../plugins/tool-write/index.ts";

const TOOLS = ["Bash", "Edit", "Glob", "Grep", "Read", "TaskOutput", "TaskStop", "ToolSearch", "Write"];

let cwd: string;
let kernel: TestKernel;
let session: SessionView;
const renderers = new Map<string, Renderer>();

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "looks-")));
  const looking = definePlugin({
    name: "looking",
    needs: { slots: Slots },
    setup: ({ use: { slots } }) => ({
      taps: {
        sessionStart: async (opened) => {
          session = opened;
          for (const { name } of slots.list(opened, "renderers")) {
            renderers.set(name, (await slots.handler(opened, "renderers", name)) as Renderer);
          }
        },
      },
    }),
  });
  const tools = [toolBash, toolEdit, toolGlob, toolGrep, toolJobs, toolRead, toolSearch, toolWrite];
  kernel = await createTestKernel({
    plugins: [execNode, filesNode, seenFiles, shellFolders, ...tools, looking],
    answer: "allow",
    cwd,
    env: { PATH: process.env.PATH as string, GANTRY_HOME: join(cwd, ".state") },
  });
  onTestFinished(async () => {
    await kernel.close();
    await rm(cwd, { recursive: true, force: true });
  });
});

/** How a call looks once it has run, as plain text. */
async function looks(name: string, input: Readonly<Record<string, unknown>>) {
  const result = await kernel.call(name, input);
  return { result, ...lookOf(name, input, result) };
}

function lookOf(name: string, input: unknown, result?: ToolResult) {
  const renderer = renderers.get(name);
  const call = { id: "1", tool: { name }, input } as RenderedCall["call"];
  const shown: RenderedCall = { call, session, ...(result && { result }) };
  const [title, summary] = [renderer?.title?.(shown), renderer?.summary?.(shown)];
  const [body, details] = [renderer?.body?.(shown), renderer?.details?.(shown)];
  return {
    title: title && lineText(title),
    summary: summary && lineText(summary),
    body: body && blocksText(body),
    details: details && blocksText(details),
  };
}

const at = (path: string) => join(cwd, path);

describe("the tools that come with it say how they look", () => {
  test("a file that is written, edited and read", async () => {
    const lines = Array.from({ length: 14 }, (_, index) => `line ${index + 1}`);
    const written = await looks("Write", { file_path: at("src/a.ts"), content: `${lines.join("\n")}\n` });
    expect(written).toMatchObject({ title: join("src", "a.ts"), summary: "new, 14 lines" });
    expect(written.body).toBe(`${lines.slice(0, 10).join("\n")}\n\n… 4 more lines`);
    const edited = await looks("Edit", { file_path: at("src/a.ts"), old_string: "line 2\n", new_string: "two\nand\n" });
    expect(edited).toMatchObject({ title: join("src", "a.ts"), summary: "+2 -1" });
    expect(edited.body).toContain(" line 1\n-line 2\n+two\n+and\n line 3");
    const again = await looks("Write", { file_path: at("src/a.ts"), content: "all new\n" });
    expect(again).toMatchObject({ summary: "+1 -15" });
    const read = await looks("Read", { file_path: at("src/a.ts"), offset: 1, limit: 5 });
    expect(read).toMatchObject({ title: `${join("src", "a.ts")} lines 1-5`, summary: "1 line" });
  });

  test("a part of a file, and a file elsewhere", async () => {
    await writeFile(at("long.txt"), "x\n".repeat(30));
    expect(await looks("Read", { file_path: at("long.txt"), limit: 10 })).toMatchObject({ summary: "10 of 30 lines" });
    expect(lookOf("Read", { file_path: "/elsewhere/a.txt" }).title).toBe("/elsewhere/a.txt");
  });

  test("a long change is shown in part, and opened whole", async () => {
    const before = Array.from({ length: 60 }, (_, index) => `a${index}\n`).join("");
    await writeFile(at("b.txt"), before);
    await kernel.call("Read", { file_path: at("b.txt") });
    const { body, details } = await looks("Write", { file_path: at("b.txt"), content: before.replaceAll("a", "b") });
    expect(body).toContain("… 80 more lines");
    expect(details).toContain("+b59");
  });

  test("a command that works, fails, and goes on in the background", async () => {
    expect(await looks("Bash", { command: "echo one; echo two" })).toMatchObject({
      title: "echo one; echo two",
      summary: "one",
      body: "two",
    });
    const long = await looks("Bash", { command: "echo; for i in 1 2 3 4 5 6 7 8; do echo $i; done" });
    expect(long).toMatchObject({ summary: "1", body: "2\n3\n+5 lines" });
    expect((await looks("Bash", { command: "true" })).summary).toBe("no output");
    expect((await looks("Bash", { command: "echo only" })).summary).toBe("only");
    const failed = await looks("Bash", { command: "for i in 1 2 3 4 5 6 7 8; do echo $i; done\nexit 3" });
    expect(failed).toMatchObject({ summary: "exit code 3", body: "… 2 lines before\n\n3\n4\n5\n6\n7\n8" });
    expect(failed.title).toBe("for i in 1 2 3 4 5 6 7 8; do echo $i; done … 1 more line");
    expect(failed.details).toContain("exit 3\n\nExit code 3");
    const job = await looks("Bash", { command: "echo here", run_in_background: true });
    expect(job.summary).toMatch(/^goes on in the background as b\d+$/);
    const output = await looks("TaskOutput", { task_id: "b1", block: true });
    expect(output).toMatchObject({ title: "b1", summary: "completed with exit code 0, 1 new line" });
    expect(await looks("TaskStop", { task_id: "b1" })).toMatchObject({ title: "b1", summary: "echo here" });
  });

  test("what is searched for", async () => {
    await writeFile(at("a.ts"), "sea\nsea\n");
    await writeFile(at("b.ts"), "sea\n");
    expect(await looks("Glob", { pattern: "*.ts" })).toMatchObject({ title: "*.ts", summary: "2 files" });
    expect(await looks("Grep", { pattern: "sea" })).toMatchObject({ title: "sea", summary: "2 files" });
    expect(await looks("Grep", { pattern: "sea", path: at("a.ts"), output_mode: "content" })).toMatchObject({
      title: "sea in a.ts",
      summary: "2 lines in 1 file",
    });
    expect(await looks("Grep", { pattern: "sea", glob: "*.ts", output_mode: "count" })).toMatchObject({
      title: "sea in *.ts",
      summary: "3 matches in 2 files",
    });
    expect(await looks("ToolSearch", { query: "weather" })).toMatchObject({
      title: "weather",
      summary: "no tool fits",
    });
  });

  test.each(TOOLS)("%s says nothing of what it cannot make sense of", (name) => {
    for (const input of [undefined, null, "text", [], { file_path: 7, command: {}, pattern: [] }]) {
      for (const data of [
        undefined,
        null,
        7,
        { structuredPatch: [{ lines: [1] }], file: 3, found: "x", numFiles: "many" },
      ]) {
        for (const outcome of ["ok", "error", "denied"] as const) {
          const look = lookOf(name, input, { outcome, content: [], data, ms: 0 });
          expect(look.title).toBeUndefined();
        }
      }
    }
    expect(lookOf(name, {}).summary).toBeUndefined();
  });
});
