import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definePlugin, type Panel, type Plugin, text, z } from "gantry/sdk";
import { createTestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import commandGit from "./index.ts";

export function folder(): string {
  const path = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-command-git-")));
  onTestFinished(() => fs.rmSync(path, { recursive: true, force: true }));
  return path;
}

export function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
    cwd,
    encoding: "utf8",
    stdio: "pipe",
  });
}

export function write(cwd: string, path: string, content: string): void {
  fs.mkdirSync(dirname(join(cwd, path)), { recursive: true });
  fs.writeFileSync(join(cwd, path), content);
}

/** A repository with one commit on `main`: `a.txt` says one. */
export function repository(): string {
  const cwd = folder();
  git(cwd, "init", "-q", "-b", "main");
  write(cwd, "a.txt", "one\n");
  git(cwd, "add", ".");
  git(cwd, "commit", "-q", "-m", "First things first");
  return cwd;
}

/** A tool whose results tell of a change, as those of Edit and Write do. */
const changing = definePlugin({
  name: "changing",
  tools: { Change: { description: "d", input: z.object({ path: z.string() }), traits: { readOnly: true } } },
  setup: () => ({
    tools: {
      Change: ({ path }, { session }) => ({
        content: [text("changed")],
        data: {
          filePath: join(session.cwd, path),
          structuredPatch: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 2, lines: ["-one", "+two", "+three"] }],
        },
      }),
    },
  }),
});

export async function opened(cwd: string, { plugins = [], env, ...options }: Partial<TestKernelOptions> = {}) {
  const own: readonly Plugin[] = [filesNode, execNode, settingsFiles, changing, commandGit, ...plugins];
  const kernel = await createTestKernel({ cwd, plugins: own, env: { GANTRY_TRUST: "1", ...env }, ...options });
  onTestFinished(() => kernel.close());
  return {
    ...kernel,
    /** What the model was sent in place of the command. */
    async prompted(command: string): Promise<string> {
      await kernel.run(command);
      const last = kernel.model.requests.at(-1)?.messages.findLast(({ role }) => role === "user");
      return (last?.content ?? []).map((block) => (block.type === "text" ? block.text : "")).join("\n");
    },
    async panel(command: string): Promise<Panel> {
      const { events, text: said } = await kernel.run(command);
      const shown = events.find((event) => event.type === "panel");
      if (shown?.type !== "panel") throw new Error(`no panel, but: ${said}`);
      return shown.panel;
    },
  };
}
