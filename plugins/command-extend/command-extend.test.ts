import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  definePlugin,
  Exec,
  type FormPanel,
  Jobs,
  type ListAction,
  type ListPanel,
  type PagePanel,
  type Panel,
} from "gantry/sdk";
import { createTestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import toolJobs from "../tool-jobs/index.ts";
import commandExtend from "./index.ts";

/** A folder with a home, a project and a state folder. */
function ground(content: Readonly<Record<string, string>> = {}) {
  const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-extend-")));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  for (const name of ["home", "project", "state"]) fs.mkdirSync(join(root, name));
  const at = (path: string) => join(root, path);
  for (const [path, text] of Object.entries(content)) {
    fs.mkdirSync(dirname(at(path)), { recursive: true });
    fs.writeFileSync(at(path), text);
  }
  const read = (path: string) => fs.readFileSync(at(path), "utf8");
  const open = async (plugins: TestKernelOptions["plugins"] = [], options: Partial<TestKernelOptions> = {}) => {
    const kernel = await createTestKernel({
      cwd: at("project"),
      env: { HOME: at("home"), GANTRY_HOME: at("state"), GANTRY_TRUST: "1" },
      plugins: [filesNode, execNode, settingsFiles, commandExtend, ...plugins],
      ...options,
    });
    onTestFinished(() => kernel.close());
    const say = async (command: string) => {
      const { text, faults } = await kernel.run(command);
      expect(faults).toEqual([]);
      return text;
    };
    const panel = async <T extends Panel>(command: string): Promise<T> => {
      const shown = (await kernel.run(command)).events.find((event) => event.type === "panel");
      if (shown?.type !== "panel") throw new Error("no panel");
      return shown.panel as T;
    };
    return { ...kernel, say, panel };
  };
  return { at, read, open, exists: (path: string) => fs.existsSync(at(path)) };
}

const gate = definePlugin({
  name: "gate",
  description: "Decides.",
  taps: { toolGate: true },
  setup: () => ({ taps: { toolGate: () => undefined } }),
});

describe("/plugins", () => {
  it("lists plugins with what they add and cost, and shows one", async () => {
    const kernel = await ground().open([gate]);
    const text = await kernel.say("/plugins");
    expect(text).toMatch(/ {2}command-extend {2}active +[\d.]+ ms, 7 commands/);
    expect(text).toMatch(/ {2}gate {2}\w+ +[\d.]+ ms, 1 hook/);
    expect(await kernel.say("/plugin gate")).toMatch(/^Decides\.\n\nstate +\w+\n/);
    expect(await kernel.say("/plugins gat")).toBe(
      'There is no plugin "gat". Did you mean "gate"? /plugins lists them.',
    );
  });

  it("turns one off in the person's own configuration, and says where something else decides", async () => {
    const world = ground({ "state/config.json": '{ "colour": 1, "plugins": ["mine", "-tool-jobs"] }' });
    const kernel = await world.open([toolJobs]);
    // The plugins of a test are handed over as values, which no configuration takes away.
    expect(await kernel.say("/plugins disable tool-jobs")).toContain("but another configuration says otherwise");
    expect(JSON.parse(world.read("state/config.json"))).toEqual({ colour: 1, plugins: ["mine", "-tool-jobs"] });
    expect(await kernel.say("/plugins enable tool-jobs")).toBe("tool-jobs is on.");
  });

  it("turns nothing off unasked that decides what may run, and nothing that is not there", async () => {
    const world = ground();
    const kernel = await world.open([gate]);
    expect(await kernel.say("/plugins disable gate")).toMatch(/decides what may run.*--force/);
    expect(await kernel.say("/plugins disable gat")).toContain('Did you mean "gate"?');
    expect(await kernel.say("/plugins disable")).toMatch(/^It is not said which plugin/);
    expect(world.exists("state/config.json")).toBe(false);
    const panel = await kernel.panel<ListPanel>("/plugins");
    const item = (await panel.load()).find(({ id }) => id === "gate");
    expect(panel.actions[1]?.confirm?.(item as never)).toBe("gate decides what may run. Turn it off all the same?");
  });

  it("leaves a configuration alone that is a program, and says what to write", async () => {
    const world = ground({ "state/config.ts": "export default {};" });
    expect(await (await world.open([toolJobs])).say("/plugins disable tool-jobs")).toMatch(
      /config\.ts is no JSON, so change it yourself: add "-tool-jobs" to "plugins"/,
    );
    expect(world.read("state/config.ts")).toBe("export default {};");
  });

  it("leaves a damaged configuration as it is", async () => {
    const world = ground({ "state/config.json": "{ broken" });
    expect(await (await world.open([toolJobs])).say("/plugins disable tool-jobs")).toContain("cannot be read");
    expect(world.read("state/config.json")).toBe("{ broken");
  });
});

describe("/reload", () => {
  it("takes every plugin in anew", async () => {
    let setups = 0;
    const counting = definePlugin({
      name: "counting",
      commands: { count: { description: "d" } },
      setup: () => {
        setups += 1;
        return { commands: { count: () => String(setups) } };
      },
    });
    const kernel = await ground().open([counting]);
    expect(await kernel.say("/count")).toBe("1");
    expect(await kernel.say("/reload-plugins")).toMatch(/^\d+ plugins are taken in anew, from your next prompt on\.$/);
    expect(await kernel.say("/count")).toBe("2");
  });
});

describe("/tasks and /stop", () => {
  /** Starts programs in the background. */
  const starting = definePlugin({
    name: "starting",
    needs: { exec: Exec, jobs: Jobs },
    commands: { start: { description: "d" } },
    setup: ({ use }) => ({
      commands: {
        start: async (args, session) => {
          const file = join(session.cwd, "output.txt");
          fs.writeFileSync(file, `begun\u001b[2K\n`);
          const process = await use.exec.start({ file: "sh", args: ["-c", args], cwd: session.cwd });
          use.jobs.adopt(session, process, { title: args, outputFile: file });
          return "started";
        },
      },
    }),
  });

  it("show what runs, its output while it comes, and end it", async () => {
    const kernel = await ground().open([toolJobs, starting]);
    expect(await kernel.say("/tasks")).toBe("Nothing runs in the background, and nothing has.");
    expect(await kernel.say("/stop")).toBe("Nothing runs in the background, and nothing has.");
    await kernel.say("/start sleep 600");
    expect(await kernel.say("/bashes")).toBe("  b1  sleep 600  running");
    const panel = await kernel.panel<ListPanel>("/tasks");
    const [job] = await panel.load();
    const { panel: page } = (await (panel.actions[0] as ListAction).run(job as never)) as { panel: PagePanel };
    expect(page.refreshMs).toBeGreaterThan(0);
    expect(page.text).toContain("begun<U+001B>[2K");
    expect(await kernel.say("/stop b2")).toMatch(/^There is no background work "b2"\./);
    expect(await kernel.say("/stop")).toBe("b1 is stopped: sleep 600.");
    expect(await kernel.say("/stop b1")).toBe("b1 has ended already: stopped.");
    expect(await kernel.say("/tasks")).toMatch(/b1 {2}sleep 600 {2}stopped, [\d.]+ s/);
  });

  it("ask which is meant where several run, and end all", async () => {
    const kernel = await ground().open([toolJobs, starting]);
    await kernel.say("/start sleep 600");
    await kernel.say("/start sleep 601");
    expect(await kernel.say("/stop")).toBe("Several run: b1, b2. Name one, or all.");
    expect(await kernel.say("/stop all")).toBe("b1 is stopped: sleep 600.\nb2 is stopped: sleep 601.");
  });

  it("say so where nothing can run in the background", async () => {
    expect(await (await ground().open()).say("/tasks")).toBe("No plugin runs anything in the background.");
  });
});

describe("/import", () => {
  const OTHERS = {
    "home/.codex/AGENTS.md": "Be brief.",
    "home/.codex/config.toml":
      '# mine\n[mcp_servers.docs]\ncommand = "docs-server" # runs\nargs = [\n  "--root",\n  "/docs",\n]\n[mcp_servers.docs.env]\nKEY = "hunter2"\n\n[mcp_servers.odd]\ncommand = 2024-01-01\n',
    "project/.gemini/settings.json": JSON.stringify({
      mcpServers: { files: { command: "files-server" }, bad: { nothing: 1 } },
    }),
    "project/.cursor/rules/style.mdc": '---\ndescription: x\nglobs: "*.ts,*.tsx"\nalwaysApply: false\n---\nUse tabs.\n',
    "project/.cursorrules": "Old rules.",
  };

  it("shows what there is and writes nothing", async () => {
    const world = ground(OTHERS);
    const kernel = await world.open();
    const text = await kernel.say("/import");
    expect(text).toContain(
      `codex: MCP server docs (docs-server --root /docs)\n  from ${world.at("home/.codex/config.toml")}\n  to ${world.at("state/mcp.json")}`,
    );
    expect(text).toContain("cursor: instructions, ");
    expect(text).toMatch(/Left out: bad of .*settings\.json/);
    expect(text).toContain("/import --yes takes all of it.");
    expect(text).not.toContain("hunter2");
    expect([
      world.exists("state/mcp.json"),
      world.exists("project/.mcp.json"),
      world.exists("project/.claude"),
    ]).toEqual([false, false, false]);
  });

  it("takes over what is chosen, what stands in the folder into the folder", async () => {
    const world = ground(OTHERS);
    const panel = await (await world.open()).panel<FormPanel>("/import");
    const [field] = panel.fields;
    const wanted = (field?.choices ?? []).map(({ value }) => value).filter((value) => !value.endsWith(".cursorrules"));
    expect(String(await panel.submit({ pieces: wanted }))).toContain(
      "Servers of this folder run once you have approved them",
    );
    expect(JSON.parse(world.read("state/mcp.json"))).toEqual({
      mcpServers: { docs: { command: "docs-server", args: ["--root", "/docs"], env: { KEY: "hunter2" } } },
    });
    expect(JSON.parse(world.read("project/.mcp.json"))).toEqual({ mcpServers: { files: { command: "files-server" } } });
    expect(world.read("home/.claude/rules/codex.md")).toBe("Be brief.");
    expect(world.read("project/.claude/rules/cursor-style.md")).toBe(
      '---\npaths:\n  - "*.ts"\n  - "*.tsx"\n---\nUse tabs.\n',
    );
    expect(world.exists("project/.claude/rules/cursor.md")).toBe(false);
  });

  it("takes over all of one agent on --yes, and never over something", async () => {
    const world = ground({
      ...OTHERS,
      "home/.claude/rules/codex.md": "Mine.",
      "state/mcp.json": '{"mcpServers":{"mine":{"command":"x"}}}',
    });
    const kernel = await world.open();
    expect(await kernel.say("/import codex --yes")).toContain("codex: MCP server docs");
    expect(world.read("home/.claude/rules/codex.md")).toBe("Mine.");
    expect(Object.keys(JSON.parse(world.read("state/mcp.json")).mcpServers)).toEqual(["mine", "docs"]);
    expect(world.exists("project/.claude")).toBe(false);
    const again = await kernel.say("/import codex");
    expect(again).toMatch(/^There is nothing new to take over from codex\.\nThere already: codex: instructions/);
  });

  it("follows no link out of the folder, neither to read nor to write", async () => {
    const world = ground({ "home/secret.txt": "hunter2", "project/.cursorrules": "Rules." });
    fs.symlinkSync(world.at("home/secret.txt"), world.at("project/GEMINI.md"));
    fs.mkdirSync(world.at("elsewhere"));
    fs.symlinkSync(world.at("elsewhere"), world.at("project/.claude"));
    const text = await (await world.open()).say("/import --yes");
    expect(text).toMatch(/cursor: instructions.* was not taken over: .*leads out of the folder/);
    expect(text).not.toContain("gemini");
    expect(fs.readdirSync(world.at("elsewhere"))).toEqual([]);
  });

  it("names the nearest agent, and says so where there is nothing", async () => {
    const kernel = await ground({ "home/.cursor/mcp.json": "{ broken" }).open();
    expect(await kernel.say("/import gemni")).toMatch(/^Nothing is known of "gemni"\. Did you mean "gemini"\?/);
    expect(await kernel.say("/import")).toMatch(
      /^There is nothing new to take over from codex, gemini, cursor\.\nLeft out: .*is no JSON\.$/,
    );
  });
});

describe("/update-config", () => {
  it("tells the model which files there are, and wants to know what to change", async () => {
    const world = ground({ "project/.claude/settings.json": "{}" });
    const kernel = await world.open();
    expect(await kernel.say("/update-config")).toMatch(/^Say what to change/);
    await kernel.run("/update-config allow npm test");
    const said = JSON.stringify(kernel.model.requests.at(-1)?.messages);
    expect(said).toContain(`settings of the project: ${world.at("project/.claude/settings.json")}\\n`);
    expect(said).toContain("settings.local.json (not there yet)");
    expect(said).toContain("The person asks: allow npm test");
  });
});

describe("/bug", () => {
  it("writes a report that only its owner reads, without secrets and without the conversation", async () => {
    const world = ground();
    const kernel = await world.open();
    expect(await kernel.say("/bug")).toMatch(/^Say what goes wrong/);
    await kernel.run("What I keep to myself");
    await kernel.call("NoSuchTool", {});
    const text = await kernel.say(`/share it fails, with password: correct-horse-battery1! in ${world.at("home")}/x`);
    const [file = ""] = fs.readdirSync(world.at("state/reports"));
    expect(text).toContain(file);
    const report = world.read(`state/reports/${file}`);
    expect(report).toMatch(/^# What goes wrong\n\nit fails/);
    expect(report).toContain("in ~/x");
    expect(report).not.toContain("correct-horse");
    expect(report).not.toContain("keep to myself");
    expect(report).toContain("- NoSuchTool, ");
    expect(fs.statSync(world.at(`state/reports/${file}`)).mode & 0o077).toBe(0);
  });

  it("says so where it cannot write", async () => {
    const world = ground({ "state/reports": "a file" });
    expect(await (await world.open()).say("/bug it fails")).toMatch(/^The report cannot be written to/);
  });
});
