import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandAnswer, SessionView } from "gantry/sdk";
import { createElement } from "react";
import { expect, onTestFinished, test } from "vitest";
import { expectFrame, SIZES, show } from "../test-screen.ts";
import { isOnboardingDue, onboardingPanel, rememberOnboarding } from "./onboarding.ts";
import { PanelView } from "./panel.tsx";

const themes = [{ name: "dark", description: "for dark terminals" }, { name: "light" }];

function start(size: (typeof SIZES)[number] = SIZES[1], localModels: readonly string[] = ["openai/qwen3:8b"]) {
  const chosen: string[] = [];
  const closed: CommandAnswer[] = [];
  const choose = (name: string) => void chosen.push(name);
  const panel = onboardingPanel({
    version: "1.2.3",
    themes,
    theme: "dark",
    localModels: async () => localModels,
    chooseTheme: choose,
    chooseModel: choose,
  });
  const screen = show(
    (given) => createElement(PanelView, { ...given, panel, onClose: (answer) => void closed.push(answer) }),
    size,
  );
  return { ...screen, chosen, closed };
}

test.each(SIZES)("the first start fits $width columns and $rows rows", async (size) => {
  const screen = start(size);
  await screen.shows("piers = 4");
  await expectFrame(screen, "welcome", size);
  await screen.press("enter");
  await screen.shows("Who shall answer?");
  await expectFrame(screen, "answerer", size);
});

test("the first start ends with colours and somebody who answers", async () => {
  const screen = start();
  await screen.shows("light");
  await screen.press("down", "enter");
  await screen.shows("Who shall answer?");
  await screen.type("qwen");
  await screen.press("enter");
  await screen.press();
  expect(screen.chosen).toEqual(["light", "openai/qwen3:8b"]);
  expect(screen.closed).toEqual([expect.stringContaining("openai/qwen3:8b answers from now on.")]);
});

test("the first start says how to come to a real model", async () => {
  const screen = start(SIZES[1], []);
  await screen.shows("dark");
  await screen.press("enter");
  await screen.shows("A model of Anthropic");
  expect(screen.text()).not.toContain("Found");
  await screen.press("down");
  await screen.shows("ANTHROPIC_API_KEY");
  await screen.press("enter");
  expect(screen.closed).toEqual([expect.stringContaining("set ANTHROPIC_API_KEY")]);
});

test("the first start is shown once, and to nobody who has a model", async () => {
  const stateFolder = mkdtempSync(join(tmpdir(), "first-start-"));
  onTestFinished(() => rmSync(stateFolder, { recursive: true, force: true }));
  const session = (provider: string) => ({ model: { provider, id: "x" }, messages: [] }) as unknown as SessionView;
  expect(await isOnboardingDue({ stateFolder }, session("anthropic"))).toBe(false);
  expect(await isOnboardingDue({ stateFolder }, session("offline"))).toBe(true);
  rememberOnboarding({ stateFolder });
  expect(await isOnboardingDue({ stateFolder }, session("offline"))).toBe(false);
  const file = join(stateFolder, "file");
  writeFileSync(file, "");
  rememberOnboarding({ stateFolder: file });
  expect(await isOnboardingDue({ stateFolder: file }, session("offline"))).toBe(true);
});
