// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders look like that
import fs from "node:fs";
import { join } from "node:path";
import { scriptedModel } from "gantry/sdk/testing";
import { describe, expect, test } from "vitest";
import execNode from "../exec-node/index.ts";
import hookScripts from "../hook-scripts/index.ts";
import modelBudget from "../model-budget/index.ts";
import { ground, TRUSTED } from "./test-kit.ts";

const OWN = "home/.claude/skills";
const PROJECT = "project/.claude/skills";
const COMMANDS = "home/.claude/commands";
const skill = (more: string, body = "Do it.") => `---\ndescription: Does it\n${more}\n---\n${body}`;

describe("several skills in one line", () => {
  const files = {
    [`${OWN}/one/SKILL.md`]: skill("allowed-tools: Bash(make *)\nmodel: scripted/small", "First: $ARGUMENTS."),
    [`${OWN}/two/SKILL.md`]: skill("allowed-tools: Bash(ls)", "Second."),
    [`${OWN}/quiet/SKILL.md`]: skill("user-invocable: false", "Quiet."),
    [`${COMMANDS}/plain.md`]: "Plain.",
  };
  const lead = (name: string) => `The files of this skill lie in /home/.claude/skills/${name}\n\n`;

  test("are one prompt, each with what stands behind the last", async () => {
    const kernel = await ground(files).open();
    const expected = `${lead("one")}First: do it now.\n\n${lead("two")}Second.\n\nARGUMENTS: do it now`;
    expect(await kernel.sent("/one /two do it now")).toBe(expected);
    expect(kernel.model.requests.at(-1)?.model.id).toBe("small");
  });

  test("all allow what they allow, until the next message", async () => {
    const kernel = await ground(files).open();
    kernel.model.push(
      { calls: [{ name: "Bash", input: { command: "make all" } }] },
      { calls: [{ name: "Bash", input: { command: "ls" } }] },
      { text: "Done." },
    );
    const { results } = await kernel.run("/one /two");
    expect(results.map(({ outcome }) => outcome)).toEqual(["ok", "ok"]);
    expect((await kernel.call("Bash", { command: "make all" })).outcome).toBe("denied");
  });

  test.each([
    ["/one /src/two.ts", "First: /src/two.ts."],
    ["/one /plain", "First: /plain."],
    ["/one /quiet", "First: /quiet."],
    ["/one and /two", "First: and /two."],
  ])("%s is one with words behind it", async (typed, expected) => {
    const kernel = await ground(files).open();
    expect(await kernel.sent(typed)).toBe(lead("one") + expected);
  });

  test("are six at most", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const kernel = await ground(
      Object.fromEntries(names.map((name) => [`${OWN}/${name}/SKILL.md`, skill("", `${name}: $ARGUMENTS`)])),
    ).open();
    const sent = await kernel.sent("/a /b /c /d /e /f /g go");
    expect(sent.match(/^\w: .*$/gm)).toEqual(names.slice(0, 6).map((name) => `${name}: /g go`));
  });

  test("are not sent where a command of one of them fails", async () => {
    const kernel = await ground({ ...files, [`${OWN}/bad/SKILL.md`]: skill("allowed-tools: Bash", "!`fail`") }).open();
    expect(await kernel.say("/one /bad")).toContain('its command "fail" failed');
    expect(kernel.model.requests).toHaveLength(0);
  });
});

describe("the effort that a file asks for", () => {
  const files = {
    [`${OWN}/hard/SKILL.md`]: skill("effort: high", "${CLAUDE_EFFORT}"),
    [`${COMMANDS}/easy.md`]: "---\neffort: low\n---\nEasy.",
    [`${COMMANDS}/odd.md`]: "---\neffort: enormous\n---\nOdd.",
  };
  const efforts = ({ model }: { readonly model: ReturnType<typeof scriptedModel> }) =>
    model.requests.map(({ effort }) => effort);

  test("is asked for in its turn, and the settings' in all others", async () => {
    const kernel = await ground(files).open({ plugins: [modelBudget], settings: { effortLevel: "medium" } });
    kernel.model.push({ calls: [{ name: "Bash", input: { command: "ls" } }] }, { text: "Done." });
    expect(await kernel.sent("/hard")).toMatch(/\nhigh$/);
    await kernel.run("/easy");
    await kernel.run("/odd");
    await kernel.run("Hi");
    expect(efforts(kernel)).toEqual(["high", "high", "low", "medium", "medium"]);
  });

  test("holds from the next request on, where the model loads a skill", async () => {
    const kernel = await ground(files).open({
      plugins: [modelBudget],
      settings: { permissions: { allow: ["Skill"] } },
    });
    await kernel.call("Skill", { skill: "hard" });
    expect(efforts(kernel)).toEqual([undefined, "high"]);
  });
});

describe("hooks of a file", () => {
  const hooks = (more = "", event = "PreToolUse", command = 'echo ran >> "$CLAUDE_PROJECT_DIR/log.txt"') =>
    skill(
      `allowed-tools: Bash\nhooks:\n  ${event}:\n    - matcher: Bash\n      hooks:\n        - type: command\n          command: ${JSON.stringify(command)}\n${more}`,
    );
  const plugins = [execNode, hookScripts];
  const logged = (root: string) => {
    const log = join(root, "project/log.txt");
    return fs.existsSync(log) ? fs.readFileSync(log, "utf8").trim().split("\n").length : 0;
  };
  const twice = [
    { calls: [{ name: "Bash", input: { command: "a" } }] },
    { calls: [{ name: "Bash", input: { command: "b" } }] },
    { text: "Done." },
  ];

  test("run until the person's next message", async () => {
    const { open, root } = ground({ [`${OWN}/watched/SKILL.md`]: hooks() });
    const kernel = await open({ plugins, settings: { permissions: { allow: ["Bash"] } } });
    kernel.model.push(...twice);
    await kernel.run("/watched");
    expect(logged(root)).toBe(2);
    await kernel.call("Bash", { command: "c" });
    expect(logged(root)).toBe(2);
  });

  test("run no more than once where they say so", async () => {
    const { open, root } = ground({ [`${OWN}/watched/SKILL.md`]: hooks("          once: true") });
    const kernel = await open({ plugins });
    kernel.model.push(...twice);
    await kernel.run("/watched");
    expect(logged(root)).toBe(1);
  });

  test("may deny, also where the model has loaded the skill", async () => {
    const { open } = ground({ [`${OWN}/strict/SKILL.md`]: hooks("", "PreToolUse", "echo no >&2; exit 2") });
    const kernel = await open({ plugins, settings: { permissions: { allow: ["Skill", "Bash"] } } });
    kernel.model.push(
      { calls: [{ name: "Skill", input: { skill: "strict" } }] },
      { calls: [{ name: "Bash", input: { command: "a" } }] },
      { text: "Done." },
    );
    const { results } = await kernel.run("Go.");
    expect(results.map(({ outcome }) => outcome)).toEqual(["ok", "denied"]);
  });

  test("of a folder do not run before they are approved, word for word", async () => {
    const { open, root, write } = ground({ [`${PROJECT}/watched/SKILL.md`]: hooks() });
    const kernel = await open({ plugins });
    kernel.model.push(...twice);
    await kernel.run("/watched");
    expect(logged(root)).toBe(0);
    expect(kernel.notices()).toContain(
      "/watched allows nothing and adds no hooks by itself: nobody has approved what /project/.claude/skills/watched/SKILL.md asks for.",
    );
    const claims = await kernel.trust().review();
    expect(claims.map(({ text }) => text)).toEqual([
      'allows Bash\nhooks PreToolUse {"matcher":"Bash","hooks":[{"type":"command","command":"echo ran >> \\"$CLAUDE_PROJECT_DIR/log.txt\\""}]}',
    ]);
    kernel.trust().approve(claims);
    const approving = await open({ plugins });
    approving.model.push(...twice);
    await approving.run("/watched");
    expect(logged(root)).toBe(2);
    write({ [`${PROJECT}/watched/SKILL.md`]: hooks("          timeout: 5") });
    approving.model.push(...twice);
    await approving.run("/watched");
    expect(logged(root)).toBe(2);
  });

  test("that nobody can read are told, and the others run", async () => {
    const file = skill("hooks:\n  NoSuchEvent: []\n  Stop: 7");
    const kernel = await ground({ [`${OWN}/odd/SKILL.md`]: file }).open({ plugins });
    expect(await kernel.sent("/odd")).toMatch(/Do it\.$/);
    expect(kernel.notices().join("\n")).toContain('there is no hook event "NoSuchEvent"');
    expect(kernel.notices().join("\n")).toContain("hooks.Stop is no list");
  });

  test("are nothing where no plugin runs hooks", async () => {
    const kernel = await ground({ [`${OWN}/watched/SKILL.md`]: hooks() }).open();
    expect(await kernel.sent("/watched")).toMatch(/Do it\.$/);
  });
});

test("what else other hosts let a file say is no mistake", async () => {
  const more =
    "license: MIT\ncompatibility: any\nmetadata:\n  author: somebody\nagent: Explore\nbackground: true\nversion: 1";
  const kernel = await ground({ [`${OWN}/rich/SKILL.md`]: skill(more) }).open({ env: TRUSTED, model: scriptedModel() });
  expect(await kernel.sent("/rich")).toMatch(/Do it\.$/);
  expect(kernel.notices()).toEqual([]);
});
