import { expect, test } from "vitest";
import { expandAll, globMatcher, pathMatcher } from "./path-globs.ts";

test.each([
  ["src/**/*.ts", "src/a/b.ts", true],
  ["src/**/*.ts", "src/b.ts", true],
  ["src/**/*.ts", "other/src/b.ts", false],
  ["**/*.{ts,tsx}", "a/b.tsx", true],
  ["*.md", "a.md", true],
  ["*.md", "docs/a.md", false],
  ["src/*.ts", "src/a/b.ts", false],
  ["src", "src/a/b.ts", true],
  ["src/{a,b/{c,d}}/x", "src/b/d/x", true],
  ["src/{a", "src/{a", true],
  ["/src/a.ts", "src/a.ts", true],
])("%s, asked of %s: %s", (glob, path, fits) => {
  expect(globMatcher([glob], "/p")(`/p/${path}`)).toBe(fits);
  expect(globMatcher([glob], "/p")(`/q/${path}`)).toBe(false);
});

test.each([
  ["/home/me/CLAUDE.md", "/home/me/CLAUDE.md", true],
  ["**/team/**", "/w/team/CLAUDE.md", true],
  ["team/CLAUDE.md", "/w/team/CLAUDE.md", true],
  ["~/shop/CLAUDE.md", "/home/me/shop/claude.md", true],
  ["/home/me/CLAUDE.md", "/home/me/x/CLAUDE.md", false],
])("what is left out by %s: %s, %s", (glob, path, fits) => {
  expect(pathMatcher([glob], "/home/me")(path)).toBe(fits);
});

test("braces cannot become more than a thousand patterns", () => {
  expect(expandAll(["{a,b}".repeat(30)]).length).toBeLessThanOrEqual(1_000);
  expect(expandAll(Array.from({ length: 5_000 }, (_, n) => `${n}`))).toHaveLength(1_000);
});
