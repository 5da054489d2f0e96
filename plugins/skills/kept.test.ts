import fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ground, TRUSTED } from "./test-kit.ts";

const OWN = "home/.claude/skills";
const PROJECT = "project/.claude/skills";
const INDEX = "home/.gantry/cache/skills.json";
const skill = (description: string) => `---\ndescription: ${description}\n---\nDo it.`;

/** A file counts as written long enough ago to be kept. */
beforeEach(() => {
  const later = Date.now() + 60_000;
  vi.spyOn(Date, "now").mockImplementation(() => later);
});
afterEach(() => vi.restoreAllMocks());

function kept(files: Readonly<Record<string, string>>) {
  const { root, write, open } = ground(files);
  const index = join(root, INDEX);
  return {
    root,
    write,
    open,
    index,
    at: (name: string) => join(root, name),
    listing: async () => (await open()).listing(),
    text: () => fs.readFileSync(index, "utf8"),
    /** What is kept says otherwise than the files: whoever tells it has read no file. */
    forge: (from: string, to: string) => fs.writeFileSync(index, fs.readFileSync(index, "utf8").replaceAll(from, to)),
  };
}

describe("what skills say of themselves", () => {
  test("is kept for the person alone, and is told from there at the next start", async () => {
    const { listing, index, forge, root } = kept({
      [`${OWN}/a/SKILL.md`]: skill("From the file"),
      [`${PROJECT}/b/SKILL.md`]: skill("Of the project"),
    });
    expect(await listing()).toContain("- a: From the file\n- b: Of the project");
    expect(fs.statSync(index).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(join(root, "home/.gantry/cache"))).toEqual(["skills.json"]);
    forge("From the file", "From the index");
    expect(await listing()).toContain("- a: From the index\n- b: Of the project");
  });

  test("is read anew from a file that was changed, and what is gone is told no more", async () => {
    const { listing, write, at, text } = kept({
      [`${OWN}/a/SKILL.md`]: skill("Old words"),
      [`${OWN}/b/SKILL.md`]: skill("Will go"),
    });
    await listing();
    write({ [`${OWN}/a/SKILL.md`]: skill("New words, and more of them") });
    fs.rmSync(at(`${OWN}/b`), { recursive: true });
    expect(await listing()).toMatch(/says\.\n- a: New words, and more of them$/);
    expect(text()).not.toMatch(/Old words|Will go/);
  });

  test("is read anew from a file of the same length whose time was put back", async () => {
    const { listing, write, at } = kept({ [`${OWN}/a/SKILL.md`]: skill("Old words") });
    const file = at(`${OWN}/a/SKILL.md`);
    const putBack = () => {
      fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
      const { ino, size, mtimeNs } = fs.statSync(file, { bigint: true });
      return { ino, size, mtimeNs };
    };
    const before = putBack();
    await listing();
    write({ [`${OWN}/a/SKILL.md`]: skill("New words") });
    expect(putBack()).toEqual(before);
    expect(await listing()).toContain("- a: New words");
  });

  test("is not kept of a file that was written a moment ago, whose next change may have the same time", async () => {
    vi.restoreAllMocks();
    const { listing, index } = kept({ [`${OWN}/a/SKILL.md`]: skill("Fresh") });
    expect(await listing()).toContain("- a: Fresh");
    expect(fs.existsSync(index)).toBe(false);
  });

  test("is all that is kept: what is called is read, and nothing kept allows or runs anything", async () => {
    const { listing, open, write, forge } = kept({ [`${PROJECT}/a/SKILL.md`]: skill("Quiet") });
    await listing();
    forge('"mayAsk":false', '"mayAsk":true,"allowedTools":["Bash"],"commands":["make"],"body":"!`make`"');
    const kernel = await open({ env: TRUSTED });
    expect(await kernel.listing()).toContain("- a: Quiet");
    expect(await kernel.sent("/a")).toMatch(/Do it\.$/);
    expect((await kernel.call("Bash", { command: "make" })).outcome).toBe("denied");
    write({ [`${PROJECT}/a/SKILL.md`]: "---\ndescription: Loud\n---\nNow !`ls`" });
    expect((await (await open()).trust().review()).map(({ text }) => text)).toEqual(["runs ls"]);
  });

  test("hides nothing that has to be approved: where it says that a file asks for nothing, the file is not approved", async () => {
    const { listing, open, forge } = kept({ [`${PROJECT}/a/SKILL.md`]: "---\ndescription: A\n---\n!`ls`" });
    await listing();
    forge('"mayAsk":true', '"mayAsk":false');
    const kernel = await open();
    expect(await kernel.trust().review()).toEqual([]);
    expect(await kernel.say("/a")).toContain("nobody has approved that");
    expect(kernel.ran).toEqual([]);
  });

  test("does not count for a folder that has become a link out of the project", async () => {
    const { listing, at } = kept({
      [`${PROJECT}/a/SKILL.md`]: skill("Here"),
      [`${PROJECT}/b/SKILL.md`]: skill("There"),
    });
    await listing();
    fs.renameSync(at(`${PROJECT}/b`), at("home/b"));
    fs.symlinkSync(at("home/b"), at(`${PROJECT}/b`));
    expect(await listing()).toMatch(/says\.\n- a: Here$/);
  });

  test("is told of what a link leads to as well", async () => {
    const { listing, at, write, text } = kept({
      "home/elsewhere/SKILL.md": skill("Linked"),
      [`${OWN}/b/SKILL.md`]: "",
    });
    fs.symlinkSync(at("home/elsewhere"), at(`${OWN}/a`));
    fs.rmSync(at(`${OWN}/b/SKILL.md`));
    fs.symlinkSync(at("home/elsewhere/SKILL.md"), at(`${OWN}/b/SKILL.md`));
    expect(await listing()).toContain("- a: Linked\n- b: Linked");
    expect(text()).toContain(JSON.stringify(at("home/elsewhere/SKILL.md")));
    write({ "home/elsewhere/SKILL.md": skill("Linked anew") });
    expect(await listing()).toContain("- a: Linked anew\n- b: Linked anew");
  });

  test("is kept of a long file by its beginning, and of one whose frontmatter is long by all of it", async () => {
    const { listing } = kept({
      [`${OWN}/a/SKILL.md`]: `${skill("Long text")}\n${"word ".repeat(60_000)}`,
      [`${OWN}/b/SKILL.md`]: `---\nnote: ${"é".repeat(40_000)}\ndescription: Long head\n---\n${"word ".repeat(20_000)}`,
      [`${OWN}/c/SKILL.md`]: skill("y".repeat(600_000)),
    });
    for (let start = 0; start < 2; start++) expect(await listing()).toMatch(/says\.\n- a: Long text\n- b: Long head$/);
  });
});

describe("an index", () => {
  const files = { [`${OWN}/a/SKILL.md`]: skill("Right") };

  test.each([
    ["is no JSON", () => "{"],
    ["is empty", () => ""],
    ["is something else", () => "[1, null]"],
    ["is of another version", (text: string) => text.replace(/"version":"[^"]*"/, '"version":"0.0.0 0"')],
    ["says what no file says", (text: string) => text.replace('"isCommand":true', '"isCommand":"yes"')],
    ["has lists in place of texts", (text: string) => text.replace('"Right"', '["Wrong"]')],
    ["has other entries", (text: string) => text.replace(/"entries":\[[\s\S]*\]/, '"entries":[1,[],["x"],null]')],
    ["has too many entries", (text: string) => text.replace('"entries":[', `"entries":[${"0,".repeat(4_000)}`)],
    ["is too large", (text: string) => `${text.replace("Right", "Wrong")}${" ".repeat(2 * 1024 * 1024)}`],
  ])("that %s is made anew, and nobody is told", async (_, broken) => {
    const { listing, open, index, text } = kept(files);
    await listing();
    const whole = text();
    fs.writeFileSync(index, broken(whole));
    const kernel = await open();
    expect(await kernel.listing()).toContain("- a: Right");
    expect(kernel.notices()).toEqual([]);
    expect(text()).toBe(whole);
  });

  test.skipIf(process.platform === "win32").each([
    ["others may write", (index: string) => fs.chmodSync(index, 0o622)],
    [
      "is a link",
      (index: string) => {
        fs.renameSync(index, `${index}.forged`);
        fs.symlinkSync(`${index}.forged`, index);
      },
    ],
  ])("that %s does not count, and is replaced", async (_, spoil) => {
    const { listing, index, forge } = kept(files);
    await listing();
    forge("Right", "Wrong");
    spoil(index);
    expect(await listing()).toContain("- a: Right");
    const stats = fs.lstatSync(index);
    expect([stats.isFile(), stats.mode & 0o777]).toEqual([true, 0o600]);
  });

  test("that is a folder, or lies where nothing can be written, costs nothing but time", async () => {
    const { listing, index, root } = kept(files);
    fs.mkdirSync(join(index, "in-the-way"), { recursive: true });
    expect(await listing()).toContain("- a: Right");
    expect(fs.readdirSync(join(root, "home/.gantry/cache"))).toEqual(["skills.json"]);
    fs.rmSync(join(root, "home/.gantry/cache"), { recursive: true });
    fs.writeFileSync(join(root, "home/.gantry/cache"), "no folder");
    expect(await listing()).toContain("- a: Right");
  });

  test("written by two hosts at once is whole, and what each knows of its project stays", async () => {
    const { open, root, text } = kept({
      ...files,
      [`${PROJECT}/b/SKILL.md`]: skill("First"),
      "other/.git/HEAD": "",
      "other/.claude/skills/c/SKILL.md": skill("Second"),
    });
    const [first, second] = await Promise.all([open(), open({ cwd: join(root, "other") })]);
    expect(await Promise.all([first.listing(), second.listing()])).toEqual([
      expect.stringMatching(/- a: Right\n- b: First$/),
      expect.stringMatching(/- a: Right\n- c: Second$/),
    ]);
    const { entries } = JSON.parse(text()) as { entries: readonly (readonly [string])[] };
    const paths = entries.map(([path]) => path.replace(root, ""));
    expect(paths.sort()).toEqual([`/${OWN}/a/SKILL.md`, "/other/.claude/skills/c/SKILL.md", `/${PROJECT}/b/SKILL.md`]);
  });
});
