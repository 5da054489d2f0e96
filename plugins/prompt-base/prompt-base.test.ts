import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, type PromptDraft, type PromptSection } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import plugin, { promptBase } from "./index.ts";
import setup from "./prompt-base.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "gantry-prompt-"));
  await writeFile(join(cwd, "house.txt"), "House rules.\n");
});
afterAll(() => rm(cwd, { recursive: true }));

function draftOf(sections: readonly PromptSection[] = []): PromptDraft {
  return {
    sections,
    tools: [],
    with: (section) => draftOf([...sections, section]),
    without: (key) => draftOf(sections.filter((section) => section.key !== key)),
    filterTools: () => draftOf(sections),
  };
}

async function sectionsWith(config: object): Promise<readonly PromptSection[]> {
  const { taps } = await setup({ config: promptBase.config().parse(config), host: { cwd } } as never);
  const build = taps.promptBuild as (draft: PromptDraft) => PromptDraft;
  return build(draftOf()).sections;
}

test("the built-in prompt is three stable sections of at most 1.3 KB together", async () => {
  const sections = await sectionsWith({});
  expect(sections.map(({ key, cache }) => [key, cache])).toEqual([
    ["base", "stable"],
    ["coding", "stable"],
    ["style", "stable"],
  ]);
  expect(sections[0]?.text).toContain("You are Gantry");
  expect(Buffer.byteLength(sections.map(({ text }) => text).join())).toBeLessThanOrEqual(1300);
});

test("--system-prompt replaces it, and an empty one leaves nothing", async () => {
  expect(await sectionsWith({ systemPrompt: "Be a poet." })).toEqual([
    { key: "base", cache: "stable", text: "Be a poet." },
  ]);
  expect((await sectionsWith({ systemPrompt: "" }))[0]?.text).toBe("");
});

test("--append-system-prompt follows it", async () => {
  const sections = await sectionsWith({ appendSystemPrompt: "Write British English." });
  expect(sections.map(({ key }) => key)).toEqual(["base", "coding", "style", "append"]);
  expect(sections[3]).toEqual({ key: "append", cache: "stable", text: "Write British English." });
});

test("both can be files, named from the working directory", async () => {
  const sections = await sectionsWith({
    systemPromptFile: "house.txt",
    appendSystemPromptFile: join(cwd, "house.txt"),
  });
  expect(sections.map(({ text }) => text)).toEqual(["House rules.\n", "House rules.\n"]);
});

test.each([
  [{ appendSystemPromptFile: "nowhere.txt" }, /--append-system-prompt-file.*nowhere\.txt/],
  [{ systemPrompt: "a", systemPromptFile: "house.txt" }, /Both --system-prompt and --system-prompt-file house\.txt/],
])("without the prompt that was asked for no model is asked: %o", async (config, problem) => {
  const kernel = await createTestKernel({ plugins: [plugin], cwd, config: { "prompt-base": config } });
  const { end } = await kernel.run("Hi");
  expect(end.reason).toBe("refused");
  expect(end.error ?? end.text).toMatch(problem);
  expect(kernel.model.requests).toEqual([]);
  await kernel.close();
});

test("in the kernel it comes before what other plugins add, wherever they stand", async () => {
  const other = definePlugin({
    name: "other",
    setup: () => ({
      taps: { promptBuild: (draft) => draft.with({ key: "other", cache: "stable", text: "Other." }) },
    }),
  });
  const kernel = await createTestKernel({
    plugins: [other, plugin],
    config: { "prompt-base": { appendSystemPrompt: "More." } },
  });
  await kernel.run("Hi");
  expect(kernel.model.requests[0]?.system.map(({ key, owner }) => [key, owner])).toEqual([
    ["base", "prompt-base"],
    ["coding", "prompt-base"],
    ["style", "prompt-base"],
    ["append", "prompt-base"],
    ["other", "other"],
  ]);
  await kernel.close();
});
