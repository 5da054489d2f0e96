/** What the tests of this plugin share: a home, a project and an administrator's folder on disk, and a kernel at work there. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Claim, definePlugin, type Notice, type ReviewedClaim, Trust } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import filesNode from "../files-node/index.ts";
import permitRules from "../permit-rules/index.ts";
import seenFiles from "../seen-files/index.ts";
import settingsFiles from "../settings-files/index.ts";
import toolRead from "../tool-read/index.ts";
import toolWrite from "../tool-write/index.ts";
import { memoryFiles } from "./index.ts";
import { memoryFrom } from "./memory-files.ts";

export interface Ground {
  readonly root: string;
  readonly home: string;
  readonly cwd: string;
  /** Writes files by their path below the root. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  link(target: string, path: string): void;
  open(options?: Partial<TestKernelOptions>): Promise<Opened>;
}

export interface Opened extends TestKernel {
  readonly notices: Notice[];
  /** What each file of the newest request's system prompt says, by its key. */
  sections(): Readonly<Record<string, string>>;
  /** What this folder asks for. */
  claims(): Promise<readonly ReviewedClaim[]>;
  approve(claims: readonly Claim[]): void;
}

/** `home/`, `project/` and `managed/` below a folder of the test's own. */
export function ground(files: Readonly<Record<string, string | Uint8Array>> = {}): Ground {
  const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-memory-")));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  const [home = "", cwd = "", managed = ""] = ["home", "project", "managed"].map((name) => join(root, name));
  for (const folder of [home, cwd, managed]) fs.mkdirSync(folder);

  const write: Ground["write"] = (files) => {
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(dirname(join(root, name)), { recursive: true });
      fs.writeFileSync(join(root, name), content);
    }
  };
  write(files);
  return {
    root,
    home,
    cwd,
    write,
    link(target, path) {
      fs.mkdirSync(dirname(join(root, path)), { recursive: true });
      fs.symlinkSync(target, join(root, path));
    },
    async open({ plugins = [], env, ...options } = {}) {
      let trust: Trust | undefined;
      const trusting = definePlugin({
        name: "trusting",
        needs: { trust: Trust },
        setup: ({ use }) => {
          trust = use.trust;
          return {};
        },
      });
      const kernel = await createTestKernel({
        cwd,
        answer: "allow",
        env: { HOME: home, ...env },
        ...options,
        plugins: [
          filesNode,
          seenFiles,
          settingsFiles,
          permitRules,
          definePlugin(memoryFiles, memoryFrom(managed)),
          toolRead,
          toolWrite,
          trusting,
          ...plugins,
        ],
      });
      onTestFinished(() => kernel.close());
      const notices: Notice[] = [];
      kernel.session.watch((event) => {
        if (event.type === "notice") notices.push(event.notice);
      });
      return Object.assign(kernel, {
        notices,
        sections() {
          const { system = [] } = kernel.model.requests.at(-1) ?? {};
          return Object.fromEntries(
            system
              .filter(({ owner }) => owner === "memory-files")
              .map(({ key, text }) => [key.replace(/^instructions:/, ""), text]),
          );
        },
        claims: async () => (await trust?.review()) ?? [],
        approve: (claims: readonly Claim[]) => trust?.approve(claims),
      });
    },
  };
}
