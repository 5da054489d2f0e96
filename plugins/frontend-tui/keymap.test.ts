import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { definePlugin, Keymap } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import commandSettings from "../command-settings/index.ts";
import filesNode from "../files-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import plugin from "./index.ts";

async function opened(settings: Readonly<Record<string, unknown>>, own: object) {
  let keymap: Keymap | undefined;
  let folder = "";
  const looking = definePlugin({
    name: "looking",
    needs: { keymap: Keymap },
    commands: { look: { description: "look" } },
    setup: ({ use, host }) => {
      keymap = use.keymap;
      folder = host.claudeFolder;
      return { commands: { look: () => "" } };
    },
  });
  const kernel = await createTestKernel({
    plugins: [filesNode, settingsFiles, commandSettings, plugin, looking],
    settings,
  });
  onTestFinished(() => kernel.close());
  await kernel.run("/look");
  await mkdir(folder, { recursive: true });
  await writeFile(
    path.join(folder, "keybindings.json"),
    JSON.stringify({ bindings: [{ context: "Chat", bindings: own }] }),
  );
  return { kernel, keymap: keymap as unknown as Keymap };
}

test("the keys are told by context, with what the person has bound and what is wrong with it", async () => {
  const { kernel, keymap } = await opened({}, { "ctrl+e": "chat:stash", "ctrl+y": "chat:nothing" });
  const { bindings, problems } = keymap.read();
  expect(bindings).toContainEqual({ context: "Chat", key: "ctrl+e", action: "chat:stash", isOwn: true });
  expect(bindings).toContainEqual({ context: "Task", key: "ctrl+b", action: "task:background", isOwn: false });
  expect(problems).toEqual([expect.stringContaining('there is no action "chat:nothing"')]);
  const { text } = await kernel.run("/keybindings");
  expect(text).toMatch(/ctrl\+e\s+chat:stash \(yours\)/);
});

test("whoever wants a shell's keys has them", async () => {
  const { keymap } = await opened({ keybindingFlavor: "readline" }, {});
  const { bindings } = keymap.read();
  expect(bindings.find(({ context, key }) => context === "Chat" && key === "ctrl+t")?.action).toBe("edit:transpose");
});
