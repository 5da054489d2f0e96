import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { definePlugin, PromptSuggestions, type SessionView, Settings, textOf, z } from "gantry/sdk";
import { createTestKernel, type ScriptedAnswer, scriptedModel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, expect, it } from "vitest";
import settingsFiles from "../settings-files/index.ts";
import promptSuggest from "./index.ts";

let suggest: (signal?: AbortSignal) => Promise<string | undefined>;
/** What the settings say, whoever says it. */
let isSaid: () => boolean | undefined;
const asking = definePlugin({
  name: "asking",
  needs: { suggestions: PromptSuggestions, settings: Settings },
  setup: ({ use }) => ({
    taps: {
      sessionStart: (session: SessionView) => {
        isSaid = () => use.settings.get("promptSuggestionEnabled", z.boolean());
        suggest = (signal = session.scope.signal) => use.suggestions.suggest(session, signal);
      },
    },
  }),
});

let kernel: TestKernel | undefined;
let folder: string | undefined;
afterEach(async () => {
  await kernel?.close();
  if (folder) await rm(folder, { recursive: true });
  [kernel, folder] = [undefined, undefined];
});

/** A kernel whose model suggests this. */
async function open(
  answer: ScriptedAnswer,
  settings: Record<string, unknown> = { promptSuggestionEnabled: true },
  cwd?: string,
) {
  const model = scriptedModel([{ text: "The tests fail." }], { completions: () => answer });
  const plugins = [settingsFiles, promptSuggest, asking];
  kernel = await createTestKernel({ model, plugins, settings, ...(cwd && { cwd, env: { GANTRY_TRUST: "1" } }) });
  return kernel;
}

it("suggests what follows from the conversation", async () => {
  const { run, model } = await open({ text: '"fix the tests\u202e"\nand more' });
  await run("Run the tests");
  expect(await suggest()).toBe("fix the tests<U+202E>");
  const [request] = model.completionRequests;
  expect(textOf(request?.messages[0]?.content ?? [])).toBe("Person: Run the tests\n\nAgent: The tests fail.");
});

it("asks nobody where nobody wants it, before anything was said, or once the person types", async () => {
  const off = await open({ text: "go on" }, {});
  await off.run("Hello");
  expect(await suggest()).toBeUndefined();
  expect(off.model.completionRequests).toEqual([]);
  await off.close();

  const on = await open({ text: "go on" });
  expect(await suggest()).toBeUndefined();
  await on.run("Hello");
  expect(await suggest(AbortSignal.abort())).toBeUndefined();
  expect(on.model.completionRequests).toEqual([]);
});

it("is turned on by the person and by no project", async () => {
  folder = await mkdtemp(path.join(tmpdir(), "gantry-suggest-"));
  await mkdir(path.join(folder, ".claude"));
  await writeFile(path.join(folder, ".claude/settings.json"), '{ "promptSuggestionEnabled": true }');
  const { run, model } = await open({ text: "go on" }, {}, folder);
  await run("Hello");
  expect(isSaid()).toBe(true);
  expect(await suggest()).toBeUndefined();
  expect(model.completionRequests).toEqual([]);
});

it.each(["NONE", "", "/clear", "!rm -rf .", "@secrets", "x".repeat(400)])("suggests nothing for %j", async (text) => {
  const { run } = await open({ text });
  await run("Hello");
  expect(await suggest()).toBeUndefined();
});

it("suggests nothing when the model fails, and stops when it is not wanted any more", async () => {
  const failing = await open({ failure: { message: "down" } });
  await failing.run("Hello");
  expect(await suggest()).toBeUndefined();
  await failing.close();

  const { run } = await open({ text: "late", after: new Promise(() => {}) });
  await run("Hello");
  const controller = new AbortController();
  const asked = suggest(controller.signal);
  controller.abort();
  expect(await asked).toBeUndefined();
});
