import fs from "node:fs";
import { join } from "node:path";
import { createTestKernel } from "gantry/sdk/testing";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import mcpBridge from "./index.ts";
import { catcher, folder, program, textIn } from "./test-kit.ts";

const variable = (name: string) => `\${${name}}`;
let home: string;
let cwd: string;
beforeEach(() => {
  home = folder();
  cwd = folder();
});

/** Nobody trusts the folder; these are the person's own servers. */
async function open(servers: object, env: Readonly<Record<string, string>> = {}, more: object = {}) {
  fs.writeFileSync(join(home, ".claude.json"), JSON.stringify({ mcpServers: servers, ...more }));
  const catching = catcher();
  const kernel = await createTestKernel({
    cwd,
    plugins: [execNode, settingsFiles, mcpBridge, catching.plugin],
    settings: {
      mcpConfig: [JSON.stringify({ mcpServers: { given: program("server.mjs") } })],
      permissions: { allow: ["mcp__own"] },
    },
    env: { HOME: home, PATH: process.env.PATH ?? "", ...env },
    answer: "allow",
  });
  onTestFinished(() => kernel.close());
  await catching.servers().settle();
  const status = (name: string) =>
    catching
      .servers()
      .status()
      .find((one) => one.name === name);
  return {
    error: (name: string) => status(name)?.error ?? status(name)?.status,
    text: async (tool: string) => textIn(await kernel.call(`mcp__own__${tool}`, {})),
  };
}

const NAMES_IT = "it names something in this folder, which is not trusted.";

describe.skipIf(process.platform === "win32")("a person's own program, in a folder that nobody trusts,", () => {
  it("runs in the home folder, with nothing in its environment that leads into the folder", async () => {
    const link = join(folder(), "link");
    fs.symlinkSync(cwd, link);
    const env = {
      PWD: cwd,
      INIT_CWD: "/anywhere",
      npm_config_local_prefix: "/anywhere",
      NODE_OPTIONS: `--no-warnings --require=${cwd}/hook.js`,
      NODE_PATH: `/usr/lib:${link}/modules`,
      PATH: `${cwd}/bin:${process.env.PATH}`,
      EDITOR: "vi",
    };
    fs.mkdirSync(join(cwd, "modules"));
    const kernel = await open({ own: program("server.mjs") }, env);
    expect(kernel.error("own")).toBe("connected");
    expect(await kernel.text("where")).toBe(home);
    expect(await kernel.text("roots")).toBe("[]");
    const seen = JSON.parse(await kernel.text("env")) as Record<string, string>;
    expect(seen).toMatchObject({ PWD: home, EDITOR: "vi" });
    expect(JSON.stringify(seen)).not.toContain(cwd);
    for (const name of ["INIT_CWD", "npm_config_local_prefix", "NODE_OPTIONS", "NODE_PATH", "CLAUDE_PROJECT_DIR"]) {
      expect(seen).not.toHaveProperty(name);
    }
  });

  it("is not started when any word of its entry leads there", async () => {
    fs.writeFileSync(join(cwd, "server.mjs"), "");
    const link = join(home, "link.mjs");
    fs.symlinkSync(join(cwd, "server.mjs"), link);
    const bin = folder();
    fs.symlinkSync(join(cwd, "server.mjs"), join(bin, "planted"));
    const node = process.execPath;
    const kernel = await open(
      {
        command: { command: join(cwd, "server.mjs") },
        named: { command: "planted" },
        argument: { command: node, args: [join(cwd, "server.mjs")] },
        variable: { command: node, args: [`${variable("PWD")}/server.mjs`] },
        option: { command: node, args: [`--import=${link}`, "x.mjs"] },
        relative: { command: node, args: ["link.mjs"] },
        line: { command: "/bin/sh", args: ["-c", `cd '${cwd}' && ls`] },
        environment: { command: node, args: ["x.mjs"], env: { NODE_PATH: `/usr/lib:${cwd}` } },
        place: { command: node, args: ["x.mjs"], cwd },
        helper: { type: "http", url: "http://127.0.0.1:1/x", headersHelper: `${cwd}/headers` },
      },
      { PWD: cwd, PATH: `${bin}:${process.env.PATH}` },
    );
    for (const name of [
      "command",
      "named",
      "argument",
      "variable",
      "option",
      "relative",
      "line",
      "environment",
      "place",
      "helper",
    ]) {
      expect([name, kernel.error(name)]).toEqual([name, NAMES_IT]);
    }
  });

  it("is not started in a folder that holds the home folder, nor one that was named for the folder alone", async () => {
    const own = program("server.mjs");
    const local = await open({}, {}, { projects: { [cwd]: { mcpServers: { own } } } });
    expect(local.error("own")).toMatch(/^this folder is not trusted, so no program starts in it/);
    home = join(cwd, "home");
    fs.mkdirSync(home);
    const around = await open({ own });
    expect(around.error("own")).toBe("your home folder lies in this folder, which is not trusted.");
  });

  it("leaves what the command line names as it is", async () => {
    expect((await open({})).error("given")).toBe("connected");
  });
});
