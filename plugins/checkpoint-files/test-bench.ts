import fs from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Checkpoints, definePlugin, type Plugin, type Subcommand, textOf } from "gantry/sdk";
import { createTestKernel, scriptedModel, type TestKernel } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import seenFiles from "../seen-files/index.ts";
import sessionJsonl from "../session-jsonl/index.ts";
import settingsFiles from "../settings-files/index.ts";
import shellFolders from "../shell-folders/index.ts";
import toolBash from "../tool-bash/index.ts";
import toolEdit from "../tool-edit/index.ts";
import toolJobs from "../tool-jobs/index.ts";
import toolRead from "../tool-read/index.ts";
import toolWrite from "../tool-write/index.ts";
import setup from "./checkpoint-files.ts";
import { checkpointFiles } from "./index.ts";

/** One call of a tool. */
export type TestCall = readonly [tool: string, input: object];

/** A session over real files, for tests of going back. */
export interface Bench {
  readonly kernel: TestKernel;
  readonly cwd: string;
  readonly state: string;
  readonly checkpoints: Checkpoints;
  /** `gantry rewind`, in this session. */
  readonly subcommand: Subcommand;
  path(name: string): string;
  /** Has the model make calls for one prompt; gives the prompt's `uuid`. */
  prompt(text: string, ...calls: readonly TestCall[]): Promise<string>;
  write(name: string, content: string): TestCall;
  /** The folder's whole content: folders, files with modes, links. */
  tree(): Readonly<Record<string, string>>;
  /** Warnings since then. */
  notices(): readonly string[];
  /** Types a command and gives what is shown. */
  say(command: string): Promise<string>;
  close(): Promise<void>;
  /** Ends this kernel and opens another one that goes on with the session, or with another. */
  reopen(more?: BenchOptions): Promise<Bench>;
}

export interface BenchOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly plugins?: readonly Plugin[];
  readonly resume?: string;
  readonly isKept?: boolean;
}

/** A folder and a state folder that outlive a kernel; both are removed with the test. */
export async function bench(options: BenchOptions = {}): Promise<Bench> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "gantry-rewind-")));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  fs.mkdirSync(join(root, "work"));
  return open(root, options);
}

async function open(root: string, options: BenchOptions): Promise<Bench> {
  const { config = {}, settings = {}, env = {}, plugins = [], resume, isKept = true } = options;
  const cwd = join(root, "work");
  const state = join(root, "state");
  let service: Checkpoints | undefined;
  const grab = definePlugin({
    name: "grab",
    needs: { checkpoints: Checkpoints },
    commands: { grab: { description: "" } },
    setup: ({ use }) => {
      service = use.checkpoints;
      return { commands: { grab: () => "" } };
    },
  });
  let subcommand: Subcommand | undefined;
  const plugin = definePlugin(checkpointFiles, async (context) => {
    const handlers = await setup(context);
    subcommand = handlers.subcommands.rewind;
    return handlers;
  });
  const model = scriptedModel();
  const platform = [filesNode, execNode, seenFiles, settingsFiles, sessionJsonl, shellFolders];
  const tools = [toolRead, toolEdit, toolWrite, toolBash, toolJobs];
  const kernel = await createTestKernel({
    plugins: [...platform, ...tools, ...plugins, plugin, grab],
    model,
    cwd,
    answer: "allow",
    config: { "checkpoint-files": config, ...(!isKept && { "session-jsonl": { persist: false } }) },
    settings,
    env: { GANTRY_HOME: state, ...env },
    ...(resume !== undefined && { resume }),
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await kernel.close();
    isOpen = false;
  };
  onTestFinished(close);
  await kernel.run("/grab");
  const path = (name: string) => join(cwd, name);

  return {
    kernel,
    cwd,
    state,
    checkpoints: service as unknown as Checkpoints,
    subcommand: subcommand as unknown as Subcommand,
    path,
    async prompt(text, ...calls) {
      if (calls.length > 0) model.push({ calls: calls.map(([name, input]) => ({ name, input })) });
      model.push({ text: "Done." });
      const { results } = await kernel.run(text);
      const bad = results.find(({ outcome }) => outcome !== "ok");
      if (bad) throw new Error(`a call went wrong: ${textOf(bad.content)}`);
      const entry = kernel.session.entries.findLast(({ type }) => type === "user");
      return entry?.uuid as string;
    },
    write: (name, content) => ["Write", { file_path: path(name), content }],
    tree: () => treeOf(cwd),
    notices() {
      const texts: string[] = [];
      kernel.session.watch((event) => {
        if (event.type === "notice") texts.push(event.notice.text);
      });
      return texts;
    },
    close,
    say: async (command) => (await kernel.run(command)).text,
    async reopen(more = {}) {
      const { id } = kernel.session;
      await close();
      return open(root, { ...options, resume: id, ...more });
    },
  };
}

export function treeOf(folder: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const path = join(folder, name);
    const stats = fs.lstatSync(path);
    if (stats.isSymbolicLink()) found[name] = `-> ${fs.readlinkSync(path)}`;
    else if (stats.isDirectory()) found[name] = `folder ${(stats.mode & 0o777).toString(8)}`;
    else found[name] = `${(stats.mode & 0o777).toString(8)} ${fs.readFileSync(path, "latin1")}`;
  }
  return found;
}
