import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Call, definePlugin, defineTool, Judge, type Plugin, type ToolResult, textOf, z } from "gantry/sdk";
import { memoryFilesPlugin } from "gantry/sdk/testing";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import filesNode from "../plugins/files-node/index.ts";
import permitModes from "../plugins/permit-modes/index.ts";
import permitPaths from "../plugins/permit-paths/index.ts";
import permitRules from "../plugins/permit-rules/index.ts";
import settingsFiles from "../plugins/settings-files/index.ts";
import toolRead from "../plugins/tool-read/index.ts";
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

const said = (result: ToolResult) => textOf(result.content);

async function tree(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
}

describe("the places of a call", () => {
  /** A tool with a path, and what everybody saw of its calls. */
  function watched(rewritten?: string) {
    const seen: Partial<Record<"preTool" | "gate" | "tool", readonly string[] | undefined>> = {};
    const look = defineTool({
      name: "Look",
      description: "",
      input: z.object({ path: z.string().optional() }),
      traits: { readOnly: true },
      permission: { family: "Read", path: "path" },
      run: (_, { places }) => {
        seen.tool = places;
        return "looked";
      },
    });
    const watcher = definePlugin({
      name: "watcher",
      setup: () => ({
        taps: {
          preTool: (call) => {
            seen.preTool = call.places;
            return rewritten === undefined ? undefined : { ...call, input: { path: rewritten }, places: ["/forged"] };
          },
          toolGate: (_, call) => {
            seen.gate = call.places;
          },
        },
      }),
    });
    return { plugins: [look, watcher] as Plugin[], seen };
  }

  async function seenOf(path: string | undefined, more: Plugin[] = [], rewritten?: string) {
    const { plugins, seen } = watched(rewritten);
    const kernel = await kernelWith({ plugins: [...more, ...plugins], cwd: work, answer: "allow" });
    const result = await kernel.call("Look", path === undefined ? {} : { path });
    return { seen, result };
  }

  for (const [name, more] of [
    ["the files of the host", [filesNode]],
    ["no plugin for files", []],
  ] as const) {
    test(`are what is written and where links lead, with ${name}`, async () => {
      await tree({ "work/a.txt": "x", "outside/b.txt": "x" });
      await symlink(outside, join(work, "link"));
      await symlink(join("..", "outside", "made.txt"), join(work, "dangling"));
      const places = async (path?: string) => (await seenOf(path, [...more])).seen.gate;
      expect(await places("a.txt")).toEqual([join(work, "a.txt")]);
      expect(await places()).toEqual([work]);
      expect(await places("")).toEqual([work]);
      expect(await places("link/b.txt")).toEqual([join(work, "link/b.txt"), join(outside, "b.txt")]);
      expect(await places("link/no/where")).toEqual([join(work, "link/no/where"), join(outside, "no/where")]);
      expect(await places("link/../a.txt")).toEqual([join(work, "a.txt")]);
      expect(await places("dangling")).toEqual([join(work, "dangling"), join(outside, "made.txt")]);
    });

    test(`are refused where links lead in a circle, with ${name}`, async () => {
      await symlink("b", join(work, "a"));
      await symlink("a", join(work, "b"));
      const { result, seen } = await seenOf("a", [...more]);
      expect(result.outcome).toBe("denied");
      expect(said(result)).toMatch(/^The call did not run: .*(circle|ELOOP)/);
      expect(seen.gate).toBeUndefined();
    });
  }

  test("reach the tool as the gates saw them, and preTool cannot set them", async () => {
    await tree({ "work/a.txt": "x", "work/b.txt": "x" });
    const { seen } = await seenOf("a.txt", [], "b.txt");
    expect(seen.preTool).toBeUndefined();
    expect(seen.gate).toEqual([join(work, "b.txt")]);
    expect(seen.tool).toEqual([join(work, "b.txt")]);
  });

  test("are missing for a path with a NUL character, which no gate lets pass", async () => {
    const { seen } = await seenOf("a\0b");
    expect([seen.gate, "gate" in seen]).toEqual([undefined, true]);
    const kernel = await kernelWith({ plugins: watched().plugins, cwd: work });
    expect((await kernel.call("Look", { path: "a\0b" })).outcome).toBe("denied");
    for (const gates of [
      [permitRules, settingsFiles],
      [permitPaths, permitModes, settingsFiles],
    ]) {
      const plugins = [...new Set([filesNode, ...gates, ...watched().plugins])];
      const asked = await kernelWith({ plugins, cwd: work, answer: "allow" });
      expect((await asked.call("Look", { path: "a\0b" })).outcome).toBe("denied");
    }
  });

  test("of a supposed call start at the folder and the home of its session", async () => {
    const judged: Call[] = [];
    const { plugins } = watched();
    const supposing = definePlugin({
      name: "supposing",
      needs: { judge: Judge },
      tools: { Suppose: { description: "", input: z.object({ path: z.string() }) } },
      setup: ({ use }) => ({
        taps: { toolGate: (_, call) => void judged.push(call) },
        tools: {
          Suppose: async ({ path }, { session }) => {
            const supposed = { ...session, scope: session.scope, cwd: outside, home: root, folders: [outside] };
            return (await use.judge.judge(supposed, { name: "Look", input: { path } })).decision;
          },
        },
      }),
    });
    await tree({ "outside/a.txt": "x" });
    const kernel = await kernelWith({ plugins: [...plugins, supposing], cwd: work, answer: "allow" });
    expect(said(await kernel.call("Suppose", { path: "a.txt" }))).toBe("allow");
    expect(said(await kernel.call("Suppose", { path: "~/b.txt" }))).toBe("ask");
    const supposed = judged.filter(({ tool }) => tool.name === "Look").map(({ places }) => places);
    expect(supposed).toEqual([[join(outside, "a.txt")], [join(root, "b.txt")]]);
  });

  test("are resolved once, however many gates judge them", async () => {
    const memory = memoryFilesPlugin({ "/project/a.txt": "one\n" });
    const resolve = vi.spyOn(memory.files, "resolve");
    const gates = [settingsFiles, permitRules, permitPaths, permitModes];
    const kernel = await kernelWith({ plugins: [memory.plugin, ...gates, toolRead], answer: "allow" });
    expect((await kernel.call("Read", { file_path: "/project/a.txt" })).outcome).toBe("ok");
    expect(resolve.mock.calls.filter(([path]) => path === "/project/a.txt")).toHaveLength(1);
  });
});
