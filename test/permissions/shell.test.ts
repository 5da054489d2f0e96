import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, PERMISSION_MODES, textOf, z } from "gantry/sdk";
import { loadShell } from "gantry/sdk/kit/shell";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import execNode from "../../plugins/exec-node/index.ts";
import filesNode from "../../plugins/files-node/index.ts";
import permitModes from "../../plugins/permit-modes/index.ts";
import permitRules from "../../plugins/permit-rules/index.ts";
import permitShell from "../../plugins/permit-shell/index.ts";
import settingsFiles from "../../plugins/settings-files/index.ts";
import shellFolders from "../../plugins/shell-folders/index.ts";
import toolBash from "../../plugins/tool-bash/index.ts";
import toolJobs from "../../plugins/tool-jobs/index.ts";
import { kernelWith } from "../kernels.ts";
import { type JudgingOptions, judging } from "./judging.ts";

let base: string;
let shop: string;
beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-shell-")));
  shop = join(base, "shop");
  fs.mkdirSync(join(shop, "sub/deep"), { recursive: true });
  fs.mkdirSync(join(base, "outside"));
});
afterEach(() => fs.rmSync(base, { recursive: true }));

const open = (more: Partial<JudgingOptions> = {}) => judging({ cwd: shop, ...more });

/** What becomes of each command, as lines to compare. */
async function decisions(commands: readonly string[], more: Partial<JudgingOptions> = {}): Promise<string[]> {
  const { decide } = await open(more);
  const said: string[] = [];
  for (const command of commands) said.push(`${await decide(command)}: ${command}`);
  return said;
}

const all = (decision: string, commands: readonly string[]) => commands.map((command) => `${decision}: ${command}`);

describe("a command that only looks", () => {
  it("runs unasked, and it is said that it changes nothing", async () => {
    const { bash } = await open();
    expect(await bash("ls -la | sort; pwd && cat a 2>/dev/null")).toMatchObject({
      decision: "allow",
      reason: "it only looks",
      readsOnly: true,
      by: "permit-shell",
    });
  });

  it("is asked for as soon as one part does more", async () => {
    const commands = ["ls; npm ci", "ls | tee a", "ls > a", "ls & ls", "cat <(ls)", "X=1 ls", "ls $(pwd)", "(ls)"];
    expect(await decisions(commands)).toEqual(all("ask", commands));
  });

  it("says which part nothing covers", async () => {
    const { bash } = await open();
    expect((await bash("ls; npm ci --x")).reason).toBe('no rule covers "npm ci --x"');
    expect((await bash("ls $(pwd)")).reason).toContain("cannot be told what $(pwd) stands for");
    expect((await bash("(ls)")).reason).toContain("more than a list of commands");
    expect((await bash("echo '")).reason).toContain("no valid bash");
  });

  it("looks inside of the session's folders alone", async () => {
    const inside = ["cat a", "cat sub/../a", `cat ${shop}/a`, "ls *.ts", "cat < a", "cat /dev/null"];
    expect(await decisions(inside)).toEqual(all("allow", inside));
    const outside = [
      "cat ../a",
      "cat /etc/hosts",
      "cat ~/a",
      "ls ..",
      "cat sub/../../a",
      "cat < ../a",
      "ls /*",
      "grep x -r /etc",
    ];
    expect(await decisions(outside)).toEqual(all("ask", outside));
    expect(await decisions([`cat ${base}/outside/a`], { folders: [join(base, "outside")] })).toEqual([
      `allow: cat ${base}/outside/a`,
    ]);
  });

  it("follows links, of files and of folders", async () => {
    fs.writeFileSync(join(base, "outside/key"), "x");
    fs.symlinkSync(join(base, "outside/key"), join(shop, "key"));
    fs.symlinkSync("../outside", join(shop, "out"));
    fs.symlinkSync("sub", join(shop, "in"));
    const outside = ["cat key", "cat out/key", "ls out", "ls out/*", "cat in/../out/key", "cat < key"];
    expect(await decisions(outside)).toEqual(all("ask", outside));
    expect(await decisions(["ls in", "cat in/x"])).toEqual(["allow: ls in", "allow: cat in/x"]);
  });

  it("looks elsewhere where a rule lets it", async () => {
    const rules = { allow: [`Read(/${base}/outside/**)`] };
    expect(await decisions(["cat ../outside/key", "cat ../other"], { rules })).toEqual([
      "allow: cat ../outside/key",
      "ask: cat ../other",
    ]);
  });
});

describe("cd", () => {
  it("is followed, and what stands behind it is judged where it may run", async () => {
    const inside = ["cd sub && cat a", "cd sub/deep && cd .. && ls", "cd sub | cat a", `cd ${shop}`];
    expect(await decisions(inside)).toEqual(all("allow", inside));
    const outside = [
      "cd sub; cat ../../x",
      "cd ..",
      "cd .. && ls",
      "cd",
      "cd -",
      "cd ~",
      "cd $X",
      "cd sub sub",
      "cd sub/../..",
      "cd sub && cat ../../x",
      // Where the cd has failed, this is the session's folder.
      "cd sub; cat ../a",
      "cd sub/deep; cat ../../x",
      "cd sub || cat ../x",
    ];
    expect(await decisions(outside)).toEqual(all("ask", outside));
  });

  it("does not lead out by a link", async () => {
    fs.symlinkSync("../outside", join(shop, "out"));
    const commands = ["cd out", "cd out && ls", "cd sub/../out && cat key"];
    expect(await decisions(commands)).toEqual(all("ask", commands));
  });

  it("before git or before what writes is asked for", async () => {
    const commands = [
      "cd sub && git status",
      "cd sub; git log",
      "cd sub && echo x > a",
      "cd sub && rm a",
      "cd sub && touch a",
    ];
    const more = { mode: "acceptEdits" as const, rules: { allow: ["Bash(rm:*)", "Bash(git:*)", "Edit"] } };
    expect(await decisions(commands, more)).toEqual(all("ask", commands));
  });

  it("of an earlier command counts: the shell's own folder is where the next one runs", async () => {
    const shellFolder = join(shop, "sub/deep");
    const said = await decisions(["cat ../a", "cat ../../a", "cat ../../../a", "cat a"], { shellFolder });
    expect(said).toEqual(["allow: cat ../a", "allow: cat ../../a", "ask: cat ../../../a", "allow: cat a"]);
    expect(await decisions(["cat a", `cat ${shop}/a`], { shellFolder: base })).toEqual([
      "ask: cat a",
      `allow: cat ${shop}/a`,
    ]);
  });

  it("of an earlier command does not lead around a rule that forbids", async () => {
    const rules = { deny: ["Read(./sub/deep/**)"] };
    const shellFolder = join(shop, "sub/deep");
    expect(await decisions(["cat key", "cat ./key", "head -1 < key"], { rules, shellFolder })).toEqual(
      all("deny", ["cat key", "cat ./key", "head -1 < key"]),
    );
    expect(await decisions(["cd ..", "cd .. && cd .."], { rules, shellFolder })).toEqual(
      all("allow", ["cd ..", "cd .. && cd .."]),
    );
  });

  it("is followed from one call of the real tool to the next", async () => {
    fs.writeFileSync(join(shop, "sub/a"), "in sub");
    fs.writeFileSync(join(base, "outside/a"), "outside");
    fs.writeFileSync(join(shop, "a"), "in shop");
    const { call } = await kernelWith({
      cwd: shop,
      plugins: [
        filesNode,
        settingsFiles,
        execNode,
        shellFolders,
        toolJobs,
        toolBash,
        permitRules,
        permitShell,
        permitModes,
      ],
      settings: { permissions: { deny: ["Read(./sub/secret)"] } },
    });
    fs.writeFileSync(join(shop, "sub/secret"), "secret");
    const ran = async (command: string) => {
      const result = await call("Bash", { command });
      return result.outcome === "ok" ? textOf(result.content) : result.outcome;
    };
    expect(await ran("cat a")).toBe("in shop");
    expect(await ran("cd sub")).not.toBe("denied");
    expect(await ran("cat a")).toBe("in sub");
    expect(await ran("cat ../a")).toBe("in shop");
    expect(await ran("cat ../../outside/a")).toBe("denied");
    expect(await ran("cat secret")).toBe("denied");
  });
});

describe("an allow rule", () => {
  it("has to cover every part that does not only look", async () => {
    const rules = { allow: ["Bash(npm test:*)", "Bash(make)"] };
    const covered = ["npm test", "npm test -- a | head", "make && npm test", "timeout 5 npm test", "npm test 2>&1; ls"];
    expect(await decisions(covered, { rules })).toEqual(all("allow", covered));
    const uncovered = ["npm test; npm ci", "make x", "npm test > a", "npm test `id`", "X=1 npm test", "sudo npm test"];
    expect(await decisions(uncovered, { rules })).toEqual(all("ask", uncovered));
  });

  it("that is the whole text, word for word, needs nothing of it understood", async () => {
    const text = 'X=1 ./run "$Y" > all && sudo make';
    const rules = { allow: [`Bash(${text})`] };
    const { bash } = await open({ rules });
    expect(await bash(text)).toMatchObject({ decision: "allow", rule: `Bash(${text})` });
    expect((await bash(`  ${text}\n`)).decision).toBe("allow");
    expect((await bash(`${text}; ls`)).decision).toBe("ask");
    expect((await bash(text.replace("run", "rum"))).decision).toBe("ask");
  });

  it("that is the whole text does not count where that is no valid bash", async () => {
    const rules = { allow: ["Bash(echo ')", "Bash(x\u202ey)"] };
    expect(await decisions(["echo '", "x\u202ey"], { rules })).toEqual(all("ask", ["echo '", "x\u202ey"]));
  });

  it("is named, and does not make a command that looks change something", async () => {
    const { bash } = await open({ rules: { allow: ["Bash(ls:*)", "Bash(make:*)"] } });
    expect(await bash("make a; ls")).toMatchObject({ decision: "allow", rule: "Bash(make:*)" });
    expect((await bash("make a; ls")).readsOnly).not.toBe(true);
    expect(await bash("ls")).toMatchObject({ decision: "allow", readsOnly: true });
  });

  it("for editing covers where a command's output goes", async () => {
    const rules = { allow: ["Edit(out/**)"] };
    expect(await decisions(["ls > out/a", "ls >> out/a", "ls > a", "ls > out/../a"], { rules })).toEqual([
      "allow: ls > out/a",
      "allow: ls >> out/a",
      "ask: ls > a",
      "ask: ls > out/../a",
    ]);
  });
});

describe("the mode", () => {
  it("plan runs what only looks, and nothing else whatever rules allow", async () => {
    const more = { mode: "plan" as const, rules: { allow: ["Bash", "Edit"] } };
    const looking = ["ls", "cat a | sort", "cd sub && ls"];
    expect(await decisions(looking, more)).toEqual(all("allow", looking));
    const others = ["npm test", "ls > a", "touch a", "ls; npm test", "for f in a; do ls; done"];
    expect(await decisions(others, more)).toEqual(all("deny", others));
  });

  it("acceptEdits accepts edits of the session's own files by commands", async () => {
    const mode = "acceptEdits" as const;
    const accepted = ["mkdir -p a/b", "rm a", "mv a b", "cp -r a b", "touch a", "ls > a", "sed -i 's/a/b/' a"];
    expect(await decisions(accepted, { mode })).toEqual(all("allow", accepted));
    const asked = [
      "rm ../a",
      "mv a ../b",
      "ls > ../a",
      "sed -i 's/a/b/e' a",
      "rm -rf .",
      "touch .git/config",
      "make",
      "rm $X",
    ];
    expect(await decisions(asked, { mode })).toEqual(all("ask", asked));
  });

  it("does not change what looking is", async () => {
    for (const mode of PERMISSION_MODES.filter((one) => one !== "auto")) {
      expect(await decisions(["ls"], { mode })).toEqual(["allow: ls"]);
    }
  });
});

describe("the grammar of bash", () => {
  it("is not loaded before the first command is judged", async () => {
    vi.resetModules();
    const loaded = vi.fn();
    vi.doMock("../../sdk/kit/shell/index.ts", async (original) => {
      loaded();
      return original();
    });
    const fresh = await import("./judging.ts");
    const { read, write, bash } = await fresh.judging({ cwd: shop });
    await read("a");
    await write("a");
    expect(loaded).not.toHaveBeenCalled();
    await bash("ls");
    expect(loaded).toHaveBeenCalledOnce();
    vi.doUnmock("../../sdk/kit/shell/index.ts");
    vi.resetModules();
  });

  it("is loaded once", async () => {
    expect(await loadShell()).toBe(await loadShell());
  });
});

it.each([
  ["Bash", "ok"],
  ["Remote", "denied"],
])("another plugin's tool of commands is judged by its family: %s", async (family, expected) => {
  const other = definePlugin({
    name: "another-shell",
    tools: {
      Remote: {
        description: "Run elsewhere.",
        input: z.object({ line: z.string() }),
        permission: { family, command: "line" },
      },
    },
    setup: () => ({ tools: { Remote: () => "ran" } }),
  });
  const { kernel } = await open({ more: [other], rules: { allow: ["Bash(make:*)", "Remote(make:*)"] } });
  const outcome = async (line: string) => (await kernel.call("Remote", { line })).outcome;
  expect(await outcome("ls; make a")).toBe(expected);
  expect(await outcome("npm test")).toBe("denied");
});
