import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, defineTool, type ListItem, type Panel, Sandbox, type SandboxState, z } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import filesNode from "../files-node/index.ts";
import permitModes from "../permit-modes/index.ts";
import permitRemember from "../permit-remember/index.ts";
import permitRules from "../permit-rules/index.ts";
import settingsFiles from "../settings-files/index.ts";
import commandPermissions from "./index.ts";

let home: string;
let kernels: TestKernel[];
beforeEach(() => {
  home = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-permissions-")));
  kernels = [];
});
afterEach(async () => {
  for (const kernel of kernels) await kernel.close();
  fs.rmSync(home, { recursive: true, force: true });
});

const paint = defineTool({
  name: "Paint",
  description: "Paint something.",
  input: z.object({ command: z.string() }),
  run: async () => "painted",
});

const all = [settingsFiles, filesNode, permitRules, permitModes, permitRemember, paint];

async function open({ plugins = all, ...options }: Partial<TestKernelOptions> = {}): Promise<TestKernel> {
  const kernel = await createTestKernel({
    ...options,
    plugins: [...plugins, commandPermissions],
    env: { CLAUDE_CONFIG_DIR: home, GANTRY_HOME: join(home, "state"), ...options.env },
  });
  kernels.push(kernel);
  return kernel;
}

const file = () => join(home, "settings.json");
const saved = () => JSON.parse(fs.readFileSync(file(), "utf8"));

async function act(panel: Panel | undefined, fits: (item: ListItem) => boolean, key = "enter") {
  if (panel?.type !== "list") throw new Error("no list");
  const item = (await panel.load()).find(fits) as ListItem;
  return panel.actions.find((action) => action.key === key)?.run(item);
}

describe("/permissions", () => {
  it("adds a rule to the person's settings, lists it, and takes it away", async () => {
    const kernel = await open();
    expect((await kernel.run("/permissions allow Bash(npm test:*)")).text).toBe(
      `allow Bash(npm test:*), saved in ${file()}.`,
    );
    await kernel.run("/allowed-tools deny Read(./.env)");
    expect(saved()).toEqual({ permissions: { allow: ["Bash(npm test:*)"], deny: ["Read(./.env)"] } });
    const { text } = await kernel.run("/permissions");
    expect(text).toContain(
      `Rules\n  allow Bash(npm test:*)   user, ${file()}\n  deny  Read(./.env)       user, ${file()}`,
    );
    expect(text).toContain(`Folders\n  ${kernel.cwd}`);
    expect((await kernel.run("/permissions remove Read(./.env)")).text).toContain("is taken out of");
    expect(saved()).toEqual({ permissions: { allow: ["Bash(npm test:*)"], deny: [] } });
  });

  it("adds for the folder, and for the session alone", async () => {
    const kernel = await open();
    await kernel.run("/permissions allow Paint --session");
    expect(fs.existsSync(file())).toBe(false);
    expect(await kernel.call("Paint", { command: "x" })).toMatchObject({ outcome: "ok" });
    await kernel.run("/permissions deny Paint --local");
    const local = join(kernel.cwd, ".claude", "settings.local.json");
    expect(JSON.parse(fs.readFileSync(local, "utf8"))).toEqual({ permissions: { deny: ["Paint"] } });
  });

  it.each([
    ["forbid Bash", '"forbid" is nothing that /permissions does.'],
    ["allow", '"allow" needs a rule.'],
    ["allow Bash(", "is no permission rule"],
    ["allow Bash --everywhere", "says no one place"],
    ["remove Bassh", 'There is no rule "Bassh".'],
  ])("answers /permissions %s without writing anything", async (args, said) => {
    const { text, faults } = await (await open()).run(`/permissions ${args}`);
    expect(text).toContain(said);
    expect(faults).toEqual([]);
    expect(fs.existsSync(file())).toBe(false);
  });

  it("names the layer of a rule that cannot be taken away from here", async () => {
    const kernel = await open({ settings: { permissions: { allow: ["Paint"] } } });
    expect((await kernel.run("/permissions remove Paint")).text).toContain("stands in the layer flag");
  });

  it("shows what was refused, and offers the rule that would have allowed it", async () => {
    const kernel = await open();
    expect(await kernel.call("Paint", { command: "wall" })).toMatchObject({ outcome: "denied" });
    const { text, panel } = await kernel.run("/permissions");
    expect(text).toContain('Refused in this session\n  Paint {"command":"wall"}');
    const form = (await act(panel, ({ group = "" }) => group.startsWith("Refused"))) as { panel: Panel };
    if (form.panel.type !== "form") throw new Error("no form");
    const rule = form.panel.fields.find(({ name }) => name === "rule")?.default;
    expect(rule).toMatch(/^Paint/);
    expect(await form.panel.submit({ behavior: "allow", rule: String(rule), destination: "user" })).toContain(
      "saved in",
    );
    expect(await kernel.call("Paint", { command: "wall" })).toMatchObject({ outcome: "ok" });
    expect(await act((await kernel.run("/permissions")).panel, ({ id }) => id === "rule 0", "d")).toMatchObject({
      stay: expect.stringContaining("is taken out of"),
    });
  });
});

describe("/mode and /plan", () => {
  it("enter a mode, and refuse what may not be entered", async () => {
    const kernel = await open();
    expect((await kernel.run("/mode acceptedits")).text).toMatch(/^The mode is acceptEdits: /);
    expect((await kernel.run("/mode")).text).toMatch(/^\* acceptEdits/m);
    expect((await kernel.run("/mode bypassPermissions")).text).toContain(
      "was not enabled when the program was started",
    );
    expect((await kernel.run("/mode acceptAll")).text).toContain('There is no mode "acceptAll".');
    expect((await kernel.run("/mode status")).text).toMatch(/^The mode is acceptEdits/);
  });

  it("save a mode for new sessions", async () => {
    const { panel } = await (await open()).run("/mode");
    expect(await act(panel, ({ id }) => id === "plan", "s")).toEqual({ stay: `Saved in ${file()}.` });
    expect(saved()).toEqual({ permissions: { defaultMode: "plan" } });
  });

  it("plan, with what to plan as the prompt", async () => {
    const kernel = await open();
    expect((await kernel.run("/plan")).text).toMatch(/^The mode is plan/);
    await kernel.run("/mode default");
    kernel.model.push({ text: "A plan." });
    expect((await kernel.run("/plan Move the login")).text).toBe("A plan.");
    expect(kernel.session.messages[0]).toMatchObject({ content: [{ text: "Move the login" }] });
    expect(await kernel.call("Paint", { command: "x" })).toMatchObject({ outcome: "denied" });
  });

  it("say so where nobody has modes", async () => {
    expect((await (await open({ plugins: [settingsFiles] })).run("/plan")).text).toContain(
      "No plugin has permission modes",
    );
  });
});

describe("/sandbox", () => {
  const sandboxed = (state: Partial<SandboxState>) =>
    definePlugin({
      name: "sandboxed",
      provides: { sandbox: Sandbox },
      setup: () => ({
        services: {
          sandbox: {
            state: async () => ({ isOn: true, isRequired: false, mayBeLeft: true, notices: [], ...state }),
          } as unknown as Sandbox,
        },
      }),
    });

  it("switches it in the person's settings, and says whether it works", async () => {
    const kernel = await open({ plugins: [...all, sandboxed({ problem: "bubblewrap is not installed." })] });
    expect((await kernel.run("/sandbox on")).text).toBe(
      `The sandbox is not available: bubblewrap is not installed. Commands run unconfined, and are asked for as usual. Saved in ${file()}.`,
    );
    expect(saved()).toEqual({ sandbox: { enabled: true } });
    await kernel.run("/sandbox off");
    expect(saved()).toEqual({ sandbox: { enabled: false } });
    expect((await kernel.run("/sandbox maybe")).text).toContain('"maybe" is none of them');
  });

  it("says what is so, and that nobody confines", async () => {
    const kernel = await open({ plugins: [...all, sandboxed({ mayBeLeft: false })] });
    expect((await kernel.run("/sandbox")).text).toMatch(/^Commands are confined: .* None may leave it\. /);
    expect((await (await open()).run("/sandbox")).text).toContain("No plugin confines commands");
  });
});

describe("/add-dir", () => {
  it("adds a folder to the session, whose files then count as its own", async () => {
    const kernel = await open();
    fs.mkdirSync(join(home, "other"));
    expect((await kernel.run(`/add-dir ${join(home, "other")}`)).text).toContain("works in");
    expect(kernel.session.folders).toEqual([kernel.cwd, join(home, "other")]);
    expect((await kernel.run("/add-dir")).text).toBe(`* ${kernel.cwd}\n  ${join(home, "other")}`);
  });

  it.each([
    ["nothing-here", "there is no such folder"],
    ["a.txt", "there is no such folder"],
    [".", "which the session works in already"],
    ["/", "is all there is"],
  ])("refuses %s", async (folder, said) => {
    const kernel = await open();
    fs.writeFileSync(join(kernel.cwd, "a.txt"), "");
    expect((await kernel.run(`/add-dir ${folder}`)).text).toContain(said);
    expect(kernel.session.folders).toEqual([kernel.cwd]);
  });
});

describe("a folder for every session", () => {
  const atHome = () => open({ env: { HOME: home } });

  it("is kept with --user, once, and is there from the start", async () => {
    fs.mkdirSync(join(home, "other"));
    const kernel = await atHome();
    const { text } = await kernel.run(`/add-dir ${join(home, "other")} --user`);
    expect(text).toBe(
      `The session works in ${join(home, "other")}, too. Nothing there is trusted to run by that. Saved in ${file()}.`,
    );
    await kernel.run("/add-dir ~/other --user");
    expect(saved()).toEqual({
      permissions: { additionalDirectories: [join(home, "other")] },
    });
    const next = await atHome();
    expect(next.session.folders).toEqual([next.cwd, join(home, "other")]);
  });

  it("is never one that the settings of the folder name", async () => {
    const kernel = await atHome();
    expect((await kernel.run("/add-dir ~ --local")).text).toContain("--local is no place to remember a folder in");
    expect(kernel.session.folders).toEqual([kernel.cwd]);
  });

  it("is left with the list", async () => {
    fs.mkdirSync(join(home, "other"));
    const kernel = await atHome();
    await kernel.run("/add-dir ~/other");
    const { panel } = await kernel.run("/add-dir");
    const leave = panel?.type === "list" ? panel.actions.find(({ key }) => key === "d") : undefined;
    expect(await leave?.run({ id: kernel.cwd, title: "" })).toEqual({ stay: "The session's own folder stays." });
    await leave?.run({ id: join(home, "other"), title: "" });
    expect(kernel.session.folders).toEqual([kernel.cwd]);
  });
});

describe("/cd", () => {
  const atHome = () => open({ env: { HOME: home } });

  it("says how to go on in another folder", async () => {
    fs.mkdirSync(join(home, "my shop"));
    const kernel = await atHome();
    const { text } = await kernel.run("/cd ~/my shop");
    expect(text).toContain(`This session stays in ${kernel.cwd}`);
    expect(text).toContain(`cd '${join(home, "my shop")}' && gantry --continue`);
    expect((await kernel.run("/cd .")).text).toBe(`The session works in ${kernel.cwd} already.`);
    expect((await kernel.run("/cd nowhere")).text).toContain("there is no such folder");
  });
});

describe("/trust", () => {
  it("lists what the folder asks for, and lets none of it count before the folder is trusted", async () => {
    const cwd = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-untrusted-")));
    fs.mkdirSync(join(cwd, ".claude"));
    fs.writeFileSync(join(cwd, ".claude", "settings.json"), '{"permissions": {"allow": ["Bash(rm:*)"]}}');
    const kernel = await open({ cwd });
    const { text, panel } = await kernel.run("/trust");
    expect(text).toContain("allow rule\n  Bash(rm:*)  new; gantry trust add trusts the folder first");
    expect(panel).toMatchObject({ title: "This folder is not trusted" });
    expect((await kernel.run("/trust forget")).text).toContain("was not remembered");
    expect((await kernel.run("/trust all")).text).toContain('"all" is neither');
    fs.rmSync(cwd, { recursive: true });
  });
});

describe("/fewer-permission-prompts", () => {
  it("gives the model what has run and what was refused, with the narrowest rules", async () => {
    const kernel = await open();
    expect((await kernel.run("/fewer-permission-prompts")).text).toContain("in this session yet");
    await kernel.call("Paint", { command: "wall" });
    await kernel.call("Paint", { command: "wall" });
    kernel.model.push({ text: "A table." });
    await kernel.run("/fewer-permission-prompts");
    const prompt = JSON.stringify(kernel.session.messages.at(-2)?.content);
    expect(prompt).toContain("(ran 0, refused 2; narrowest rules: Paint)");
  });
});
