import { resolve } from "node:path";
import fc from "fast-check";
import { foldName, isWithin } from "gantry/sdk/kit/paths";
import { isProtectedPath } from "gantry/sdk/kit/protected-paths";
import { describe, expect, it } from "vitest";

const name = fc.oneof(
  fc.constantFrom("a", "A", "ab", "..", ".", "...", "a ", "é", "e\u0301", "-"),
  fc.string({ minLength: 1, maxLength: 4 }).map((text) => text.replace(/[/\0]/g, "_")),
);
const absolute = fc.array(name, { maxLength: 5 }).map((names) => resolve("/", ...names));

describe("a path is within a folder", () => {
  it("only if it is the folder or can be reached from it going down", () => {
    expect(isWithin("/project/shop/a", ["/project/shop"])).toBe(true);
    expect(isWithin("/project/shop", ["/project/shop/"])).toBe(true);
    expect(isWithin("/project/shop2/a", ["/project/shop"])).toBe(false);
    expect(isWithin("/project", ["/project/shop"])).toBe(false);
    expect(isWithin("/PROJECT/shop/a", ["/project/shop"])).toBe(false);
    expect(isWithin("/anything", ["/"])).toBe(true);
    expect(isWithin("/anything", [])).toBe(false);
  });

  it("never by the letters it begins with", () => {
    fc.assert(
      fc.property(absolute, absolute, (path, folder) => {
        const goesDown = path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
        expect(isWithin(path, [folder])).toBe(goesDown);
        expect(isWithin(`${folder === "/" ? "/x" : folder}2`, [folder])).toBe(folder === "/");
      }),
    );
  });
});

describe("a protected path", () => {
  const roots = ["/project/shop"];
  const isProtected = (path: string) =>
    isProtectedPath(resolve("/project/shop", path), roots, ["/state", "/home/me/.claude"]);

  it.each([
    ".git/hooks/pre-commit",
    ".git/config",
    ".git",
    "sub/module/.git/config",
    ".claude/settings.json",
    ".claude/worktrees",
    ".claude/worktrees/one/.claude/settings.json",
    ".gantry/plugins/evil.ts",
    "gantry.config.ts",
    ".gantryrc",
    ".gantryrc.json",
    ".mcp.json",
    ".vscode/tasks.json",
    ".husky/pre-push",
    ".envrc",
    ".npmrc",
    ".bashrc",
    "packages/a/.yarnrc.yml",
    "lefthook.yml",
    ".pre-commit-config.yaml",
    "/state/trust.json",
    "/home/me/.claude/settings.json",
    "/home/me/.zshrc",
    "/home/me/.config/git/config",
    "/home/me/.ssh/authorized_keys",
  ])("is %s", (path) => expect(isProtected(path)).toBe(true));

  it.each([
    ".GIT/config",
    ".Git/hooks/x",
    ".CLAUDE/settings.json",
    ".Mcp.Json",
    ".g\u200cit/config",
    ".git./config",
    ".git ",
    ".git::$INDEX_ALLOCATION/config",
    "GIT~1/config",
    "CLAUDE~1/settings.json",
    ".\u017fsh/config",
    ".\u212aitty/../.git/x",
  ])("is %j too, which some file systems take for one", (path) => expect(isProtected(path)).toBe(true));

  it.each([
    "src/git/config",
    ".github/workflows/ci.yml",
    ".gitignore",
    "digit/x",
    "git",
    "README.md",
    ".claude/worktrees/one/src/a.ts",
    "src/.gitkeep",
    "config/git/x",
  ])("is not %s", (path) => expect(isProtected(path)).toBe(false));

  it("does not count what leads to the folder that is worked in", () => {
    const worktree = "/project/shop/.claude/worktrees/one";
    expect(isProtectedPath(`${worktree}/src/a.ts`, [worktree])).toBe(false);
    expect(isProtectedPath(`${worktree}/.git`, [worktree])).toBe(true);
  });

  it("is protected in any letter case and composition", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(".git/config", ".claude/settings.json", ".gantry/x", ".mcp.json", ".config/git/x"),
        fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
        fc.constantFrom("NFC", "NFD", "NFKD"),
        (path, upper, form) => {
          const spelt = [...path].map((char, index) => (upper[index] ? char.toUpperCase() : char)).join("");
          expect(isProtected(`é/${spelt}`.normalize(form))).toBe(true);
        },
      ),
    );
  });
});

describe("a folded name", () => {
  it("is the same for every spelling, and folding it again changes nothing", () => {
    expect(foldName("É")).toBe(foldName("e\u0301"));
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const folded = foldName(text);
        for (const spelling of [folded, text.toUpperCase(), text.toLowerCase(), text.normalize("NFD")]) {
          expect(foldName(spelling)).toBe(folded);
        }
      }),
    );
  });
});
