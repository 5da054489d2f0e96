import { loadShell } from "gantry/sdk/kit/shell";
import { describe, expect, it } from "vitest";
import { interpretExit } from "./exit-codes.ts";

const shell = await loadShell();

describe("exit code 1", () => {
  it.each([
    "grep foo file",
    'grep "$x" *.ts',
    "cat a | grep b",
    "cd src && rg foo",
    "diff a b",
    "git diff --exit-code",
    "git grep foo",
    "test -f x",
    "[ -f x ]",
    "ls; find . -name x",
  ])("is no failure of %s", (command) => expect(interpretExit(command, 1, shell)).toBeDefined());

  it.each([
    "npm test",
    "npm test && grep foo log",
    "grep foo file | wc -l",
    "git log",
    "git -C x diff",
    "grep $(cmd) x",
    "(grep x y)",
    "if grep x y; then exit 1; fi",
    "toString",
  ])("is a failure of %s", (command) => expect(interpretExit(command, 1, shell)).toBeUndefined());

  it("is the only code that may be none", () => {
    expect(interpretExit("grep foo file", 2, shell)).toBeUndefined();
    expect(interpretExit("grep foo file", 0, shell)).toBeUndefined();
  });
});
