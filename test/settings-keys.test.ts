import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { catalogue } from "../plugins/index.ts";
import { KEYS } from "../plugins/settings-files/keys.ts";

/** These choose the files, and no file can hold them. */
const ABOUT_FILES = ["settings", "settingSources", "mcpConfig", "strictMcpConfig"];

const isKnown = (path: string) =>
  KEYS.some((key) => key === path || key.startsWith(`${path}.`) || path.startsWith(`${key}.`));

test("every setting that a flag stands for is a known key", () => {
  const flags = Object.values(catalogue.plugins).flatMap(({ manifest }) => Object.values(manifest.flags ?? {}));
  const settings = flags.flatMap(({ to }) => ("setting" in to ? [to.setting] : []));
  expect(settings).toContain("permissions.defaultMode");
  expect(settings.filter((path) => !ABOUT_FILES.includes(path) && !isKnown(path))).toEqual([]);
});

test("every setting that a plugin reads is a known key", () => {
  const root = join(import.meta.dirname, "..", "plugins");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !/fixtures/.test(file));
  const read = sources.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const calls = text.matchAll(/ettings\??\s*\.(?:get|layers)\(\s*["'`]([\w.$]+)/g);
    // Of a path that is put together, what comes before.
    return [...calls].map(([, path = ""]) => path.replace(/\.?\$.*$/, ""));
  });
  expect(read).toContain("permissions");
  expect(read.filter((path) => path !== "" && !isKnown(path))).toEqual([]);
});

test("no key is listed twice", () => {
  expect(KEYS.filter((key, at) => KEYS.indexOf(key) !== at)).toEqual([]);
});
