import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { definePlugin, defineTool, Keymap, type Plugin, Slots, type StatusItem, z } from "gantry/sdk";
import { lineText } from "gantry/sdk/kit/view-text";
import { createTestKernel, type Script } from "gantry/sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import plugin from "./index.ts";

const change = defineTool({
  name: "Change",
  description: "",
  input: z.object({}),
  run: () => ({ content: "", data: { structuredPatch: [{ lines: [" a", "-b", "+c", "+d"] }] } }),
});

/** What the item says, with this command in the settings of the command line. */
async function said(
  command: string,
  more: object = {},
  {
    cwd,
    settings,
    script = [],
    plugins = [],
    model,
  }: { cwd?: string; settings?: object; script?: Script; plugins?: readonly Plugin[]; model?: string } = {},
): Promise<string | undefined> {
  let slots: Slots | undefined;
  const looking = definePlugin({
    name: "looking",
    needs: { slots: Slots },
    commands: { look: { description: "look" } },
    setup: ({ use }) => {
      slots = use.slots;
      return { commands: { look: () => "" } };
    },
  });
  const kernel = await createTestKernel({
    plugins: [filesNode, execNode, settingsFiles, plugin, looking, change, ...plugins],
    answer: "allow",
    ...(command ? { settings: { statusLine: { type: "command", command, ...more }, ...settings } } : {}),
    ...(cwd && { cwd }),
  });
  onTestFinished(() => kernel.close());
  if (model) await kernel.session.setModel(model);
  for await (const _ of kernel.session.send("/look"));
  if (script.length) {
    kernel.model.push(...script);
    await kernel.run("go on");
  }
  const item: StatusItem | undefined = await slots?.handler(kernel.session, "statusItems", "command");
  const line = await item?.(kernel.session);
  return line === undefined ? undefined : lineText(line);
}

test("the command reads the facts as JSON and writes the lines", async () => {
  const script = `process.stdin.on("data", (d) => { const f = JSON.parse(d); console.log(f.model.id + " in " + typeof f.cwd + "\\n" + f.version.length) })`;
  expect(await said(`"${process.execPath}" -e '${script}'`, { padding: 2 })).toMatch(/^ {2}\S+ in string\n {2}\d+$/);
});

test.each([
  ["fails", "echo lost; exit 1"],
  ["writes nothing", "true"],
  ["is no program", "no-such-program-at-all"],
])("a command that %s says nothing", async (_, command) => {
  expect(await said(command)).toBeUndefined();
});

test("colours become tones, and nothing else of an escape is left", async () => {
  expect(await said("printf '\\033[31mred\\033[0m \\033[2J\\033]0;owned\\007plain'")).toBe("red plain");
});

test("a folder's own settings name no command", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "gantry-status-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, ".claude"));
  const settings = { statusLine: { type: "command", command: "echo from the folder" } };
  await writeFile(path.join(folder, ".claude/settings.json"), JSON.stringify(settings));
  expect(await said("", {}, { cwd: folder })).toBeUndefined();
});

test("effort and changed lines are among the facts", async () => {
  const script = `process.stdin.on("data", (d) => { const f = JSON.parse(d); console.log([f.effort.level, f.cost.total_lines_added, f.cost.total_lines_removed].join()) })`;
  const command = `"${process.execPath}" -e '${script}'`;
  const calls = [{ calls: [{ name: "Change", input: {} }] }, { text: "done" }];
  expect(await said(command, {}, { settings: { effortLevel: "high" }, script: calls })).toBe("high,2,1");
});

test("vim's mode and what is used up of the plan are among them", async () => {
  const script = `process.stdin.on("data", (d) => { const f = JSON.parse(d); console.log(JSON.stringify([f.vim, f.rate_limits])) })`;
  const rateLimits = { five_hour: { usedPercentage: 31.4, resetsAt: 1_790_000_000 }, seven_day: { usedPercentage: 2 } };
  const model = { id: "m", rateLimits };
  const telling = definePlugin({
    name: "telling",
    provides: { keymap: Keymap },
    providers: { telling: { title: "Telling", usable: "always" } },
    setup: () => ({
      services: { keymap: { read: () => ({ bindings: [], problems: [] }), mode: () => "visual-line" as const } },
      providers: { telling: { stream: async function* () {}, models: async () => [model], info: () => model } },
    }),
  });
  const command = `"${process.execPath}" -e '${script}'`;
  const text = await said(command, {}, { plugins: [telling], model: "telling/m" });
  expect(JSON.parse(text ?? "")).toEqual([
    { mode: "VISUAL LINE" },
    { five_hour: { used_percentage: 31.4, resets_at: 1_790_000_000 }, seven_day: { used_percentage: 2 } },
  ]);
});
