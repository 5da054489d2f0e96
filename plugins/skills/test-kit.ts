/** Skills of tests: their folders, a shell that only says what it was given, and a kernel around them. */
import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definePlugin, type Notice, type Plugin, Skills, Trust, textOf, z } from "gantry/sdk";
import { createTestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { onTestFinished } from "vitest";
import commandFiles from "../command-files/index.ts";
import contextMentions from "../context-mentions/index.ts";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitRules from "../permit-rules/index.ts";
import permitShell from "../permit-shell/index.ts";
import seenFiles from "../seen-files/index.ts";
import settingsFiles from "../settings-files/index.ts";
import toolRead from "../tool-read/index.ts";
import { skills } from "./index.ts";
import { skillsFrom } from "./skills.ts";

export const TRUSTED = { GANTRY_TRUST: "1" };

type Files = Readonly<Record<string, string>>;

/** `home/`, `project/` and `managed/` below a folder of the test's own. */
export function ground(files: Files) {
  const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-prompts-")));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  const write = (files: Files) => {
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(dirname(join(root, name)), { recursive: true });
      fs.writeFileSync(join(root, name), content);
    }
  };
  write({ "home/.keep": "", "project/.git/HEAD": "", ...files });

  async function open({ env, plugins = [], cwd, ...options }: Partial<TestKernelOptions> = {}) {
    const ran: string[] = [];
    const services: { trust?: Trust; skills?: Skills } = {};
    const knowing = definePlugin({
      name: "knowing",
      needs: { trust: Trust, skills: Skills },
      setup: ({ use }) => {
        Object.assign(services, use);
        return {};
      },
    });
    const kernel = await createTestKernel({
      cwd: cwd ?? join(root, "project"),
      env: { HOME: join(root, "home"), ...env },
      ...options,
      plugins: [
        filesNode,
        seenFiles,
        settingsFiles,
        permitRules,
        permitShell,
        permitModes,
        toolRead,
        contextMentions,
        shell(ran),
        definePlugin(skills, skillsFrom(join(root, "managed"))),
        commandFiles,
        knowing,
        ...plugins,
      ],
    });
    onTestFinished(() => kernel.close());
    const notices: Notice[] = [];
    kernel.session.watch((event) => {
      if (event.type === "notice") notices.push(event.notice);
    });
    const plain = (text: string) => text.replaceAll(root, "");
    return {
      ...kernel,
      /** What the shell was given. */
      ran,
      notices: () => notices.map(({ text }) => plain(text)),
      /** What a command answers without a model. */
      say: async (command: string) => plain((await kernel.run(command)).end.text),
      /** What the model gets as the person's message. */
      sent: async (command: string) => {
        const before = kernel.model.requests.length;
        const { end } = await kernel.run(command);
        const request = kernel.model.requests[before];
        if (!request) throw new Error(`nothing was sent: ${end.text}`);
        const last = request.messages.findLast(({ role }) => role === "user");
        return plain(textOf(last?.content ?? []));
      },
      /** What the model is told of skills. */
      listing: async () => {
        await kernel.run("Hi");
        return kernel.model.requests.at(-1)?.system.find(({ key }) => key === "skills")?.text;
      },
      offered: () => kernel.model.requests.at(-1)?.tools.map(({ name }) => name) ?? [],
      trust: () => services.trust as Trust,
      skills: () => services.skills as Skills,
    };
  }
  return { root, write, open };
}

/** Says what it was given; `fail` fails. */
function shell(ran: string[]): Plugin {
  return definePlugin({
    name: "shell",
    tools: {
      Bash: {
        description: "",
        input: z.object({ command: z.string() }),
        permission: { family: "Bash", command: "command" },
      },
    },
    setup: () => ({
      tools: {
        Bash: async ({ command }) => {
          ran.push(command);
          const isError = command.startsWith("fail");
          return {
            content: isError ? "Exit code 1\nno such thing" : `<${command}>`,
            data: { stdout: `<${command}>` },
            isError,
          };
        },
      },
    }),
  });
}
