import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { gitlinksIn } from "../../sdk/kit/git-index.ts";
import { runningKey } from "../../sdk/kit/git-repositories.ts";
import { judging } from "./judging.ts";

let base: string;
let shop: string;
let config: string;
beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-repositories-")));
  shop = join(base, "shop");
  config = join(shop, ".git/config");
  fs.mkdirSync(shop);
});
afterEach(() => fs.rmSync(base, { recursive: true }));

/** Git without any configuration of the machine. */
function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
    cwd,
    encoding: "utf8",
    stdio: "pipe",
    env: { PATH: process.env.PATH, HOME: base, GIT_CONFIG_NOSYSTEM: "1" },
  });
}

let made: string;
beforeAll(() => {
  base = fs.mkdtempSync(join(tmpdir(), "gantry-repository-"));
  made = join(base, "made");
  git(base, "init", "-q", "-b", "main", "--template=", made);
  fs.writeFileSync(join(made, "a"), "a");
  git(made, "add", "a");
  git(made, "commit", "-qm", "first");
});
afterAll(() => fs.rmSync(join(made, ".."), { recursive: true }));

/** A repository with one commit, as git has made it. */
function repository(folder: string): void {
  fs.cpSync(made, folder, { recursive: true });
}

async function status(cwd = shop, command = "git status") {
  const { bash } = await judging({ cwd });
  const { decision, reason } = await bash(command);
  return decision === "allow" ? "allow" : `${decision}: ${reason}`;
}

/** A program that leaves a trace, and how git runs it: the promise that each fixture here is a real danger. */
function evil(): { readonly program: string; readonly hasRun: () => boolean } {
  const program = join(base, "evil");
  const trace = join(base, "trace");
  fs.writeFileSync(program, `#!/bin/sh\ntouch '${trace}'\n`, { mode: 0o755 });
  const hasRun = () => fs.existsSync(trace);
  return { program, hasRun };
}

describe("git that only looks is allowed in", () => {
  it.each([
    "git status",
    "git log --oneline -5",
    "git diff HEAD",
    "git show",
    "git branch -a",
    "git --no-pager log",
    "git ls-files",
    "git blame a",
    "git rev-parse HEAD",
    "git log | head -3",
  ])("a repository as git makes it: %s", async (command) => {
    repository(shop);
    expect(await status(shop, command)).toBe("allow");
  });

  it("one with remotes, branches, a person's name and a folder below it", async () => {
    repository(shop);
    git(shop, "remote", "add", "origin", "https://example.org/a.git");
    git(shop, "config", "branch.main.remote", "origin");
    git(shop, "config", "user.name", "A; [B] \\ # C");
    git(shop, "config", "pull.rebase", "true");
    fs.mkdirSync(join(shop, "sub"));
    expect(await status(join(shop, "sub"))).toBe("allow");
  });

  it("a worktree, whose .git is a file", async () => {
    repository(shop);
    git(shop, "worktree", "add", "-q", join(base, "tree"));
    expect(await status(join(base, "tree"))).toBe("allow");
  });

  it.each([2, 3, 4])("one with repositories within it that run nothing, their index in version %i", async (version) => {
    repository(shop);
    for (const name of ["inner", "inner-too", "z"]) repository(join(shop, name));
    fs.writeFileSync(join(shop, "later"), "");
    git(shop, "add", ".");
    git(shop, "add", "-N", "later");
    git(shop, "update-index", "--index-version", String(version));
    expect(gitlinksIn(fs.readFileSync(join(shop, ".git/index")))).toEqual(["inner", "inner-too", "z"]);
    expect(await status()).toBe("allow");
    git(join(shop, "inner-too"), "config", "core.fsmonitor", evil().program);
    expect(await status()).toContain("inner-too: config sets core.fsmonitor");
  });

  it("no repository at all", async () => {
    expect(await status()).toBe("allow");
  });
});

describe("git is asked for where the repository runs something", () => {
  it.each<[key: string, value?: string]>([
    ["core.fsmonitor"],
    ["core.fsmonitor", "true"],
    ["core.pager"],
    ["core.hooksPath"],
    ["core.sshCommand"],
    ["core.editor"],
    ["core.askPass"],
    ["core.gitProxy"],
    ["core.alternateRefsCommand"],
    ["core.attributesFile"],
    ["core.worktree"],
    ["diff.external"],
    ["diff.x.command"],
    ["diff.x.textconv"],
    ["diff.submodule", "diff"],
    ["filter.x.clean"],
    ["filter.x.smudge"],
    ["filter.x.process"],
    ["merge.x.driver"],
    ["alias.status"],
    ["pager.status"],
    ["include.path"],
    ["includeIf.gitdir:/.path"],
    ["interactive.diffFilter"],
    ["sequence.editor"],
    ["credential.helper"],
    ["gpg.program"],
    ["gpg.ssh.program"],
    ["log.showSignature", "true"],
    ["status.submoduleSummary", "true"],
    ["uploadpack.packObjectsHook"],
    ["remote.origin.uploadpack"],
    ["remote.origin.receivepack"],
    ["remote.origin.vcs"],
    ["remote.origin.url", "ext::sh -c x"],
    ["url.ext::x.insteadOf"],
    ["submodule.x.update", "!x"],
    ["protocol.ext.allow", "always"],
    ["gc.recentObjectsHook"],
    ["trailer.x.command"],
    ["http.proxy"],
    ["whatever.else"],
  ])("by %s", async (key, value) => {
    repository(shop);
    git(shop, "config", "--file", config, key, value ?? evil().program);
    const said = await status();
    expect(said).toMatch(/^ask: "git status" would obey the configuration of the repository: config sets /);
    expect(said.toLowerCase()).toContain((key.split(/[.:]/)[0] as string).toLowerCase());
  });

  it.each([
    ["[CORE]\n\tFSMonitor = EVIL"],
    ["[core] fsmonitor = EVIL"],
    ["[core]fsmonitor=EVIL"],
    ["[core] # a\nfsmonitor = EVIL"],
    ["[log]\n\tx = y\\\\\n[core]\n\tfsmonitor = EVIL"],
    ["[log]\n\tx = y # \\\n[core]\n\tfsmonitor = EVIL"],
    ["[log]\n# \\\n[core]\n\tfsmonitor = EVIL"],
    ["[log]\n; \\\n[core]\n\tfsmonitor = EVIL"],
    ["[log]\r\n[core]\r\n\tfsmonitor = EVIL"],
    ['[log "x\\"]"]\n[core]\n\tfsmonitor = EVIL'],
    ["\ufeff[core]\n\tfsmonitor = EVIL"],
    ["[core]\n\tfsmonitor = \\\nEVIL"],
  ])("whatever hides its key, as git does run it: %j", async (text) => {
    repository(shop);
    const { program, hasRun } = evil();
    const old = fs.readFileSync(config, "utf8");
    // A mark of byte order counts at the very start.
    const added = text.replace("EVIL", program);
    fs.writeFileSync(config, added.startsWith("\ufeff") ? `${added}\n${old}` : `${old}\n${added}\n`);
    expect(await status()).toMatch(/^ask: /);
    git(shop, "status");
    expect(hasRun()).toBe(true);
  });

  it.each([["[core\nfsmonitor = x"], ["fsmonitor"], ["= x"], ["[core]\n\tfsmonitor = x\0"], ["\0"], ["[a b]\nc = d"]])(
    "by a configuration that cannot be read for sure: %j",
    async (text) => {
      repository(shop);
      fs.writeFileSync(config, text);
      expect(await status()).toMatch(/^ask: /);
    },
  );

  it("by a configuration of a worktree alone", async () => {
    repository(shop);
    git(shop, "config", "extensions.worktreeConfig", "true");
    fs.writeFileSync(join(shop, ".git/config.worktree"), `[core]\n\tfsmonitor = ${evil().program}\n`);
    expect(await status()).toContain("config.worktree sets core.fsmonitor");
  });

  it("by a configuration that is a folder, too large or a link in a circle", async () => {
    repository(shop);
    const text = fs.readFileSync(config, "utf8");
    fs.writeFileSync(config, `${text}#${"x".repeat(300_000)}\n`);
    expect(await status()).toMatch(/^ask: /);
    fs.rmSync(config);
    fs.mkdirSync(config);
    expect(await status()).toMatch(/^ask: /);
    fs.rmdirSync(config);
    fs.symlinkSync("config", config);
    expect(await status()).toMatch(/^ask: /);
  });

  it("by a hook that reading runs", async () => {
    repository(shop);
    const { program } = evil();
    fs.mkdirSync(join(shop, ".git/hooks"), { recursive: true });
    fs.copyFileSync(program, join(shop, ".git/hooks/post-index-change"));
    expect(await status()).toContain("post-index-change");
  });

  it("by what its commondir names, as git does run it", async () => {
    repository(shop);
    const { program, hasRun } = evil();
    const common = join(shop, "common");
    fs.cpSync(join(shop, ".git"), common, { recursive: true });
    fs.appendFileSync(join(common, "config"), `\n[core]\n\tfsmonitor = ${program}\n`);
    fs.writeFileSync(join(shop, ".git/commondir"), "../common\n");
    expect(await status()).toMatch(/^ask: .*core\.fsmonitor/);
    git(shop, "status");
    expect(hasRun()).toBe(true);
  });

  it.each(["git status", "git diff", "git status -s", "git describe --dirty --always"])(
    "by a repository within it, into which git goes: %s",
    async (command) => {
      repository(shop);
      const inner = join(shop, "inner");
      repository(inner);
      git(shop, "add", "inner");
      const { program, hasRun } = evil();
      git(inner, "config", "core.fsmonitor", program);
      expect(await status(shop, command)).toMatch(/^ask: /);
      git(shop, ...command.split(" ").slice(1));
      expect(hasRun()).toBe(true);
    },
  );

  it("by the repository that a .git file names", async () => {
    repository(shop);
    git(shop, "worktree", "add", "-q", join(base, "tree"));
    git(shop, "config", "core.fsmonitor", evil().program);
    expect(await status(join(base, "tree"))).toContain("core.fsmonitor");
    fs.writeFileSync(join(base, "tree/.git"), "gitdir somewhere\n");
    expect(await status(join(base, "tree"))).toContain(".git names no place");
  });

  it.each<[string, (tree: string, evil: string) => void]>([
    [
      "a .git file with another line",
      (tree, own) => {
        fs.renameSync(own, join(base, "good\nx"));
        fs.writeFileSync(join(tree, ".git"), "gitdir: ../good\nx\n");
      },
    ],
    [
      "a .git file with a blank at its end",
      (tree, own) => {
        fs.renameSync(own, join(base, "good "));
        fs.writeFileSync(join(tree, ".git"), "gitdir: ../good \n");
      },
    ],
    [
      "a .git file that is no text",
      (tree, own) => {
        fs.renameSync(own, Buffer.concat([Buffer.from(join(base, "good")), Buffer.from([0xff])]));
        fs.writeFileSync(join(tree, ".git"), Buffer.concat([Buffer.from("gitdir: ../good"), Buffer.from([0xff])]));
      },
    ],
    [
      "a .git folder that is empty, below another repository",
      (tree, own) => {
        fs.renameSync(own, join(base, ".git"));
        fs.mkdirSync(join(tree, ".git"));
      },
    ],
    [
      "a .git folder whose HEAD is none, below another repository",
      (tree, own) => {
        fs.cpSync(own, join(tree, ".git"), { recursive: true });
        fs.renameSync(own, join(base, ".git"));
        fs.writeFileSync(join(tree, ".git/HEAD"), "x\n");
        git(base, "config", "--file", join(tree, ".git/config"), "--unset", "core.fsmonitor");
      },
    ],
  ])("where git reads more into it than one might: %s", async (_, disguise) => {
    repository(join(base, "source"));
    repository(join(base, "good"));
    const { program, hasRun } = evil();
    git(join(base, "source"), "config", "core.fsmonitor", program);
    fs.renameSync(join(base, "source/.git"), join(base, "evil-repository"));
    fs.renameSync(join(base, "good/.git"), join(base, "good-repository"));
    fs.renameSync(join(base, "good"), join(base, "renamed"));
    fs.renameSync(join(base, "good-repository"), join(base, "good"));
    disguise(shop, join(base, "evil-repository"));
    expect(await status()).toMatch(/^ask: /);
    git(shop, "status");
    expect(hasRun()).toBe(true);
  });

  it("by a folder that is made up as a repository by its commondir", async () => {
    const source = join(base, "source");
    repository(source);
    git(source, "commit", "-qm", "second", "--allow-empty");
    fs.writeFileSync(join(source, "a"), "b");
    git(source, "commit", "-qam", "third");
    const { program, hasRun } = evil();
    git(source, "config", "diff.external", program);
    fs.copyFileSync(join(source, ".git/HEAD"), join(shop, "HEAD"));
    fs.writeFileSync(join(shop, "commondir"), "../source/.git\n");
    expect(await status(shop, "git diff HEAD~2 HEAD")).toMatch(/^ask: .*made up as a repository/);
    git(shop, "diff", "HEAD~2", "HEAD");
    expect(hasRun()).toBe(true);
  });

  it("by a folder that is made up as a repository itself", async () => {
    git(base, "init", "-q", "--bare", shop);
    expect(await status()).toContain("made up as a repository");
    fs.mkdirSync(join(shop, "sub"));
    expect(await status(join(shop, "sub"))).toContain("made up as a repository");
  });

  it("only for git: other programs do not obey it", async () => {
    repository(shop);
    git(shop, "config", "core.fsmonitor", evil().program);
    expect(await status(shop, "cat .git/HEAD; git --version")).toBe("allow");
  });
});

describe("an index", () => {
  it("that cannot be read for sure says nothing", () => {
    repository(shop);
    const index = fs.readFileSync(join(shop, ".git/index"));
    expect(gitlinksIn(index)).toEqual([]);
    const withoutExtensions = 12 + 64 + 20;
    for (let length = 0; length < withoutExtensions; length++)
      expect(gitlinksIn(index.subarray(0, length))).toBeUndefined();
    for (const [at, byte] of [
      [0, 0x78],
      [7, 5],
      [11, 2],
      [38, 0x40],
      [73, 9],
    ] as const) {
      const spoilt = Buffer.from(index);
      spoilt[at] = byte;
      expect(gitlinksIn(spoilt)).toBeUndefined();
    }
  });

  it("in parts, of folders or with longer hashes says nothing, and git is asked for", async () => {
    repository(shop);
    git(shop, "update-index", "--split-index");
    expect(await status()).toContain("cannot be told");
    const other = join(base, "long");
    git(base, "init", "-q", "--object-format=sha256", other);
    fs.writeFileSync(join(other, "a"), "a");
    git(other, "add", "a");
    expect(await status(other)).toContain("cannot be told");
  });
});

describe("a configuration", () => {
  it.each([
    ["", undefined],
    ["[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n", undefined],
    ['[remote "a.b"]\n\turl = git@example.org:x\n\tfetch = +refs/heads/*:refs/remotes/a.b/*\n', undefined],
    ["; fsmonitor = x\n# fsmonitor = x\n", undefined],
    ['[branch "core.pager"]\n\tmerge = x', undefined],
    ['[remote "x"]\n\turl.pager = x', "url.pager = x"],
    ["[core]\n\tpager", "core.pager"],
    ["[core]\n\tPAGER = less", "core.PAGER"],
    ['[remote "x.url"]\n\tuploadpack = x', "remote.x.url.uploadpack"],
    ["[core.x]\n\ty = 1", "core.x.y"],
  ])("%j: what runs is %j", (text, key) => {
    expect(runningKey(text)).toBe(key);
  });
});
