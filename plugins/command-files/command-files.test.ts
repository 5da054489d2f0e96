import fs from "node:fs";
import { join } from "node:path";
import { Commands, definePlugin } from "gantry/sdk";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ground, TRUSTED } from "./test-kit.ts";

const AT = "project/.claude/commands";

describe("a markdown file", () => {
  test("is a command, with its folder before its name", async () => {
    const { open } = ground({
      [`${AT}/review.md`]: "---\ndescription: Looks at it\nargument-hint: [file]\n---\nReview $ARGUMENTS.",
      [`${AT}/git/sub/tidy.md`]: "Tidy up.",
      "home/.claude/commands/mine.md": "Do mine.",
      "managed/.claude/commands/ours.md": "Do ours.",
    });
    const kernel = await open();
    expect(await kernel.sent("/review src/a.ts now")).toBe("Review src/a.ts now.");
    expect(await kernel.sent("/git:sub:tidy")).toBe("Tidy up.");
    expect(await kernel.sent("/mine")).toBe("Do mine.");
    expect(await kernel.sent("/ours thing")).toBe("Do ours.\n\nARGUMENTS: thing");
  });

  test.each([
    ["---\ndescription: Use when: asked\nmodel: a: b\n---\nGo.", "Use when: asked"],
    [
      '---\ndescription: Examples: <example>user: "x: y" <commentary>hm</commentary></example>\n---\nGo.',
      'Examples: <example>user: "x: y"',
    ],
    ["---\r\ndescription: With returns\r\n---\r\nGo.", "With returns"],
    ["\ufeff---\ndescription: With a mark\n---\nGo.", "With a mark"],
    ["---\ndescription: [broken\n  - yaml: {\n---\nGo.", "[broken - yaml: {"],
    ["Go.", "Go."],
    ["# A title\n\nGo.", "A title"],
    ["---\ndescription: never closed\nGo.", "---"],
    ["---\n\tdescription: tabs\n---\nGo.", "Go."],
    ["---\ndescription: 42\nallowed-tools: 7\n---\nGo.", "42"],
    ["", "odd"],
  ])("that people have written like %j is one, too", async (text, description) => {
    const kernel = await ground({ [`${AT}/odd.md`]: text, [`${AT}/fine.md`]: "Fine." }).open();
    expect(await kernel.say("/commands")).toContain(`/odd   ${description}`);
    expect(await kernel.sent("/fine")).toBe("Fine.");
    if (text) expect(await kernel.sent("/odd")).toMatch(/Go\.$/);
  });

  test("of the project may lie above, up to the root of the repository", async () => {
    const { open, root } = ground({
      "project/.claude/commands/top.md": "From the top.",
      "project/.claude/commands/both.md": "From the top.",
      "project/app/.claude/commands/both.md": "From the app.",
      ".claude/commands/outside.md": "From outside.",
    });
    const kernel = await open({ cwd: join(root, "project/app") });
    expect(await kernel.sent("/top")).toBe("From the top.");
    expect(await kernel.sent("/both")).toBe("From the app.");
    expect(await kernel.say("/outside")).toContain("There is no command /outside.");
  });

  test("may have dots in its name, and other letters; blanks it may not have", async () => {
    const kernel = await ground({
      [`${AT}/plan.all.md`]: "Plan.",
      [`${AT}/über.md`]: "Über.",
      [`${AT}/a b.md`]: "No.",
    }).open();
    expect(await kernel.sent("/plan.all")).toBe("Plan.");
    expect(await kernel.sent("/über")).toBe("Über.");
    expect(await kernel.sent("/readme.txt is a file")).toBe("/readme.txt is a file");
  });

  test("that leads out of its project, is huge or binary is none, and hides no other", async () => {
    const { open, root } = ground({
      [`${AT}/fine.md`]: "Fine.",
      [`${AT}/huge.md`]: "x".repeat(600_000),
      [`${AT}/binary.md`]: "\0\u0001\u0002",
      "home/secret.md": "Secret.",
    });
    fs.symlinkSync(join(root, "home/secret.md"), join(root, AT, "link.md"));
    const listed = await (await open()).say("/commands");
    expect(listed).toContain("/fine");
    expect(listed).not.toMatch(/huge|binary|link/);
  });
});

describe("of two of one name", () => {
  test("an administrator's goes before the person's, and that before the project's", async () => {
    const { open } = ground({
      [`${AT}/a.md`]: "Project.",
      "home/.claude/commands/a.md": "Personal.",
      "managed/.claude/commands/a.md": "Managed.",
      [`${AT}/b.md`]: "Project.",
      "home/.claude/commands/b.md": "Personal.",
    });
    const kernel = await open();
    expect(await kernel.sent("/a")).toBe("Managed.");
    expect(await kernel.sent("/b")).toBe("Personal.");
  });

  test("a skill goes before", async () => {
    const { open } = ground({ [`${AT}/a.md`]: "Command.", "project/.claude/skills/a/SKILL.md": "Skill." });
    const kernel = await open();
    expect(await kernel.sent("/a")).toMatch(/Skill\.$/);
    expect(await kernel.say("/commands")).toContain("the skill of this name goes before");
  });

  test("a built-in one goes before, under its other names too, and that is told once", async () => {
    const built = definePlugin({
      name: "built",
      commands: { hello: { description: "", aliases: ["hi"] } },
      setup: () => ({ commands: { hello: () => "built in" } }),
    });
    const { open } = ground({ [`${AT}/hello.md`]: "Mine.", [`${AT}/hi.md`]: "Mine." });
    const kernel = await open({ plugins: [built] });
    expect(await kernel.say("/hello")).toBe("built in");
    expect(await kernel.say("/hi")).toBe("built in");
    await kernel.say("/commands");
    expect(kernel.notices()).toEqual([
      `/hello of /${AT}/hello.md does not count: there is a built-in command of this name.`,
      `/hi of /${AT}/hi.md does not count: there is a built-in command of this name.`,
    ]);
  });
});

test("what is called as the commands that list them hides none of these, and keeps no other away", async () => {
  const { open } = ground({
    [`${AT}/skills.md`]: "Mine.",
    [`${AT}/commands.md`]: "Mine.",
    [`${AT}/fine.md`]: "Fine.",
    "project/.claude/skills/commands/SKILL.md": "Mine.",
    "project/.claude/skills/skills/SKILL.md": "Mine.",
    "project/.claude/skills/good/SKILL.md": "Good.",
  });
  const kernel = await open();
  expect(await kernel.sent("/fine")).toBe("Fine.");
  expect(await kernel.sent("/good")).toMatch(/Good\.$/);
  expect(await kernel.say("/commands")).toContain("/fine");
  expect(await kernel.say("/skills")).toContain("good");
  expect(kernel.notices()).toHaveLength(4);
});

describe("commands in a prompt", () => {
  const status = {
    "home/.claude/commands/st.md": "---\nallowed-tools: Bash(git status:*)\n---\nNow: !`git status -s` $ARGUMENTS",
  };

  test("run where the file allows them, and their output stands in their place", async () => {
    const kernel = await ground(status).open();
    expect(await kernel.sent("/st !`reboot` $0")).toBe("Now: <git status -s> !`reboot` $0");
    expect(kernel.ran).toEqual(["git status -s"]);
  });

  test("are never asked for: what the rules do not allow refuses the whole prompt", async () => {
    const asked = vi.fn(() => ({ decision: "allow" as const }));
    const kernel = await ground({ "home/.claude/commands/rm.md": "!`git status`\n!`rm -rf x`" }).open({
      answer: asked,
      settings: { permissions: { allow: ["Bash(git status)"] } },
    });
    const { end } = await kernel.run("/rm");
    expect(end.reason).toBe("refused");
    expect(end.text).toContain('/rm failed: its command "rm -rf x" may not run unasked');
    expect(kernel.ran).toEqual(["git status"]);
    expect(asked).not.toHaveBeenCalled();
    expect(kernel.model.requests).toHaveLength(0);
  });

  test("that a rule denies are refused, whatever the file allows", async () => {
    const kernel = await ground(status).open({ settings: { permissions: { deny: ["Bash(git:*)"] } } });
    expect(await kernel.say("/st")).toContain("may not run unasked");
    expect(kernel.ran).toEqual([]);
  });

  test("that fail refuse the whole prompt, and what the file allows is taken back", async () => {
    const kernel = await ground({ "home/.claude/commands/f.md": "---\nallowed-tools: Bash\n---\n!`fail now`" }).open();
    expect(await kernel.say("/f")).toMatch(/its command "fail now" failed: Exit code 1\nno such thing/);
    expect((await kernel.call("Bash", { command: "make" })).outcome).toBe("denied");
  });

  test("get what was typed as words and never as commands", async () => {
    const kernel = await ground({
      "home/.claude/commands/pr.md": "---\nallowed-tools: Bash(gh pr view *)\n---\n!`gh pr view $0`",
    }).open();
    expect(await kernel.sent('/pr "1; rm -rf ~"')).toBe("<gh pr view '1; rm -rf ~'>");
  });

  test("do not run where they are turned off, and the prompt says so", async () => {
    const { open, write } = ground(status);
    const settings = { disableSkillShellExecution: true };
    expect(await (await open({ settings })).sent("/st")).toBe(
      "Now: [commands in prompts are turned off: disableSkillShellExecution] ",
    );
    write({ "managed/.claude/commands/st.md": status["home/.claude/commands/st.md"] });
    expect(await (await open({ settings })).sent("/st")).toContain("<git status -s>");
  });
});

describe("what a file allows", () => {
  const deploy = {
    "home/.claude/commands/go.md":
      "---\nallowed-tools:\n  - Bash(make *)\n  - Bash (broken\ndisallowed-tools: Bash(make clean)\n---\nGo.",
  };

  test("holds until the person's next message, and what it forbids does as well", async () => {
    const kernel = await ground(deploy).open();
    kernel.model.push(
      { calls: [{ name: "Bash", input: { command: "make all" } }] },
      { calls: [{ name: "Bash", input: { command: "make clean" } }] },
      { text: "Done." },
    );
    const { results } = await kernel.run("/go");
    expect(results.map(({ outcome }) => outcome)).toEqual(["ok", "denied"]);
    expect(kernel.notices().join()).toContain("It allows nothing.");
    expect((await kernel.call("Bash", { command: "make all" })).outcome).toBe("denied");
  });

  test("holds for its own prompt alone: whoever asks for it and sends another one is allowed nothing", async () => {
    let commands: Commands | undefined;
    const other = definePlugin({
      name: "other",
      needs: { commands: Commands },
      setup: ({ use }) => {
        commands = use.commands;
        return {};
      },
    });
    const kernel = await ground(deploy).open({ plugins: [other] });
    const made = kernel.call("Bash", { command: "make all" });
    expect((await made).outcome).toBe("denied");
    expect(await commands?.run(kernel.session, "go", "")).toEqual({ prompt: "Go." });
    expect((await kernel.call("Bash", { command: "make all" })).outcome).toBe("denied");
    await commands?.run(kernel.session, "go", "");
    kernel.model.push({ calls: [{ name: "Bash", input: { command: "make all" } }] }, { text: "Done." });
    expect((await kernel.run("Go.")).results[0]?.outcome).toBe("ok");
  });

  test("holds for what a job's end starts in between", async () => {
    const kernel = await ground(deploy).open({ answer: () => undefined });
    await kernel.run("/go");
    kernel.model.push({ calls: [{ name: "Bash", input: { command: "make all" } }] }, { text: "Done." });
    const outcome = new Promise((resolve) => {
      kernel.session.watch((event) => event.type === "tool_end" && resolve(event.result.outcome));
    });
    kernel.session.enqueue({ content: [{ type: "text", text: "A job has ended." }], origin: "plugin", isMeta: true });
    expect(await outcome).toBe("ok");
  });
});

describe("a folder that nobody has trusted", () => {
  const files = {
    [`${AT}/plain.md`]: "---\nallowed-tools: Bash\n---\nJust text.",
    [`${AT}/shell.md`]: "---\nallowed-tools: Bash(ls:*)\n---\nFiles: !`ls`",
  };

  test("sends its text, and neither allows nor runs anything", async () => {
    const kernel = await ground(files).open({ settings: { permissions: { allow: ["Bash(ls)"] } } });
    expect(await kernel.sent("/plain")).toBe("Just text.");
    expect(kernel.notices()).toEqual([
      `/plain allows nothing by itself: nobody has approved what /${AT}/plain.md asks for.`,
    ]);
    expect((await kernel.call("Bash", { command: "make" })).outcome).toBe("denied");
    expect(await kernel.say("/shell")).toContain(`nobody has approved that: /${AT}/shell.md came with this folder`);
    expect(kernel.ran).toEqual([]);
  });

  test("asks for what it would run and allow, and what is approved is exactly that", async () => {
    const { open, write } = ground(files);
    const kernel = await open();
    const claims = await kernel.trust().review();
    expect(claims.map(({ kind, text }) => [kind, text])).toEqual([
      ["command", "allows Bash"],
      ["command", "allows Bash(ls:*)\nruns ls"],
    ]);
    kernel.trust().approve(claims);
    expect(await kernel.sent("/shell")).toBe("Files: <ls>");
    write({ [`${AT}/shell.md`]: "---\nallowed-tools: Bash(ls:*)\n---\nOther words: !`ls`" });
    expect(await kernel.sent("/shell")).toBe("Other words: <ls>");
    write({ [`${AT}/shell.md`]: "---\nallowed-tools: Bash(ls:*)\n---\n!`ls -a`" });
    expect(await kernel.say("/shell")).toContain("nobody has approved that");
  });

  test("may do both once it is trusted as a whole", async () => {
    const kernel = await ground(files).open({ env: TRUSTED });
    expect(await kernel.sent("/shell")).toBe("Files: <ls>");
  });
});

test("what a prompt names with @ is brought beside it", async () => {
  const kernel = await ground({ [`${AT}/see.md`]: "Look at @notes.txt.", "project/notes.txt": "Buy milk." }).open();
  expect(await kernel.sent("/see")).toMatch(/^Look at @notes\.txt\.[\s\S]*Buy milk\./);
});

test("a file asks for another model for its turn alone", async () => {
  const kernel = await ground({
    [`${AT}/fast.md`]: "---\nmodel: scripted/small\n---\nFast.",
    [`${AT}/lost.md`]: "---\nmodel: nobody/none\n---\nLost.",
  }).open();
  await kernel.run("/fast");
  expect(kernel.model.requests.at(-1)?.model.id).toBe("small");
  await kernel.run("Again");
  expect(kernel.model.requests.at(-1)?.model.id).not.toBe("small");
  await kernel.run("/lost");
  expect(kernel.notices().join()).toContain("The session's model goes on:");
});

test("new files, changed ones and those that are gone are noticed", async () => {
  const { open, write, root } = ground({ [`${AT}/a.md`]: "One." });
  const kernel = await open();
  expect(await kernel.sent("/a")).toBe("One.");
  write({ [`${AT}/a.md`]: "Two.", [`${AT}/b.md`]: "New." });
  expect(await kernel.sent("/a")).toBe("Two.");
  await vi.waitFor(async () => expect(await kernel.sent("/b")).toBe("New."), { timeout: 5_000 });
  fs.rmSync(join(root, AT, "b.md"));
  await vi.waitFor(async () => expect(await kernel.say("/b")).toContain("There is no command /b."), { timeout: 5_000 });
  fs.rmSync(join(root, AT, "a.md"));
  await vi.waitFor(async () => expect(await kernel.say("/commands")).toContain("There are no commands in files."));
});

test("a folder that is made later is found with the next prompt", async () => {
  const { open, write } = ground({});
  const kernel = await open();
  expect(await kernel.say("/late")).toContain("There is no command /late.");
  write({ [`${AT}/late.md`]: "Late." });
  await kernel.run("Anything");
  expect(await kernel.sent("/late")).toBe("Late.");
});

test("what commands say of themselves is kept between starts, and their text is not", async () => {
  const { open, root, write } = ground({
    [`${AT}/git/a.md`]: "---\ndescription: Old words\n---\nOne.",
    [`${AT}/b.md`]: "# Title\n\nTwo.",
  });
  const index = join(root, "home/.gantry/cache/commands.json");
  const later = Date.now() + 60_000;
  vi.spyOn(Date, "now").mockImplementation(() => later);
  onTestFinished(() => void vi.restoreAllMocks());
  const described = async () => {
    let commands: Commands | undefined;
    const other = definePlugin({
      name: "other",
      needs: { commands: Commands },
      setup: ({ use }) => {
        commands = use.commands;
        return {};
      },
    });
    const kernel = await open({ plugins: [other] });
    await kernel.run("Hi");
    const all = commands?.list(kernel.session) ?? [];
    return all.flatMap(({ name, description }) => (/^(b|git:a)$/.test(name) ? [description] : []));
  };
  expect(await described()).toEqual(["Title", "Old words"]);
  const text = fs.readFileSync(index, "utf8");
  expect(text).not.toMatch(/One\.|Two\./);
  fs.writeFileSync(index, text.replace("Title", "Kept"));
  write({ [`${AT}/git/a.md`]: "---\ndescription: New words\n---\nOne." });
  expect(await described()).toEqual(["Kept", "New words"]);
});
