import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PermissionMode } from "gantry/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type JudgingOptions, judging } from "./judging.ts";

let base: string;
let shop: string;
let home: string;
beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-paths-")));
  shop = join(base, "work/shop");
  home = join(base, "home/me");
  fs.mkdirSync(shop, { recursive: true });
  fs.mkdirSync(home, { recursive: true });
});
afterEach(() => fs.rmSync(base, { recursive: true }));

const open = (more: Partial<JudgingOptions> = {}) => judging({ cwd: shop, env: { HOME: home }, ...more });
const EVERYTHING = { allow: ["Bash", "Edit", "Write", "Read", "Edit(**)", "Edit(//**)", "Bash(*)"] };
const MODES: readonly PermissionMode[] = ["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"];

/** What becomes of each command, as lines to compare. */
async function decisions(commands: readonly string[], more: Partial<JudgingOptions> = {}): Promise<string[]> {
  const { decide } = await open(more);
  const said: string[] = [];
  for (const command of commands) said.push(`${await decide(command)}: ${command}`);
  return said;
}
const all = (decision: string, commands: readonly string[]) => commands.map((command) => `${decision}: ${command}`);

describe("a note of the project's memory", () => {
  it("is written like any file of the project: asked for by default, accepted where edits are, allowed by rules", async () => {
    const note = ".claude/memory/use-tabs.md";
    expect((await (await open()).write(note)).decision).toBe("ask");
    expect((await (await open({ mode: "acceptEdits" })).write(note)).decision).toBe("allow");
    expect((await (await open({ rules: { allow: ["Edit(.claude/memory/*.md)"] } })).write(note)).decision).toBe(
      "allow",
    );
  });

  it.each([
    ".claude/memory/.hidden.md",
    ".claude/memory/hook.sh",
    ".claude/memory/settings.json",
    ".claude/memory/sub/note.md",
    ".claude/memory",
    ".claude/memory/../settings.json",
    ".claude/memory/.git/config.md",
    "~/.gantry/memory/note.md",
    "~/.claude/memory/note.md",
  ])("is nothing else that lies near it: %s", async (file) => {
    const { write } = await open({ mode: "acceptEdits", rules: EVERYTHING });
    expect((await write(file)).decision).toBe("ask");
  });
});

describe("a file that steers programs", () => {
  const files = [
    ".git/config",
    ".git/hooks/pre-commit",
    "sub/.git/config",
    ".GIT/config",
    ".claude/settings.json",
    ".gantry/plugins/x.ts",
    ".vscode/tasks.json",
    ".husky/pre-commit",
    ".mcp.json",
    ".envrc",
    ".npmrc",
    "gantry.config.ts",
    ".gantryrc.json",
    "a/../.git/config",
    "~/.bashrc",
    "~/.ssh/authorized_keys",
    "~/.claude/settings.json",
    "~/.gantry/credentials.json",
  ];

  it.each(files)("is not written unasked, whatever rules allow: %s", async (file) => {
    for (const mode of MODES) {
      const { write } = await open({ mode, rules: EVERYTHING });
      const wanted = { plan: "deny", dontAsk: "deny", bypassPermissions: "allow" }[mode as string] ?? "ask";
      expect([mode, (await write(file)).decision]).toEqual([mode, wanted]);
    }
  });

  it("is asked for with a reason that names it, by no rule", async () => {
    const { write } = await open({ rules: EVERYTHING });
    expect(await write(".git/config")).toMatchObject({
      decision: "ask",
      by: "permit-paths",
      reason: `${shop}/.git/config steers what programs run, so no rule may allow it beforehand`,
    });
    expect(await write(".git/config")).not.toHaveProperty("rule");
  });

  it("is one by where a link leads, too", async () => {
    fs.mkdirSync(join(shop, ".git"));
    fs.symlinkSync(".git", join(shop, "innocent"));
    fs.symlinkSync(".git/config", join(shop, "notes.txt"));
    const { write, decide } = await open({ rules: EVERYTHING });
    for (const file of ["innocent/config", "notes.txt"]) expect((await write(file)).decision).toBe("ask");
    for (const command of ["echo x > notes.txt", "cp a innocent/config", "rm innocent/config"]) {
      expect([command, await decide(command)]).toEqual([command, "ask"]);
    }
  });

  it("of others that only look like one is written as any other", async () => {
    const { write } = await open({ rules: EVERYTHING });
    for (const file of [".github/workflows/a.yml", "git/config", ".gitignore", "src/npmrc", ".claudia/x"]) {
      expect([file, (await write(file)).decision]).toEqual([file, "allow"]);
    }
  });

  it("is not written by a command either, however it is named", async () => {
    const commands = [
      "echo x > .git/config",
      "echo x >> .git/hooks/pre-commit",
      "tee .envrc",
      "cp a .git/config",
      "mv .git/config a",
      "ln -s a .git/config",
      "rm .git/index",
      "sed -i s/a/b/ .git/config",
      "dd of=.git/config",
      "cat > .git/config <<< x",
      "git config --file .git/config core.pager x",
      "touch .husky/pre-commit",
      "echo x > $HOME/.bashrc",
      "echo x > ~/.bashrc",
      "echo x > $PWD/.git/config",
      "cd .git && echo x > config",
      "cd .git; echo x > config",
      "sudo tee .git/config",
      "bash -c 'echo x > .git/config'",
      'sh -c "cp a .git/config"',
      "echo x | xargs -I{} cp {} .git/config",
      "find . -exec cp {} .git/config ;",
      "if true; then echo x > .git/config; fi",
      "(echo x > .git/config)",
      "X=$(echo x > .git/config)",
      "f() { echo x > .git/config; }; f",
      "echo x > .gi''t/config",
      'echo x > ".git"/config',
      "rm .git*",
    ];
    expect(await decisions(commands, { rules: EVERYTHING })).toEqual(all("ask", commands));
    expect(await decisions(commands, { rules: EVERYTHING, mode: "acceptEdits" })).toEqual(all("ask", commands));
    for (const one of await decisions(commands, { rules: EVERYTHING, mode: "dontAsk" })) expect(one).toMatch(/^deny/);
  });

  it("is not written where an earlier cd has led", async () => {
    fs.mkdirSync(join(shop, ".git"));
    const shellFolder = join(shop, ".git");
    const commands = ["echo x > config", "rm index", "touch hooks/a"];
    expect(await decisions(commands, { rules: EVERYTHING, shellFolder })).toEqual(all("ask", commands));
  });

  it("may be read", async () => {
    const { read, decide } = await open();
    expect((await read(".git/config")).decision).toBe("allow");
    expect(await decide("cat .git/config")).toBe("allow");
  });
});

describe("what nobody means to remove", () => {
  const commands = [
    "rm -rf /",
    "rm -rf /*",
    "rm -rf ~",
    "rm -rf ~/",
    "rm -rf ~/*",
    "rm -rf $HOME",
    'rm -rf "$HOME"/*',
    "rm -rf .",
    "rm -rf ./*",
    "rm -rf *",
    "rm -rf ..",
    "rm -rf ../*",
    "rm -rf ../..",
    "rm -rf $PWD",
    "rm -rf /etc",
    "rm -rf /usr/*",
    "rm -r -f -- /",
    "rm --recursive /home",
    "rm -rf $X/",
    "rm -rf $" + "{X}/*",
    "rmdir ~",
    "find . -delete",
    "find / -delete",
    "find ~ -exec rm {} ;",
    "sudo rm -rf /",
    "/bin/rm -rf /",
    "cd / && rm -rf *",
    "cd .. && rm -rf .",
    "bash -c 'rm -rf ~'",
    "true || rm -rf /",
    "echo $(rm -rf /)",
    "RM -rf /",
    "ls; rm -rf //",
    "rm -rf /./",
    "rm -rf sub/..",
  ];

  it("is asked for in every mode, whatever rules allow, and refused where nobody is asked", async () => {
    for (const mode of ["default", "acceptEdits", "bypassPermissions"] as const) {
      expect(await decisions(commands, { mode, rules: EVERYTHING })).toEqual(all("ask", commands));
    }
    for (const mode of ["plan", "dontAsk"] as const) {
      expect(await decisions(commands, { mode, rules: EVERYTHING })).toEqual(all("deny", commands));
    }
  });

  it("is asked for even where a rule says it word for word", async () => {
    const rules = { allow: commands.map((command) => `Bash(${command})`) };
    expect(await decisions(commands, { rules })).toEqual(all("ask", commands));
  });

  it("is named in the reason, and remembers no rule", async () => {
    const { bash } = await open({ mode: "bypassPermissions" });
    expect(await bash("rm -rf ~")).toMatchObject({
      reason: `it would remove ${home}, or all that lies in it`,
      remedy: "A person has to say yes to it, or make the change.",
    });
  });

  it("is not what lies deeper, or some of a folder", async () => {
    const fine = [
      "rm -rf build",
      "rm -rf ./node_modules/*",
      "rm *.log",
      "rm -rf a/b",
      "find . -name '*.o' -delete",
      "rm ~/a/b",
    ];
    expect(await decisions(fine, { rules: { allow: ["Bash"] } })).toEqual(all("allow", fine));
  });
});

describe("reading", () => {
  it("elsewhere is asked for, unless a rule or the mode lets it", async () => {
    const other = join(base, "other/a");
    expect(await (await open()).read(other)).toMatchObject({
      decision: "ask",
      by: "permit-paths",
      reason: `${other} lies outside the folders of this session`,
      remedy: expect.stringContaining("To allow it"),
    });
    expect((await (await open({ rules: { allow: [`Read(/${other})`] } })).read(other)).decision).toBe("allow");
    expect((await (await open({ mode: "bypassPermissions" })).read(other)).decision).toBe("allow");
    expect((await (await open({ mode: "acceptEdits" })).read(other)).decision).toBe("ask");
    expect((await (await open({ mode: "dontAsk" })).read(other)).decision).toBe("deny");
  });

  it("somebody's home folder is asked for: a shell and a tool mean another place by it", async () => {
    const { read, write } = await open({ rules: EVERYTHING, mode: "acceptEdits" });
    for (const path of ["~root/a", "~other", "~+/a"]) {
      expect([path, (await read(path)).decision, (await write(path)).decision]).toEqual([path, "ask", "ask"]);
    }
  });

  it("an output that the host keeps for this session is allowed, and no other one of its state", async () => {
    const { kernel, read } = await open();
    const state = join(home, ".gantry");
    const { id } = kernel.session;
    expect(await read(join(state, "shell", id, "b1.txt"))).toMatchObject({ decision: "allow" });
    for (const path of [
      join(state, "shell/another/b1.txt"),
      join(state, "credentials.json"),
      join(state, id),
      `${state}/shell/${id}/../another/b1.txt`,
      join(home, id, "b1.txt"),
    ]) {
      expect([path, (await read(path)).decision]).toEqual([path, "ask"]);
    }
  });

  it("such an output that is a link elsewhere is asked for", async () => {
    const { kernel, read } = await open();
    const folder = join(home, ".gantry/shell", kernel.session.id);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(join(home, "secret"), "x");
    fs.symlinkSync(join(home, "secret"), join(folder, "b1.txt"));
    expect((await read(join(folder, "b1.txt"))).decision).toBe("ask");
  });
});

it("what another says no to stays a no", async () => {
  const { write, bash } = await open({ rules: { deny: ["Edit(.git/**)", "Bash(rm:*)"] } });
  expect(await write(".git/config")).toMatchObject({ decision: "deny", rule: "Edit(.git/**)" });
  expect(await bash("rm -rf /")).toMatchObject({ decision: "deny", rule: "Bash(rm:*)" });
});
