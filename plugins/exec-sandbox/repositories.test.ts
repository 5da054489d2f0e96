import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createPlace, hasBwrap, makeRepository, type Place, said, unlessSkipped } from "./test-place.ts";

let place: Place;
beforeEach(() => {
  place = createPlace();
});

describe.skipIf(!hasBwrap)(`a confined command in a repository${unlessSkipped}`, () => {
  it("commits, and can neither change what git runs nor move the repository away", async () => {
    makeRepository(place.cwd);
    await place.open();
    const commit =
      "echo 1 > file && git add -A && git commit -qm first && git checkout -qb side && git log --oneline | wc -l";
    expect(said(await place.bash(commit))).toBe("1");
    expect(said(await place.bash("git status --short"))).toBe("(no output)");
    for (const attempt of [
      "git config core.fsmonitor ./x",
      "echo x > .git/config",
      "echo x > .git/hooks/pre-commit",
      "rm -rf .git/hooks",
      "mv .git/hooks .git/old",
      "mv .git moved",
      "rm .git/config",
      "ln -sf /x .git/config",
      "echo ../evil > .git/commondir",
      "echo x > .git/config.worktree",
    ]) {
      expect((await place.bash(attempt)).outcome, attempt).toBe("error");
    }
    await place.close();
    expect(readFileSync(join(place.cwd, ".git/config"), "utf8")).not.toContain("fsmonitor");
    expect(readdirSync(join(place.cwd, ".git"))).not.toContain("commondir");
    expect(readdirSync(join(place.cwd, ".git"))).toContain("hooks");
  });

  it("commits in a linked working folder, to the repository that knows it", async () => {
    const main = join(place.path, "main");
    await mkdir(main);
    makeRepository(main);
    const git = (...args: string[]) => execFileSync("git", args, { cwd: main, stdio: "pipe" });
    git("commit", "-q", "--allow-empty", "-m", "first");
    await rm(place.cwd, { recursive: true });
    git("worktree", "add", "-q", place.cwd);
    await place.open();
    expect(
      said(await place.bash("echo 1 > file && git add -A && git commit -qm second && git log --oneline | wc -l")),
    ).toBe("2");
    const own = `worktrees/${basename(place.cwd)}`;
    for (const path of ["hooks/x", "config", "worktrees/other", `${own}/commondir`, `${own}/gitdir`]) {
      expect((await place.bash(`echo x >> ${main}/.git/${path}`)).outcome, path).toBe("error");
    }
    await place.bash(`echo x > ${main}/file`);
    expect(readdirSync(main)).toEqual([".git"]);
    await place.close();
    await writeFile(join(main, ".git", own, "gitdir"), "/elsewhere/.git\n");
    await place.open();
    await place.bash(`echo x > ${main}/.git/planted`);
    expect(readdirSync(join(main, ".git"))).not.toContain("planted");
  });

  it("cannot change hooks that lie among the project's files", async () => {
    makeRepository(place.cwd);
    execFileSync("git", ["config", "core.hooksPath", "tools/hooks"], { cwd: place.cwd });
    await mkdir(join(place.cwd, "tools/hooks"), { recursive: true });
    await place.open();
    for (const attempt of ["echo x > tools/hooks/pre-commit", "mv tools/hooks x", "mv tools x"]) {
      expect((await place.bash(attempt)).outcome, attempt).toBe("error");
    }
  });

  it("cannot move a folder away that a repository lies in", async () => {
    await mkdir(join(place.cwd, "a/b"), { recursive: true });
    makeRepository(join(place.cwd, "a/b"));
    await place.open();
    expect((await place.bash("echo x > a/b/.git/hooks/pre-commit")).outcome).toBe("error");
    expect((await place.bash("mv a c")).outcome).toBe("error");
    expect((await place.bash("mv a/b a/c")).outcome).toBe("error");
    expect((await place.bash("echo x > a/b/file")).outcome).toBe("ok");
  });
});
