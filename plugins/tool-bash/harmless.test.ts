import { loadShell } from "gantry/sdk/kit/shell";
import { describe, expect, it } from "vitest";
import { isHarmless } from "./harmless.ts";

const shell = await loadShell();

describe("a command that only looks", () => {
  it.each([
    "sleep 0.2; echo slept-1",
    "echo ok",
    "ls -la src && cat package.json | head -n 3",
    "git status --short",
    "git log --oneline -5 | wc -l",
    "find . -name 'a b*' -type f 2>/dev/null",
    'grep -rn "two words" src || true',
    "rg -n foo src 2>&1 | tail -3",
    "echo '$HOME `id` ; rm x'",
    "pwd;",
    "date +%s",
  ])("%s", (command) => expect(isHarmless(command, shell)).toBe(true));
});

describe("a command that may do more", () => {
  it.each([
    "",
    "cd src",
    "cd src && ls",
    "echo x > file",
    "echo x >/dev/null/../../file",
    "echo x 1>file",
    "cat<>file",
    "echo $HOME",
    "echo $(id)",
    "echo `id`",
    'echo "$(id)"',
    "echo {a,b}",
    "sleep 1 &",
    "echo a & rm b",
    "echo a |& tee b",
    "echo a\nrm b",
    "(ls)",
    "PATH=. ls",
    "ls=1",
    "find . -delete",
    "find . -exec rm {} +",
    "find . '-exec' rm x ';'",
    "find . -fprintf out x",
    "rg --pre ./x foo",
    "rg '--pre=./x' foo",
    "rg -nz foo",
    "git -c alias.x=!id status",
    "git log --output=f",
    "git diff --ext-diff",
    "git show --textconv",
    "git commit",
    "date -s tomorrow",
    "uniq a b",
    "sort -o a b",
    "printf -v x y",
    "tee x",
    "toString",
    "constructor x",
    "cat <<EOF",
    "ls |",
    "&& ls",
    "ls ;; ls",
    "echo 'open",
    "ex\\ec ls",
    "exec ls",
    "echo\u00a0a",
  ])("%j", (command) => expect(isHarmless(command, shell)).toBe(false));
});
