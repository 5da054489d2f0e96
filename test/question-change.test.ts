import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, defineTool, Slots, z } from "gantry/sdk";
import { type QuestionParts, questionChange, questionParts } from "gantry/sdk/kit/question";
import { createTestKernel, type TestKernel } from "gantry/sdk/testing";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import filesNode from "../plugins/files-node/index.ts";
import seenFiles from "../plugins/seen-files/index.ts";
import toolEdit from "../plugins/tool-edit/index.ts";
import toolRead from "../plugins/tool-read/index.ts";
import toolWrite from "../plugins/tool-write/index.ts";

let file: string;
let kernel: TestKernel;
const asked: QuestionParts[] = [];

/** Shows what it is asked, and says yes. */
const person = definePlugin({
  name: "person",
  needs: { slots: Slots },
  setup: ({ use: { slots } }) => ({
    taps: {
      ask: async (question, { session }) => {
        const change = await questionChange(question, session, slots);
        asked.push(questionParts(question, { targets: [], offer: undefined, change }));
        return { decision: "allow" };
      },
    },
  }),
});

/** A tool of somebody else whose renderer never comes to an end. */
const slow = definePlugin({
  name: "slow",
  tools: { Slow: { description: "", input: z.object({}) } },
  renderers: { Slow: {} },
  setup: () => ({ tools: { Slow: () => "done" }, renderers: { Slow: { change: () => new Promise<never>(() => {}) } } }),
});

const failing = definePlugin({
  name: "failing",
  tools: { Fails: { description: "", input: z.object({}) } },
  renderers: { Fails: {} },
  setup: () => ({
    tools: { Fails: () => "done" },
    renderers: {
      Fails: {
        change: () => {
          throw new Error("no");
        },
      },
    },
  }),
});

const bare = defineTool({ name: "Bare", description: "", input: z.object({}), run: () => "done" });

beforeEach(async () => {
  asked.length = 0;
  const cwd = await realpath(await mkdtemp(join(tmpdir(), "change-")));
  file = join(cwd, "a.txt");
  await writeFile(file, Array.from({ length: 9 }, (_, at) => `line ${at + 1}\n`).join(""));
  const plugins = [filesNode, seenFiles, toolRead, toolEdit, toolWrite, slow, failing, bare, person];
  kernel = await createTestKernel({ plugins, cwd });
  onTestFinished(async () => {
    await kernel.close();
    await rm(cwd, { recursive: true, force: true });
  });
});

describe("a question shows what would change in the file", () => {
  test("of an edit, with what stands around it, and the number of its first line", async () => {
    await kernel.call("Read", { file_path: file });
    const result = await kernel.call("Edit", { file_path: file, old_string: "5", new_string: "five" });
    expect(result.outcome).toBe("ok");
    expect(asked).toMatchObject([
      {
        diff: [" line 2", " line 3", " line 4", "-line 5", "+line five", " line 6", " line 7", " line 8"],
        firstLine: 2,
      },
    ]);
    const shown = asked[0]?.fields.filter(({ isInDiff }) => isInDiff).map(({ name }) => name);
    expect(shown).toEqual(["old_string", "new_string"]);
  });

  test("of a file that is written anew as a whole, its content only in the change", async () => {
    await kernel.call("Read", { file_path: file });
    await kernel.call("Write", { file_path: file, content: "line 1\nline 2\n" });
    expect(asked[0]?.diff.filter((line) => line.startsWith("-"))).toHaveLength(7);
    expect(asked[0]?.fields.find(({ name }) => name === "content")?.isInDiff).toBe(true);
  });

  test("but nothing of a file that the session has not read", async () => {
    await kernel.call("Edit", { file_path: file, old_string: "line 5", new_string: "five" });
    await kernel.call("Write", { file_path: file, content: "new\n" });
    expect(asked[0]?.diff).toEqual(["-line 5", "+five"]);
    expect(asked[1]).toMatchObject({ diff: [] });
    expect(asked[1]?.fields.find(({ name }) => name === "content")).toMatchObject({
      lines: ["new", ""],
      isInDiff: false,
    });
  });

  test("and what the input says where the change cannot be made, or nobody says it, or not in time", async () => {
    await kernel.call("Read", { file_path: file });
    await kernel.call("Edit", { file_path: file, old_string: "absent", new_string: "new" });
    for (const tool of ["Bare", "Fails", "Slow"]) await kernel.call(tool, {});
    expect(asked.map(({ diff, firstLine }) => [diff, firstLine])).toEqual([
      [["-absent", "+new"], undefined],
      [[], undefined],
      [[], undefined],
      [[], undefined],
    ]);
  });
});
