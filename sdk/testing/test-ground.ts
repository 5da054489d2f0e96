import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { definePlugin, type Notice, type Plugin, textOf, z } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "./test-kernel.ts";

/** Files by their path below the root of the ground. */
export type GroundFiles = Readonly<Record<string, string | Uint8Array>>;

/** The folders of a test: `home/`, `project/`, which is a repository, and `managed/`, an administrator's. */
export interface TestGround {
  /** Without links. */
  readonly root: string;
  readonly home: string;
  readonly cwd: string;
  readonly managed: string;
  /** Writes files, with the folders that they lie in. */
  write(files: GroundFiles): void;
  /** A kernel at work in `project/`, for whoever's home is `home/`. */
  open(options: TestKernelOptions): Promise<GroundKernel>;
  /** Closes the kernels and removes the folders. */
  close(): Promise<void>;
}

/** A kernel on the ground: what it says of the ground's paths, it says as of `/`. */
export interface GroundKernel extends TestKernel {
  /** What the session was told. */
  notices(): readonly string[];
  /** What a command answers without a model. */
  say(command: string): Promise<string>;
  /** What the model gets as the person's message. */
  sent(command: string): Promise<string>;
}

/**
 * Folders on the disk for tests of plugins that read files where people keep them.
 *
 * @example
 * const ground = createTestGround({ "home/.weather/city.txt": "Oslo" });
 * const kernel = await ground.open({ plugins: [weather] });
 * expect(await kernel.say("/weather")).toBe("12 °C in Oslo, as /home/.weather/city.txt has it.");
 * await ground.close();
 */
export function createTestGround(files: GroundFiles = {}): TestGround {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "gantry-ground-")));
  const at = (name: string) => path.join(root, name);
  const kernels: TestKernel[] = [];
  const write = (files: GroundFiles) => {
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(at(name)), { recursive: true });
      fs.writeFileSync(at(name), content);
    }
  };
  write({ "home/.keep": "", "project/.git/HEAD": "", ...files });
  fs.mkdirSync(at("managed"), { recursive: true });

  return {
    root,
    home: at("home"),
    cwd: at("project"),
    managed: at("managed"),
    write,
    async open({ env, ...options }) {
      const kernel = await createTestKernel({ cwd: at("project"), ...options, env: { HOME: at("home"), ...env } });
      kernels.push(kernel);
      return onGround(kernel, (text) => text.replaceAll(root, ""));
    },
    async close() {
      try {
        for (const kernel of kernels.splice(0).reverse()) await kernel.close();
      } finally {
        fs.rmSync(root, { recursive: true, force: true });
      }
    },
  };
}

function onGround(kernel: TestKernel, plain: (text: string) => string): GroundKernel {
  const notices: Notice[] = [];
  kernel.session.watch((event) => {
    if (event.type === "notice") notices.push(event.notice);
  });
  return {
    ...kernel,
    notices: () => notices.map(({ text }) => plain(text)),
    say: async (command) => plain((await kernel.run(command)).end.text),
    async sent(command) {
      const before = kernel.model.requests.length;
      const { end } = await kernel.run(command);
      const request = kernel.model.requests[before];
      if (!request) throw new Error(`nothing was sent: ${end.text}`);
      const last = request.messages.findLast(({ role }) => role === "user");
      return plain(textOf(last?.content ?? []));
    },
  };
}

/** A tool `Bash` that runs nothing: it notes what it was given in `ran` and says that; what begins with `fail` fails. */
export function createTestShell(ran: string[] = []): Plugin {
  return definePlugin({
    name: "test-shell",
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
          const content = isError ? "Exit code 1\nno such thing" : `<${command}>`;
          return { content, data: { stdout: `<${command}>` }, isError };
        },
      },
    }),
  });
}
