import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandAnswer, FrontendHost, ListPanel, Models, ProviderModels, Session } from "gantry/sdk";
import { expect, onTestFinished, test } from "vitest";
import { firstStart } from "./first-start.ts";

const provider = (name: string, usable: unknown, isUsable: boolean, ...ids: readonly string[]) =>
  ({ name, isUsable, manifest: { title: name, usable }, models: ids.map((id) => ({ id })) }) as ProviderModels;
const BY_KEY = { env: ["KEY"] };
const BY_LOOK = { env: ["KEY"], probe: true };

async function answerers(models: Partial<Models> | undefined): Promise<{ panel: ListPanel; chosen: string[] }> {
  const stateFolder = fs.mkdtempSync(join(tmpdir(), "gantry-first-"));
  onTestFinished(() => fs.rmSync(stateFolder, { recursive: true, force: true }));
  const chosen: string[] = [];
  const session = {
    model: { provider: "offline", id: "planner" },
    messages: [],
    setModel: async (name: string) => void chosen.push(name),
  } as unknown as Session;
  const host = { info: { stateFolder, claudeFolder: stateFolder, version: "1.0.0", env: {} } } as FrontendHost;
  const first = await firstStart(host, session, "dark", models as Models | undefined);
  const answer = (await first?.actions[0]?.run({ id: "dark", title: "dark" })) as Extract<CommandAnswer, object>;
  return { panel: (answer as { panel: ListPanel }).panel, chosen };
}

test("models of a server on this machine are offered first, and taken", async () => {
  const { panel, chosen } = await answerers({
    providers: async () => [
      provider("offline", "always", true, "planner"),
      provider("anthropic", BY_KEY, false),
      provider("openai", BY_LOOK, true, "qwen3:8b", "llama"),
    ],
  });
  const items = await panel.load();
  expect(items.slice(0, 3).map(({ id, isCurrent }) => [id, isCurrent])).toEqual([
    ["local:openai/qwen3:8b", true],
    ["local:openai/llama", false],
    ["offline", false],
  ]);
  await panel.actions[0]?.run({ id: "local:openai/qwen3:8b", title: "" });
  expect(chosen).toEqual(["openai/qwen3:8b"]);
});

test.each([
  ["no server answers", { providers: async () => [provider("openai", BY_LOOK, false)] }],
  ["nobody can look", { providers: () => Promise.reject(new Error("lost")) }],
  ["nobody knows models", undefined],
])("where %s, the planner is first", async (_, models) => {
  const { panel } = await answerers(models);
  expect((await panel.load())[0]).toMatchObject({ id: "offline", isCurrent: true });
});
