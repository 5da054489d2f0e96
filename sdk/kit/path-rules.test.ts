import fc from "fast-check";
import { fitsPathPattern, parsePathPattern, patternFor } from "gantry/sdk/kit/path-rules";
import { matchText } from "gantry/sdk/kit/stars";
import ignore from "ignore";
import { describe, expect, it } from "vitest";

const ANCHORS = { machine: ["/"], home: ["/home/me"], settings: ["/project/rules"], cwd: ["/project/shop"] };

function fits(pattern: string, path: string, kind: "allow" | "deny" = "allow"): boolean {
  const isDeny = kind === "deny";
  const parsed = parsePathPattern(pattern, isDeny);
  if (!parsed) throw new Error(`${pattern} has no meaning`);
  return fitsPathPattern(parsed, path, ANCHORS, { anyDepth: isDeny, ignoreCase: isDeny });
}

describe("a path pattern", () => {
  it.each([
    ["//etc/hosts", "/etc/hosts"],
    ["//etc/**", "/etc/ssl/certs/a"],
    ["~/notes/*.md", "/home/me/notes/a.md"],
    ["/src/**", "/project/rules/src/a/b"],
    ["src/**", "/project/shop/src/a/b"],
    ["./src", "/project/shop/src/a/b"],
    ["src/", "/project/shop/src/a"],
    ["a.ts", "/project/shop/deep/er/a.ts"],
    ["*.ts", "/project/shop/deep/a.ts"],
    ["src/**/test/*.ts", "/project/shop/src/test/a.ts"],
    ["src/**/test/*.ts", "/project/shop/src/x/y/test/a.ts"],
    ["**/b", "/project/shop/b"],
    ["../other/**", "/project/other/a"],
    ["**", "/project/shop/a"],
    ["a\\*b", "/project/shop/a*b"],
    ["[ab]?[!c]", "/project/shop/axd"],
    ["app/(group)/page.tsx", "/project/shop/app/(group)/page.tsx"],
  ])("%s fits %s", (pattern, path) => expect(fits(pattern, path)).toBe(true));

  it.each([
    ["//etc/**", "/etc"],
    ["//etc/**", "/etcetera/a"],
    ["~/notes/*.md", "/home/me/notes/deep/a.md"],
    ["~/notes/*.md", "/home/meme/notes/a.md"],
    ["src/**", "/project/shop/lib/src/a"],
    ["src/**", "/project/shop/src2/a"],
    ["src/**", "/project/shop2/src/a"],
    ["./a.ts", "/project/shop/deep/a.ts"],
    ["/src/**", "/project/shop/src/a"],
    ["*.ts", "/elsewhere/a.ts"],
    ["a\\*b", "/project/shop/axb"],
    ["**", "/project/shop2/a"],
    ["SRC/**", "/project/shop/src/a"],
  ])("%s does not fit %s", (pattern, path) => expect(fits(pattern, path)).toBe(false));

  it("that forbids fits at any depth, in any letter case and composition", () => {
    expect(fits("src/**", "/project/shop/lib/SRC/a", "deny")).toBe(true);
    expect(fits(".env", "/project/shop/deep/.ENV", "deny")).toBe(true);
    expect(fits("caf\u00e9/**", "/project/shop/cafe\u0301/a", "deny")).toBe(true);
    expect(fits("./src/**", "/project/shop/lib/src/a", "deny")).toBe(false);
    expect(fits("//ETC/**", "/etc/hosts", "deny")).toBe(true);
  });

  it.each(["", "  ", "!src/**", "a/../b", "a[b", "a\\", "[]"])("%j has no meaning", (pattern) => {
    expect(parsePathPattern(pattern, false)).toBeUndefined();
  });

  it("means what it means in .gitignore", () => {
    const part = fc.constantFrom("a", "b", "ab", "*", "**", "?", "a*", "*b", "[ab]", "[!a]", "a?b");
    const pattern = fc
      .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([parts, isRooted]) => `${isRooted ? "/" : ""}${parts.join("/")}`);
    const path = fc.array(fc.constantFrom("a", "b", "ab", "abb", "c"), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(pattern, path, (text, names) => {
        const git = ignore({ ignorecase: false }).add(text).ignores(names.join("/"));
        const rule = text.startsWith("/") ? `.${text}` : text;
        expect(fits(rule, `/project/shop/${names.join("/")}`)).toBe(git);
      }),
      { numRuns: 3000 },
    );
  });

  it("takes no longer for a pattern made to be slow", () => {
    const path = `/project/shop/${"a".repeat(250)}/${"a/".repeat(1000)}`;
    expect(fits(`${"*a".repeat(100)}*b`, path)).toBe(false);
    expect(fits(`${"**/a/".repeat(100)}b`, path)).toBe(false);
    expect(matchText(`${"*a".repeat(1000)}b`, "a".repeat(20_000))).toBe(false);
  });
});

describe("the pattern for a path", () => {
  it("fits that path and no other", () => {
    const name = fc
      .string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(..."ab*?[]!\\ ~#.-()é") })
      .filter((text) => text !== "." && text !== ".." && text.trim() === text);
    const path = fc
      .tuple(fc.constantFrom("/project/shop", "/elsewhere", ""), fc.array(name, { minLength: 1, maxLength: 3 }))
      .map(([base, names]) => `${base}/${names.join("/")}`);
    fc.assert(
      fc.property(path, path, (one, other) => {
        const pattern = patternFor(one, "/project/shop");
        expect(fits(pattern, one)).toBe(true);
        expect(fits(pattern, other)).toBe(other === one || other.startsWith(`${one}/`));
      }),
    );
  });
});
