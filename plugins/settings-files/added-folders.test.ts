import fs from "node:fs";
import { join } from "node:path";
import { createTestGround } from "gantry/sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import settingsFiles from "./index.ts";

const adding = (...folders: readonly unknown[]) => JSON.stringify({ permissions: { additionalDirectories: folders } });

async function folders(files: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const ground = createTestGround({ "home/lib/a.txt": "", "other/b.txt": "", ...files });
  onTestFinished(() => ground.close());
  fs.symlinkSync(join(ground.root, "other"), join(ground.home, "link"));
  const kernel = await ground.open({ plugins: [settingsFiles], env });
  await kernel.run("Hi");
  return {
    folders: kernel.session.folders.map((folder) => folder.replace(ground.root, "")),
    notices: kernel.notices(),
  };
}

test("folders of the person's settings are the session's own, their links followed, each once", async () => {
  const file = adding("~/lib", "../home/lib", "~/link", ".", "~/lib/.");
  expect((await folders({ "home/.claude/settings.json": file })).folders).toEqual(["/project", "/home/lib", "/other"]);
});

test("what is no folder, or all there is, is left out", async () => {
  const file = adding("~/nowhere", "~/lib/a.txt", "/", 7);
  const { folders: all } = await folders({ "home/.claude/settings.json": file });
  expect(all).toEqual(["/project"]);
});

test.each(["settings.json", "settings.local.json"])("%s of a folder adds none, trusted or not", async (name) => {
  for (const env of [{}, { GANTRY_TRUST: "1" }] as readonly Readonly<Record<string, string>>[]) {
    const { folders: all } = await folders({ [`project/.claude/${name}`]: adding("../other") }, env);
    expect(all).toEqual(["/project"]);
  }
});
