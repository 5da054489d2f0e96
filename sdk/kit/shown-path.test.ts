import { shownPath } from "gantry/sdk/kit/shown-path";
import { expect, test } from "vitest";

const host = { cwd: "/home/me/shop", home: "/home/me" };

test.each([
  ["/home/me/shop/src/a.ts", "src/a.ts"],
  ["/home/me/shop", "."],
  ["/home/me/shopping/a.ts", "~/shopping/a.ts"],
  ["/home/me", "~"],
  ["/home/me/..b/a", "~/..b/a"],
  ["/home/you/a.ts", "/home/you/a.ts"],
  ["/home/me/shop/a\u001b[2Jb", "a<U+001B>[2Jb"],
])("%j is shown as %s", (path, shown) => {
  expect(shownPath(path, host)).toBe(shown);
});
