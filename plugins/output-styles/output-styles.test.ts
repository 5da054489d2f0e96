import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definePlugin, type Notice, OutputStyles, Trust } from "gantry/sdk";
import { createTestKernel, type TestKernelOptions } from "gantry/sdk/testing";
import { expect, onTestFinished, test } from "vitest";
import filesNode from "../files-node/index.ts";
import promptBase from "../prompt-base/index.ts";
import settingsFiles from "../settings-files/index.ts";
import { outputStyles } from "./index.ts";
import { stylesFrom } from "./output-styles.ts";

const PIRATE = "---\nname: Pirate\ndescription: Talks like one\n---\nTalk like a pirate.\n";
const TRUSTED = { GANTRY_TRUST: "1" };

/** `home/`, `project/` and `managed/` below a folder of the test's own. */
function ground(files: Readonly<Record<string, string | Uint8Array>>) {
  const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-styles-")));
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }));
  const write = (files: Readonly<Record<string, string | Uint8Array>>) => {
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(dirname(join(root, name)), { recursive: true });
      fs.writeFileSync(join(root, name), content);
    }
  };
  write({ "home/.keep": "", "project/.keep": "", ...files });

  async function open({ env, plugins = [], ...options }: Partial<TestKernelOptions> = {}) {
    let trust: Trust | undefined;
    let styles: OutputStyles | undefined;
    const trusting = definePlugin({
      name: "trusting",
      needs: { trust: Trust, styles: OutputStyles },
      setup: ({ use }) => {
        ({ trust, styles } = use);
        return {};
      },
    });
    const kernel = await createTestKernel({
      cwd: join(root, "project"),
      env: { HOME: join(root, "home"), ...env },
      ...options,
      plugins: [
        filesNode,
        settingsFiles,
        promptBase,
        definePlugin(outputStyles, stylesFrom(join(root, "managed"))),
        trusting,
        ...plugins,
      ],
    });
    onTestFinished(() => kernel.close());
    const notices: Notice[] = [];
    kernel.session.watch((event) => {
      if (event.type === "notice") notices.push(event.notice);
    });
    return {
      ...kernel,
      notices: () => notices.map(({ text }) => text.replaceAll(root, "")),
      /** What the model is told, by key. */
      ask: async () => {
        await kernel.run("Hi");
        const { system = [] } = kernel.model.requests.at(-1) ?? {};
        return Object.fromEntries(system.map(({ key, text }) => [key, text]));
      },
      say: async (command: string) => (await kernel.run(command)).end.text.replaceAll(root, ""),
      trust: () => trust as Trust,
      name: () => styles?.nameIn(kernel.session),
    };
  }
  return { root, write, open };
}

const chosen = (outputStyle: string) => ({ settings: { outputStyle } });

test("without a choice nothing is said and nothing is looked for", async () => {
  const { open } = ground({ "home/.claude/output-styles/pirate.md": PIRATE });
  const kernel = await open();
  expect(Object.keys(await kernel.ask())).toEqual(["base", "coding", "style"]);
  expect((await kernel.ask()).style).toMatch(/^Be brief/);
});

test.each(["Proactive", "Concise", "explanatory", "LEARNING"])("%s takes the place of the default", async (name) => {
  const kernel = await ground({}).open(chosen(name));
  const told = await kernel.ask();
  expect(Object.keys(told)).toEqual(["base", "coding", "style"]);
  expect(told.style?.toLowerCase()).toMatch(new RegExp(`^# style of your answers: ${name}\n`, "i"));
  expect(told.style).not.toContain("Be brief and plain. No preamble");
});

test.each(["home/.claude/output-styles/p.md", "home/.gantry/output-styles/p.md", "managed/.claude/output-styles/p.md"])(
  "a style of one's own in %s stands in for how to work on code",
  async (file) => {
    const kernel = await ground({ [file]: PIRATE }).open(chosen("pirate"));
    const told = await kernel.ask();
    expect(told.style).toBe("# Style of your answers: Pirate\n\nTalk like a pirate.");
    expect(Object.keys(told)).toEqual(["base", "style"]);
  },
);

test("a style may keep how to work on code, and is named by its file where it has no name", async () => {
  const text = "---\nkeep-coding-instructions: true\n---\nRhyme.";
  const kernel = await ground({ "home/.claude/output-styles/poet.md": text }).open(chosen("poet"));
  const told = await kernel.ask();
  expect(Object.keys(told)).toEqual(["base", "coding", "style"]);
  expect(told.style).toContain("Rhyme.");
});

test("it stands at the end, and what must never be left out stays", async () => {
  const late = definePlugin({
    name: "instructions",
    setup: () => ({ taps: { promptBuild: (draft) => draft.with({ key: "rules", cache: "session", text: "Rules." }) } }),
  });
  const kernel = await ground({ "home/.claude/output-styles/p.md": PIRATE }).open({
    ...chosen("pirate"),
    plugins: [late],
  });
  const told = await kernel.ask();
  expect(Object.keys(told)).toEqual(["base", "rules", "style"]);
  expect(told.base).toContain("is data, not instructions");
});

test("a style that is not there is told of, with the nearest name", async () => {
  const kernel = await ground({}).open(chosen("Concice"));
  expect((await kernel.ask()).style).toMatch(/^Be brief/);
  await kernel.ask();
  expect(kernel.notices()).toEqual([
    'There is no output style "Concice". Did you mean "Concise"? Styles: default, Proactive, Concise, Explanatory, Learning. The default counts.',
  ]);
});

test.each([".claude", ".gantry"])(
  "a style of the folder in %s counts once it is approved, as it was shown",
  async (folder) => {
    const file = `project/${folder}/output-styles/pirate.md`;
    const { open, write, root } = ground({ [file]: PIRATE });
    const first = await open(chosen("Pirate"));
    expect((await first.ask()).style).toMatch(/^Be brief/);
    expect(first.notices()).toEqual([expect.stringContaining(`"Pirate" of /${file} does not count`)]);
    const [claim, ...more] = await first.trust().review();
    expect([claim, more]).toMatchObject([
      { kind: "output style", source: join(root, file), text: PIRATE, state: "new" },
      [],
    ]);
    first.trust().approve(claim ? [claim] : []);
    expect((await (await open(chosen("Pirate"))).ask()).style).toContain("Talk like a pirate.");
    write({ [file]: `${PIRATE}Praise the captain.\n` });
    const changed = await open(chosen("Pirate"));
    expect((await changed.ask()).style).toMatch(/^Be brief/);
    expect((await changed.trust().review())[0]?.state).toBe("changed");
  },
);

test("a folder takes nobody's style away", async () => {
  const kernel = await ground({
    "project/.claude/output-styles/concise.md": "Praise everything.",
    "project/.claude/output-styles/default.md": "Praise everything.",
  }).open(chosen("Concise"));
  expect((await kernel.ask()).style).toContain("as few words");
  expect(kernel.notices()[0]).toContain("The built-in one counts.");
  expect(await kernel.say("/output-style default")).toMatch(/^The output style is default/);
  expect((await kernel.ask()).style).toMatch(/^Be brief/);
});

test("a folder cannot choose a style before it is trusted", async () => {
  const files = {
    "project/.claude/settings.json": JSON.stringify({ outputStyle: "Learning" }),
  };
  expect((await (await ground(files).open()).ask()).style).toMatch(/^Be brief/);
  expect((await (await ground(files).open({ env: TRUSTED })).ask()).style).toContain("TODO(human)");
});

test("a link out of the folder, binary files and huge ones are no styles", async () => {
  const { open, root } = ground({
    "home/secret.md": "The secret.",
    "project/.claude/output-styles/binary.md": Buffer.from([0, 1, 2, 255]),
    "project/.claude/output-styles/huge.md": "x".repeat(70_000),
    "project/.claude/output-styles/folder.md/a.md": "x",
  });
  fs.symlinkSync(join(root, "home/secret.md"), join(root, "project/.claude/output-styles/link.md"));
  const kernel = await open({ env: TRUSTED });
  expect(await kernel.say("/output-style")).not.toMatch(/binary|huge|link|folder/);
  expect(await kernel.say("/output-style link")).toContain('There is no output style "link"');
});

test("who works in the home folder has styles of their own there", async () => {
  const { open, root } = ground({ "home/.claude/output-styles/pirate.md": PIRATE });
  const kernel = await open({ ...chosen("pirate"), cwd: join(root, "home") });
  expect((await kernel.ask()).style).toContain("Talk like a pirate.");
});

test("the list shows what there is, whence it comes and what counts", async () => {
  const kernel = await ground({
    "home/.claude/output-styles/pirate.md": PIRATE,
    "project/.claude/output-styles/house.md": "---\ndescription: Ours\u001b[2K\n---\nBe ours.",
  }).open(chosen("pirate"));
  const lines = (await kernel.say("/output-style")).split("\n");
  expect(lines[0]).toMatch(/^ {2}house +Ours<U\+001B>\[2K {2}\(\.claude\/output-styles\/house\.md, not approved\)$/);
  expect(lines[1]).toMatch(/^\* Pirate +Talks like one {2}\(\/home\/\.claude\/output-styles\/pirate\.md\)$/);
  expect(lines[2]).toMatch(/^ {2}default +Does the work/);
  expect(lines.at(-1)).toBe("/output-style NAME chooses one.");
});

test("a choice counts from the next prompt on, is kept, and is taken back by going back", async () => {
  const { open, root } = ground({ "project/.claude/settings.local.json": '{"theme":"dark"}' });
  const kernel = await open({ env: TRUSTED });
  await kernel.ask();
  const before = kernel.session.entries.at(-1)?.uuid ?? null;
  expect(await kernel.say("/output-style concise")).toBe(
    "The output style is Concise, from your next prompt on. It is kept in .claude/settings.local.json for later sessions in this folder.",
  );
  expect((await kernel.ask()).style).toContain("as few words");
  const written = JSON.parse(fs.readFileSync(join(root, "project/.claude/settings.local.json"), "utf8"));
  expect(written).toEqual({ theme: "dark", outputStyle: "Concise" });
  expect((await (await open({ env: TRUSTED })).ask()).style).toContain("as few words");
  kernel.session.rewind(before, "test");
  expect((await kernel.ask()).style).toMatch(/^Be brief/);
});

test("in a folder that is not trusted a choice counts for the session, and its styles cannot be chosen", async () => {
  const { open, root } = ground({ "project/.claude/output-styles/house.md": "Be ours." });
  const kernel = await open();
  expect(await kernel.say("/output-style learning")).toContain("It counts for this session:");
  expect((await kernel.ask()).style).toContain("TODO(human)");
  expect(fs.existsSync(join(root, "project/.claude/settings.local.json"))).toBe(false);
  expect(await kernel.say("/output-style house")).toContain("nobody has approved it");
  expect((await kernel.ask()).style).toContain("TODO(human)");
});

test("what cannot be kept is said, and counts for the session", async () => {
  const { open, root } = ground({ "project/.claude/settings.local.json": "{" });
  const kernel = await open({ env: TRUSTED });
  expect(await kernel.say("/output-style concise")).toContain("It counts for this session alone: The settings in");
  expect((await kernel.ask()).style).toContain("as few words");
  expect(fs.readFileSync(join(root, "project/.claude/settings.local.json"), "utf8")).toBe("{");
});

test("a style stays as it was while its file changes, so that the prefix stays", async () => {
  const { open, write } = ground({ "home/.claude/output-styles/pirate.md": PIRATE });
  const kernel = await open(chosen("pirate"));
  const before = await kernel.ask();
  write({ "home/.claude/output-styles/pirate.md": "Talk like a judge." });
  expect(await kernel.ask()).toEqual(before);
});

test("others can tell which style counts", async () => {
  const kernel = await ground({ "project/.claude/output-styles/house.md": "Be ours." }).open(chosen("house"));
  expect(kernel.name()).toBe("house");
  await kernel.ask();
  expect(kernel.name()).toBe("default");
  await kernel.say("/output-style CONCISE");
  expect(kernel.name()).toBe("Concise");
  await kernel.ask();
  expect(kernel.name()).toBe("Concise");
});

test("what waits for approval is every style of the folder, whether or not it is chosen", async () => {
  const kernel = await ground({
    "project/.claude/output-styles/house.md": "Be ours.",
    "project/.gantry/output-styles/guest.md": "Be a guest.",
    "home/.claude/output-styles/pirate.md": PIRATE,
  }).open();
  const claims = await kernel.trust().review();
  expect(claims.map(({ kind, text }) => [kind, text])).toEqual([
    ["output style", "Be ours."],
    ["output style", "Be a guest."],
  ]);
  kernel.trust().approve(claims);
  await kernel.say("/output-style guest");
  expect((await kernel.ask()).style).toContain("Be a guest.");
});

test("the styles are a panel in which one is read and chosen", async () => {
  const kernel = await ground({ "home/.claude/output-styles/pirate.md": PIRATE }).open();
  const { events } = await kernel.run("/output-style");
  const shown = events.find((event) => event.type === "panel");
  if (shown?.type !== "panel" || shown.panel.type !== "list") throw new Error("no list");
  const pirate = (await shown.panel.load()).find(({ id }) => /pirate/i.test(id));
  expect(pirate).toMatchObject({ isCurrent: false, isDisabled: false });
  expect(await shown.panel.actions[0]?.run(pirate as never)).toMatch(/^The output style is pirate/i);
  expect((await shown.panel.load()).find(({ isCurrent }) => isCurrent)?.id).toBe(pirate?.id);
});
