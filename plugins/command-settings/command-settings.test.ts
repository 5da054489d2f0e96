import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, Keymap, type ListItem, type Panel } from "gantry/sdk";
import { createTestKernel, type TestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import settingsFiles from "../settings-files/index.ts";
import commandSettings from "./index.ts";

let home: string;
let kernels: TestKernel[];
beforeEach(() => {
  home = fs.mkdtempSync(join(tmpdir(), "gantry-settings-"));
  kernels = [];
});
afterEach(async () => {
  for (const kernel of kernels) await kernel.close();
  fs.rmSync(home, { recursive: true, force: true });
});

async function open(options: Partial<TestKernelOptions> = {}): Promise<TestKernel> {
  const kernel = await createTestKernel({
    ...options,
    plugins: [settingsFiles, commandSettings, ...(options.plugins ?? [])],
    env: { CLAUDE_CONFIG_DIR: home, ...options.env },
  });
  kernels.push(kernel);
  return kernel;
}

const file = () => join(home, "settings.json");
const saved = () => JSON.parse(fs.readFileSync(file(), "utf8"));

async function act(panel: Panel | undefined, id: string, key = "enter") {
  if (panel?.type !== "list") throw new Error("no list");
  const item = (await panel.load()).find((one) => one.id === id) as ListItem;
  return panel.actions.find((action) => action.key === key)?.run(item);
}

describe("/config", () => {
  it("lists the settings with their values and layers", async () => {
    fs.writeFileSync(file(), '{"theme": "dark"}');
    const { text } = await (await open({ settings: { editorMode: "vim" } })).run("/config");
    expect(text).toMatch(/^Model$/m);
    expect(text).toMatch(/^ {2}theme +dark .*from user$/m);
    expect(text).toMatch(/^ {2}editorMode +vim .*from flag$/m);
    expect(text).toMatch(/^ {2}autoCompactEnabled +true .*/m);
  });

  it("sets several at once, and takes one out", async () => {
    fs.writeFileSync(file(), '{"env": {"A": "b"}}');
    const kernel = await open();
    const { text } = await kernel.run("/config theme=dark cleanupPeriodDays=7 sandbox.enabled=on");
    expect(text.split("\n")).toEqual([
      `theme is dark. Saved in ${file()}.`,
      `cleanupPeriodDays is 7. Saved in ${file()}.`,
      `sandbox.enabled is true. Saved in ${file()}.`,
    ]);
    expect(saved()).toEqual({ env: { A: "b" }, theme: "dark", cleanupPeriodDays: 7, sandbox: { enabled: true } });
    expect((await kernel.run("/settings sandbox.enabled=")).text).toBe(
      `sandbox.enabled is false. Taken out of ${file()}.`,
    );
    expect(saved()).toEqual({ env: { A: "b" }, theme: "dark", cleanupPeriodDays: 7 });
  });

  it("saves for the folder where it is told to, and says when that does not count", async () => {
    const kernel = await open();
    const { text } = await kernel.run("/config --local theme=dark");
    const local = join(kernel.cwd, ".claude", "settings.local.json");
    expect(text).toContain(`Saved in ${local}. It does not count: until this folder is trusted`);
    expect(JSON.parse(fs.readFileSync(local, "utf8"))).toEqual({ theme: "dark" });
    expect(fs.existsSync(file())).toBe(false);
  });

  it.each([
    ["theme=drak", 'theme cannot be "drak". Did you mean "dark"?'],
    ["theem=dark", 'no setting "theem". Did you mean "theme"?'],
    ["theme", "theme is auto: a theme"],
    ["editorMode=emacs", 'editorMode cannot be "emacs". It takes normal, vim.'],
    ["fastMode=perhaps", 'fastMode cannot be "perhaps". It takes true or false.'],
    ["cleanupPeriodDays=-1", "It takes a whole number."],
    ["permissions.allow=Bash", "/permissions shows and changes rules."],
    ["theme=dark editorMode", '"editorMode" has no value.'],
    ["--everywhere theme=dark", "says no one place"],
  ])("answers /config %s without writing anything", async (args, said) => {
    const { text, faults } = await (await open()).run(`/config ${args}`);
    expect(text).toContain(said);
    expect(faults).toEqual([]);
    expect(fs.existsSync(file())).toBe(false);
  });

  it("writes nothing of several when one is wrong, and nothing into what is misshapen", async () => {
    fs.writeFileSync(file(), '{"sandbox": "yes"}');
    const kernel = await open();
    expect((await kernel.run("/config theme=dark editorMode=emacs")).text).toContain("cannot be");
    expect((await kernel.run("/config sandbox.enabled=true")).text).toContain('"sandbox" is not an object');
    expect(saved()).toEqual({ sandbox: "yes" });
  });

  it("changes in place: switches turn, words go round, all else is typed", async () => {
    const { panel } = await (await open()).run("/config");
    expect(await act(panel, "fastMode")).toEqual({ stay: `fastMode is true. Saved in ${file()}.` });
    expect(await act(panel, "editorMode")).toMatchObject({ stay: expect.stringContaining("editorMode is vim.") });
    expect(await act(panel, "fastMode", "d")).toMatchObject({ stay: expect.stringContaining("Taken out of") });
    const form = (await act(panel, "cleanupPeriodDays")) as { panel: Panel };
    if (form.panel.type !== "form") throw new Error("no form");
    expect(form.panel.fields).toMatchObject([{ type: "number", default: 30 }]);
    expect(await form.panel.submit({ value: 3 })).toContain("cleanupPeriodDays is 3.");
    expect(saved()).toEqual({ editorMode: "vim", cleanupPeriodDays: 3 });
  });
});

describe("commands of one setting", () => {
  it.each([
    ["/vim on", { editorMode: "vim" }, "Vim keys are on."],
    ["/tui line", { tui: "line" }, "The view is line, from the next start on."],
    ["/notifications kitty", { preferredNotifChannel: "kitty" }, "Notifications: kitty."],
    ["/tips off", { spinnerTips: false }, "Tips: off."],
    ["/suggestions off", { promptSuggestionEnabled: false }, "Suggested prompts: off."],
    ["/theme high-contrast", { theme: "high-contrast" }, "The theme is high-contrast."],
  ])("%s", async (command, wanted, said) => {
    expect((await (await open()).run(command)).text).toBe(`${said} Saved in ${file()}.`);
    expect(saved()).toEqual(wanted);
  });

  it("offer the person's own themes and those of plugins, with something of each colour to look at", async () => {
    fs.mkdirSync(join(home, "themes"));
    fs.writeFileSync(join(home, "themes", "sea.json"), "{}");
    const dusk = definePlugin({ name: "dusky", themes: { dusk: { base: "dark", colours: {} } }, setup: () => ({}) });
    const kernel = await open({ plugins: [dusk] });
    const { text, panel } = await kernel.run("/theme");
    expect(text).toMatch(/^\* auto /);
    expect(text).toMatch(/custom:sea +yours/);
    expect(text).toMatch(/dusk +of the plugin dusky/);
    if (panel?.type !== "list") throw new Error("no list");
    expect(
      (await panel.preview?.({ id: "dusk", title: "" }, new AbortController().signal))?.map(({ type }) => type),
    ).toEqual(["markdown", "code", "diff", "text"]);
    expect(await act(panel, "dusk")).toContain("The theme is dusk.");
    expect((await kernel.run("/theme drak")).text).toContain('Did you mean "dark"?');
  });
});

describe("/color", () => {
  it("becomes a theme of the person's own on top of the one there is, and goes again", async () => {
    const kernel = await open({});
    await kernel.run("/theme light");
    expect((await kernel.run("/color #ff8800")).text).toContain("The prompt is #ff8800. Saved in");
    const own = join(home, "themes", "color.json");
    expect(JSON.parse(fs.readFileSync(own, "utf8"))).toMatchObject({ base: "light", overrides: { prompt: "#ff8800" } });
    await kernel.run("/color cyan");
    expect(JSON.parse(fs.readFileSync(own, "utf8"))).toMatchObject({
      base: "light",
      overrides: { prompt: "ansi:cyan" },
    });
    expect(saved()).toEqual({ theme: "custom:color" });
    await kernel.run("/color default");
    expect(saved()).toEqual({ theme: "light" });
  });

  it("refuses what is no colour, and leaves a theme of the person's own alone", async () => {
    const kernel = await open({ settings: { theme: "custom:sea" } });
    expect((await kernel.run("/color gren")).text).toContain('"gren" is no colour. Did you mean "green"?');
    expect((await kernel.run("/color red")).text).toContain("is your own, and is left as it is");
    expect(fs.existsSync(join(home, "themes"))).toBe(false);
  });
});

describe("/statusline", () => {
  it("saves the command, shows it, and takes it away", async () => {
    const kernel = await open();
    expect((await kernel.run("/statusline ~/bin/line.sh --short")).text).toBe(
      `The status line comes from: ~/bin/line.sh --short Saved in ${file()}.`,
    );
    expect(saved()).toEqual({ statusLine: { type: "command", command: "~/bin/line.sh --short" } });
    const { panel } = await kernel.run("/statusline");
    expect(panel).toMatchObject({ type: "form", fields: [{ default: "~/bin/line.sh --short" }] });
    expect((await kernel.run("/statusline off")).text).toContain("No command writes the status line.");
    expect(saved()).toEqual({});
  });

  it("refuses what is no one line", async () => {
    expect((await (await open()).run("/statusline a\nb")).text).toContain("stands on one line");
    expect(fs.existsSync(file())).toBe(false);
  });
});

describe("/keybindings", () => {
  it("lists the keys by where they are heard, with what is wrong", async () => {
    const keys = definePlugin({
      name: "keys",
      provides: { keymap: Keymap },
      setup: () => ({
        services: {
          keymap: {
            mode: () => undefined,
            read: () => ({
              bindings: [
                { context: "Chat", key: "ctrl+g", action: "chat:externalEditor", isOwn: false },
                { context: "Chat", key: "ctrl+s", action: null, isOwn: true },
              ],
              problems: ["keybindings.json: ctrl+c cannot be bound."],
            }),
          },
        },
      }),
    });
    const { text } = await (await open({ plugins: [keys] })).run("/keybindings");
    expect(text).toContain("Wrong\n  keybindings.json: ctrl+c cannot be bound.");
    expect(text).toMatch(/Chat\n {2}ctrl\+g +chat:externalEditor\n {2}ctrl\+s +nothing \(yours\)/);
    expect(text).toContain("You have none of your own");
  });

  it("makes the file once, and says so where no terminal is there", async () => {
    const kernel = await open();
    const own = join(home, "keybindings.json");
    expect((await kernel.run("/keybindings edit")).text).toContain(`${own} was made.`);
    fs.writeFileSync(own, '{"bindings": []}');
    expect((await kernel.run("/keybindings edit")).text).toContain(`${own} is your file.`);
    expect(fs.readFileSync(own, "utf8")).toBe('{"bindings": []}');
    expect((await kernel.run("/keybindings")).text).toContain("they belong to the terminal");
    expect((await kernel.run("/keybindings all")).text).toContain('"all" is neither');
  });
});

describe("/autocompact", () => {
  it("takes off, a number of tokens, and auto", async () => {
    const kernel = await open();
    expect((await kernel.run("/autocompact off")).text).toContain("is not shortened by itself.");
    expect(saved()).toEqual({ autoCompactEnabled: false });
    expect((await kernel.run("/autocompact 150k")).text).toContain("150000 tokens");
    expect(saved()).toEqual({ autoCompactWindow: 150_000 });
    await kernel.run("/autocompact auto");
    expect(saved()).toEqual({});
  });

  it.each(["12", "many", "1.5", "-5k", "99999999999999999999"])("refuses %s", async (size) => {
    expect((await (await open()).run(`/autocompact ${size}`)).text).toContain("is no size");
    expect(fs.existsSync(file())).toBe(false);
  });
});

describe("what a person may want to know of the machine", () => {
  it("/env never shows a secret", async () => {
    const env = { ANTHROPIC_API_KEY: "sk-ant-secret", HTTPS_PROXY: "http://me:word@proxy.example:8080", EDITOR: "vi" };
    const kernel = await open({ env, settings: { env: { MY_TOKEN: "hidden", NODE_ENV: "test" } } });
    const { text } = await kernel.run("/env");
    expect(text).toContain("ANTHROPIC_API_KEY  set, not shown");
    expect(text).toContain("http://…@proxy.example:8080");
    expect(text).toMatch(/MY_TOKEN +set, not shown\nNODE_ENV +test/);
    expect(text).not.toMatch(/sk-ant|word|hidden/);
  });

  it("/editor names the editor, and says when it is missing", async () => {
    expect((await (await open()).run("/editor")).text).toMatch(/^No editor is named\./);
    expect((await (await open({ env: { EDITOR: "no-such-editor --wait" } })).run("/editor")).text).toMatch(
      /^no-such-editor --wait, as EDITOR says\. There is no program no-such-editor on the PATH\./,
    );
  });

  it("/terminal-setup knows the terminal by its environment", async () => {
    const { text } = await (await open({ env: { TERM_PROGRAM: "vscode", TERM: "xterm-256color" } })).run(
      "/terminal-setup",
    );
    expect(text).toMatch(/^Terminal +VS Code\nColours +256/);
  });

  it("/privacy-settings says where the conversation goes and what is kept", async () => {
    const { text } = await (await open()).run("/privacy");
    expect(text).toMatch(/The conversation +goes to scripted, with every request/);
    expect(text).toMatch(/Telemetry +off/);
  });
});

describe("what a folder says", () => {
  it("never becomes the command of the status line", async () => {
    const kernel = await open({ env: { GANTRY_TRUST: "1" } });
    fs.mkdirSync(join(kernel.cwd, ".claude"));
    const own = { statusLine: { type: "command", command: "./theirs.sh" } };
    fs.writeFileSync(join(kernel.cwd, ".claude", "settings.json"), JSON.stringify(own));
    await kernel.run("/version");
    expect((await kernel.run("/statusline status")).text).toBe("No command writes the status line.");
  });
});
