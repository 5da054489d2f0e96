import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definePlugin, Exec, type Plugin, type ToolResult, textOf } from "gantry/sdk";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import execNode from "../plugins/exec-node/index.ts";
import filesNode from "../plugins/files-node/index.ts";
import seenFiles from "../plugins/seen-files/index.ts";
import toolEdit from "../plugins/tool-edit/index.ts";
import toolGlob from "../plugins/tool-glob/index.ts";
import toolGrep from "../plugins/tool-grep/index.ts";
import toolRead from "../plugins/tool-read/index.ts";
import toolWrite from "../plugins/tool-write/index.ts";
import { kernelWith } from "./kernels.ts";

let root: string;
let work: string;
let outside: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "places-")));
  work = join(root, "work");
  outside = join(root, "outside");
  await mkdir(work);
  onTestFinished(() => rm(root, { recursive: true, force: true }));
});

const TOOLS: readonly Plugin[] = [filesNode, execNode, seenFiles, toolRead, toolWrite, toolEdit, toolGlob, toolGrep];
const said = (result: ToolResult) => textOf(result.content);

async function tree(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
}

/** Every name below a folder with what it holds. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const pairs = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(folder.length + 1), entry.isFile() ? await readFile(path, "utf8") : "(no file)"];
  });
  return Object.fromEntries(await Promise.all(pairs));
}

/** Lets something happen once, for calls of the named tools, when the gates have judged or just before the tool runs. */
function meanwhile(moment: "gate" | "wrap", tool: string, happens: () => Promise<unknown>) {
  const only = [tool];
  let left: (() => Promise<unknown>) | undefined;
  const once = async () => {
    const run = left;
    left = undefined;
    await run?.();
  };
  const plugin =
    moment === "gate"
      ? definePlugin({
          name: "meanwhile",
          taps: { toolGate: { only, stage: "last" } },
          setup: () => ({ taps: { toolGate: once } }),
        })
      : definePlugin({
          name: "meanwhile",
          wraps: only,
          setup: () => ({
            wraps: {
              [tool]: (next) => async (input, call) => {
                await once();
                return next(input, call);
              },
            },
          }),
        });
  return {
    plugin,
    arm() {
      left = happens;
    },
  };
}

describe("a path that leads elsewhere when the tool runs", () => {
  const SECRET = "needle secret\n";
  const SWAPS = {
    "a file becomes a link to a secret": async () => {
      await rm(join(work, "sub/a.txt"));
      await symlink(join(outside, "a.txt"), join(work, "sub/a.txt"));
    },
    "its folder becomes a link": async () => {
      await rename(join(work, "sub"), join(work, "moved"));
      await symlink(outside, join(work, "sub"));
    },
    "what was not there becomes a link to a secret": () => symlink(join(outside, "a.txt"), join(work, "sub/new.txt")),
    "what was not there becomes a link to nothing": () => symlink(join(outside, "new.txt"), join(work, "sub/new.txt")),
    "a missing folder becomes a link": () => symlink(outside, join(work, "sub/new")),
  };
  const A = "sub/a.txt";
  const CASES: readonly (readonly [tool: string, input: object, swap: keyof typeof SWAPS])[] = [
    ["Read", { file_path: A }, "a file becomes a link to a secret"],
    ["Read", { file_path: A }, "its folder becomes a link"],
    ["Read", { file_path: "sub/new.txt" }, "what was not there becomes a link to a secret"],
    ["Edit", { file_path: A, old_string: "needle", new_string: "pin" }, "a file becomes a link to a secret"],
    ["Edit", { file_path: A, old_string: "needle", new_string: "pin" }, "its folder becomes a link"],
    ["Edit", { file_path: "sub/new.txt", old_string: "", new_string: "x" }, "its folder becomes a link"],
    [
      "Edit",
      { file_path: "sub/new.txt", old_string: "", new_string: "x" },
      "what was not there becomes a link to nothing",
    ],
    ["Write", { file_path: A, content: "x" }, "a file becomes a link to a secret"],
    ["Write", { file_path: A, content: "x" }, "its folder becomes a link"],
    ["Write", { file_path: "sub/new.txt", content: "x" }, "its folder becomes a link"],
    ["Write", { file_path: "sub/new.txt", content: "x" }, "what was not there becomes a link to a secret"],
    ["Write", { file_path: "sub/new.txt", content: "x" }, "what was not there becomes a link to nothing"],
    ["Write", { file_path: "sub/new/deep/er.txt", content: "x" }, "a missing folder becomes a link"],
    ["Write", { file_path: "sub/new/deep/er.txt", content: "x" }, "its folder becomes a link"],
    ["Grep", { pattern: "needle", path: A, output_mode: "content" }, "a file becomes a link to a secret"],
    ["Grep", { pattern: "needle", path: A, output_mode: "content" }, "its folder becomes a link"],
    ["Grep", { pattern: "needle", path: "sub", output_mode: "content" }, "its folder becomes a link"],
    ["Glob", { pattern: "*", path: "sub" }, "its folder becomes a link"],
    ["Glob", { pattern: "sub/../sub/*" }, "its folder becomes a link"],
  ];

  for (const [moment, when] of [
    ["gate", "after it was judged"],
    ["wrap", "just before it runs"],
  ] as const) {
    test.each(CASES)(`is refused to %s %j when %s, ${when}`, async (tool, input, swap) => {
      await tree({ "work/sub/a.txt": "needle mine\n", "outside/a.txt": SECRET, "outside/only.txt": SECRET });
      const { plugin, arm } = meanwhile(moment, tool, SWAPS[swap]);
      const kernel = await kernelWith({ plugins: [...TOOLS, plugin], cwd: work, answer: "allow" });
      if (tool === "Edit" || tool === "Write") await kernel.call("Read", { file_path: A });
      const before = await contents(outside);
      arm();
      const result = await kernel.call(tool, input);
      expect([result.outcome, said(result)]).toEqual([
        "error",
        expect.stringMatching(/no longer leads to where it led/),
      ]);
      expect(JSON.stringify(result)).not.toMatch(/secret|only\.txt/);
      expect(await contents(outside)).toEqual(before);
    });
  }

  test("tells no name of the folder that has taken the place", async () => {
    await tree({ "work/sub/a.txt": "x", "outside/secrets.txt": SECRET });
    const { plugin, arm } = meanwhile("gate", "Read", SWAPS["its folder becomes a link"]);
    const search = meanwhile("gate", "Grep", SWAPS["its folder becomes a link"]);
    const kernel = await kernelWith({ plugins: [...TOOLS, plugin], cwd: work, answer: "allow" });
    arm();
    const result = await kernel.call("Read", { file_path: "sub/secret.txt" });
    expect([result.outcome, said(result)]).toEqual(["error", expect.not.stringContaining("secrets.txt")]);
    await rm(join(work, "sub"));
    await rename(join(work, "moved"), join(work, "sub"));
    const other = await kernelWith({ plugins: [...TOOLS, search.plugin], cwd: work, answer: "allow" });
    search.arm();
    const found = await other.call("Grep", { pattern: "x", path: "sub/secret.txt" });
    expect([found.outcome, said(found)]).toEqual(["error", expect.not.stringContaining("secrets.txt")]);
  });

  test.each([
    ["Grep", { pattern: "needle", path: "sub" }],
    ["Glob", { pattern: "*", path: "sub" }],
  ])("is noticed by %s when it happens during the search, and what was found is withheld", async (tool, input) => {
    await tree({ "work/sub/a.txt": "needle mine\n", "outside/only.txt": SECRET });
    const found = { exitCode: 0, signal: undefined, isKilled: false, ms: 1, stderr: "", isTimedOut: false };
    const swapping = definePlugin({
      name: "swapping",
      provides: { exec: Exec },
      setup: () => ({
        services: {
          exec: {
            start: () => Promise.reject(new Error("not asked for")),
            run: async () => {
              await SWAPS["its folder becomes a link"]();
              return { ...found, stdout: "only.txt\0" };
            },
          },
        },
      }),
    });
    const tools = TOOLS.map((plugin) => (plugin === execNode ? swapping : plugin));
    const kernel = await kernelWith({ plugins: tools, cwd: work });
    const result = await kernel.call(tool, input);
    expect([result.outcome, said(result)]).toEqual(["error", expect.stringContaining("withheld")]);
    expect(said(result)).not.toContain("only.txt");
  });

  test("is read and written where it was judged to lead, when it was a link that now names another file", async () => {
    for (const [tool, input, now] of [
      ["Read", {}, "needle mine\n"],
      ["Edit", { old_string: "needle", new_string: "pin" }, "pin mine\n"],
      ["Write", { content: "x\n" }, "x\n"],
    ] as const) {
      await tree({ "work/a.txt": "needle mine\n", "outside/a.txt": SECRET });
      await rm(join(work, "link"), { force: true });
      await symlink("a.txt", join(work, "link"));
      const { plugin, arm } = meanwhile("gate", tool, async () => {
        await rm(join(work, "link"));
        await symlink(join(outside, "a.txt"), join(work, "link"));
      });
      const kernel = await kernelWith({ plugins: [...TOOLS, plugin], cwd: work, answer: "allow" });
      if (tool !== "Read") await kernel.call("Read", { file_path: "link" });
      arm();
      const result = await kernel.call(tool, { file_path: "link", ...input });
      expect([tool, result.outcome, said(result).includes("secret")]).toEqual([tool, "ok", false]);
      expect(await readFile(join(work, "a.txt"), "utf8")).toBe(now);
      expect(await contents(outside)).toEqual({ "a.txt": SECRET });
    }
  });

  test("is followed where a wrap has written another path into the input", async () => {
    await tree({ "work/a.txt": "mine\n", "work/b.txt": "other\n" });
    const redirect = definePlugin({
      name: "redirect",
      wraps: ["Read"],
      setup: () => ({ wraps: { Read: (next) => (_, call) => next({ file_path: "b.txt" }, call) } }),
    });
    const kernel = await kernelWith({ plugins: [...TOOLS, redirect], cwd: work });
    expect(said(await kernel.call("Read", { file_path: "a.txt" }))).toContain("other");
  });
});

describe("a session's folder that is reached by a link", () => {
  async function opened() {
    await tree({ "work/a.txt": "needle\n" });
    await symlink("work", join(root, "alias"));
    const kernel = await kernelWith({ plugins: TOOLS, cwd: join(root, "alias"), answer: "allow" });
    const alias = (name: string) => join(root, "alias", name);
    return { kernel, alias };
  }

  test("is worked in by either name", async () => {
    const { kernel, alias } = await opened();
    expect(kernel.session.cwd).toBe(work);
    for (const file_path of ["a.txt", alias("a.txt")])
      expect(said(await kernel.call("Read", { file_path }))).toContain("needle");
    const edited = await kernel.call("Edit", { file_path: alias("a.txt"), old_string: "needle", new_string: "pin" });
    expect(edited.outcome).toBe("ok");
    expect((await kernel.call("Write", { file_path: alias("new/b.txt"), content: "needle\n" })).outcome).toBe("ok");
    expect(await contents(work)).toEqual({ "a.txt": "pin\n", new: "(no file)", "new/b.txt": "needle\n" });
  });

  test("is searched, and what is found is told as it was asked for", async () => {
    const { kernel, alias } = await opened();
    await symlink(join(root, "outside"), join(work, "link"));
    await tree({ "outside/deep/b.txt": "needle\n" });
    expect(said(await kernel.call("Grep", { pattern: "needle", path: alias("") }))).toBe(
      `Found 1 file\n${alias("a.txt")}`,
    );
    expect(said(await kernel.call("Grep", { pattern: "needle", path: "link" }))).toBe("Found 1 file\nlink/deep/b.txt");
    expect(said(await kernel.call("Grep", { pattern: "needle", path: "link/deep/b.txt" }))).toBe(
      "Found 1 file\nlink/deep/b.txt",
    );
    expect(said(await kernel.call("Glob", { pattern: "**/*.txt", path: "link" }))).toBe("link/deep/b.txt");
    expect(said(await kernel.call("Glob", { pattern: "*.txt", path: alias("") }))).toBe(alias("a.txt"));
  });
});
