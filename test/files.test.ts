import { mkdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ToolResult, textOf } from "gantry/sdk";
import { createTestKernel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import filesNode from "../plugins/files-node/index.ts";
import seenFiles from "../plugins/seen-files/index.ts";
import toolEdit from "../plugins/tool-edit/index.ts";
import toolRead from "../plugins/tool-read/index.ts";
import toolWrite from "../plugins/tool-write/index.ts";

let kernel: TestKernel;
beforeEach(async () => {
  kernel = await createTestKernel({
    plugins: [filesNode, seenFiles, toolRead, toolWrite, toolEdit],
    answer: "allow",
  });
});
afterEach(() => kernel.close());

const at = (name: string) => join(kernel.cwd, name);
const said = (result: ToolResult) => textOf(result.content);

describe("a session that works on files", () => {
  test("writes, reads, edits and writes again", async () => {
    expect(said(await kernel.call("Write", { file_path: at("src/a.ts"), content: "let a = 1;\n" }))).toMatch(/Created/);
    expect(said(await kernel.call("Read", { file_path: at("src/a.ts") }))).toBe("     1\tlet a = 1;");
    const edit = { file_path: at("src/a.ts"), old_string: "let", new_string: "const" };
    expect((await kernel.call("Edit", edit)).outcome).toBe("ok");
    expect((await kernel.call("Write", { file_path: at("src/a.ts"), content: "done\n" })).outcome).toBe("ok");
    expect(await readFile(at("src/a.ts"), "utf8")).toBe("done\n");
  });

  test("takes paths as people write them", async () => {
    await writeFile(at("a.txt"), "one\n");
    expect(said(await kernel.call("Read", { file_path: "a.txt" }))).toContain("one");
    expect(said(await kernel.call("Read", { file_path: "./x/../a.txt", limit: 1 }))).toContain("one");
    expect(said(await kernel.call("Write", { file_path: "~/notes.txt", content: "hi" }))).toMatch(
      /Created ".*gantry-home-.*\/notes\.txt"/,
    );
  });

  test("knows a file by its real path, whichever link leads there", async () => {
    await mkdir(at("real"));
    await writeFile(at("real/a.txt"), "one\n");
    await symlink("real", at("folder"));
    await symlink("real/a.txt", at("link.txt"));
    await kernel.call("Read", { file_path: at("link.txt") });
    const edit = { file_path: at("folder/a.txt"), old_string: "one", new_string: "two" };
    expect((await kernel.call("Edit", edit)).outcome).toBe("ok");
    expect(await readFile(at("real/a.txt"), "utf8")).toBe("two\n");
    expect(await realpath(at("link.txt"))).toBe(await realpath(at("real/a.txt")));
  });

  test("notices that somebody else has changed a file", async () => {
    await writeFile(at("a.txt"), "one\n");
    await kernel.call("Read", { file_path: at("a.txt") });
    await writeFile(at("a.txt"), "other\n");
    const result = await kernel.call("Write", { file_path: at("a.txt"), content: "mine\n" });
    expect([result.outcome, said(result)]).toEqual(["error", expect.stringMatching(/has changed since it was read/)]);
    expect(await readFile(at("a.txt"), "utf8")).toBe("other\n");
  });

  test("edits the same file twice in one answer", async () => {
    await writeFile(at("a.txt"), "one\ntwo\n");
    await kernel.call("Read", { file_path: at("a.txt") });
    const edit = (old_string: string, new_string: string) => ({
      name: "Edit",
      input: { file_path: at("a.txt"), old_string, new_string },
    });
    kernel.model.push({ calls: [edit("one", "1"), edit("two", "2")] }, { text: "Done." });
    const { results } = await kernel.run("Change both.");
    expect(results.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
    expect(await readFile(at("a.txt"), "utf8")).toBe("1\n2\n");
  });

  test("is told what a read-only place means", async () => {
    const result = await kernel.call("Write", { file_path: "/proc/nothing", content: "x" });
    expect(result.outcome).toBe("error");
    expect(said(result).length).toBeGreaterThan(20);
  });
});

test("the file tools cost the model few bytes", async () => {
  await kernel.run("Hello.");
  const tools = kernel.model.requests.at(-1)?.tools ?? [];
  expect(tools.map(({ name }) => name).sort()).toEqual(["Edit", "Read", "Write"]);
  for (const tool of tools) expect(JSON.stringify(tool).length, tool.name).toBeLessThanOrEqual(700);
});
