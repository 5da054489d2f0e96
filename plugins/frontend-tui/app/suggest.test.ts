import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { definePlugin, Exec, type MentionSuggestion, Settings } from "gantry/sdk";
import { createTestKernel } from "gantry/sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import execNode from "../../exec-node/index.ts";
import filesNode from "../../files-node/index.ts";
import settingsFiles from "../../settings-files/index.ts";
import type { Services } from "./services.ts";
import { createSuggest } from "./suggest.ts";

/** What is offered for `que`, in a folder whose own settings name a program where there is a `ofFolder`. */
async function offered({ command, ofFolder }: { command?: string; ofFolder?: string }) {
  const cwd = await mkdtemp(path.join(tmpdir(), "gantry-files-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  if (ofFolder) {
    await mkdir(path.join(cwd, ".claude"));
    const own = { fileSuggestion: { type: "command", command: ofFolder } };
    await writeFile(path.join(cwd, ".claude/settings.json"), JSON.stringify(own));
  }
  let services: Pick<Services, "exec" | "settings"> | undefined;
  const looking = definePlugin({
    name: "looking",
    needs: { exec: Exec, settings: Settings },
    commands: { look: { description: "look" } },
    setup: ({ use }) => {
      services = use;
      return { commands: { look: () => "" } };
    },
  });
  const kernel = await createTestKernel({
    cwd,
    plugins: [filesNode, execNode, settingsFiles, looking],
    ...(command && { settings: { fileSuggestion: { type: "command", command } } }),
  });
  onTestFinished(() => kernel.close());
  await kernel.run("/look");
  const mentions = {
    async *suggest(): AsyncGenerator<readonly MentionSuggestion[]> {
      yield [
        { mention: "found.ts", kind: "file" },
        { mention: "agent:a", kind: "agent" },
      ];
    },
  };
  const source = createSuggest(
    () => kernel.session,
    () => ({ ...services, mentions }) as unknown as Services,
  );
  let last: readonly MentionSuggestion[] = [];
  for await (const list of source.mentions("que", new AbortController().signal)) last = list;
  return last.map(({ mention, kind }) => `${mention} ${kind}`);
}

const script = `process.stdin.on("data", (d) => console.log(JSON.parse(d).query + ".ts\\n\\nsrc/"))`;

test("the person's own program finds the files; what is no file is offered as ever", async () => {
  const command = `"${process.execPath}" -e '${script}'`;
  expect(await offered({ command })).toEqual(["que.ts file", "src/ folder", "agent:a agent"]);
});

test.each([
  ["none is named", {}],
  ["a folder names one", { ofFolder: "echo owned" }],
  ["it is no program", { command: "exec 3</nowhere-at-all" }],
])("files are found as ever where %s", async (_, given) => {
  expect(await offered(given)).toEqual(["found.ts file", "agent:a agent"]);
});
