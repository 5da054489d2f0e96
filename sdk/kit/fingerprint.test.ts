import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fingerprint, sha256Of } from "gantry/sdk/kit/fingerprint";
import { afterEach, beforeEach, expect, test } from "vitest";

let base: string;
beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-print-")));
});
afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const path = join(base, name);
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, content);
  return path;
}

test("a file is told by its name, its size and its bytes", () => {
  const file = write("a.yaml", "one: 1\n");
  const hash = sha256Of("\u00007\u0000one: 1\n");
  expect(fingerprint(file)).toBe(`a.yaml: 7 bytes, SHA-256 ${hash}`);
  write("a.yaml", "one: 2\n");
  expect(fingerprint(file)).not.toContain(hash);
});

test("a folder is told by all files in it, with their names, in whatever order the system lists them", () => {
  const folder = dirname(write("p/index.ts", "1"));
  write("p/lib/b.txt", "2");
  const first = fingerprint(folder);
  expect(first).toMatch(/^p: 2 files, 2 bytes, SHA-256 [0-9a-f]{64}$/);
  const changes = [
    () => write("p/lib/b.txt", "3"),
    () => write("p/lib/c.txt", ""),
    () => fs.renameSync(join(folder, "lib/b.txt"), join(folder, "lib/d.txt")),
    () => fs.rmSync(join(folder, "lib"), { recursive: true }),
  ];
  const prints = changes.map((change) => {
    change();
    return fingerprint(folder);
  });
  expect(new Set([first, ...prints]).size).toBe(5);
});

test.each([
  ["an import", `import { x } from "./lib/x.ts";`],
  ["an import without its ending", `import { x } from './lib/x';`],
  ["a require", `const x = require(\`./lib/x\`);`],
  ["an import when it is needed", `await import("./lib/x.ts")`],
  ["a chain of imports", `export * from "./deep/chain.js";`],
])("what code names belongs to it: %s", (_, code) => {
  write("deep/chain.js", `require("../lib/x.ts")`);
  write("lib/x.ts", "export const x = 1;");
  const file = write("gantry.config.ts", code);
  const before = fingerprint(file);
  write("lib/x.ts", "export const x = 2;");
  expect(fingerprint(file)).not.toBe(before);
  expect(before).toMatch(/: [23] files, /);
});

test("files that name each other, or themselves, end", () => {
  write("a.ts", `import "./b.ts"; import "./a.ts";`);
  expect(fingerprint(write("b.ts", `import "./a.ts";`))).toMatch(/^b\.ts: 2 files/);
});

test("what is named seen from a link is what lies beside the file that it leads to", () => {
  write("real/lib.ts", "1");
  fs.symlinkSync(write("real/a.ts", `import "./lib.ts";`), join(base, "a.ts"));
  const before = fingerprint(join(base, "a.ts"));
  expect(before).toContain(`which leads to ${base}/real/a.ts`);
  write("real/lib.ts", "2");
  expect(fingerprint(join(base, "a.ts"))).not.toBe(before);
});

test("what is neither file nor folder, too much, or not there has none", () => {
  execFileSync("mkfifo", [join(base, "pipe")]);
  expect(() => fingerprint(join(base, "pipe"))).toThrow("neither a file nor a folder");
  expect(() => fingerprint(join(base, "absent"))).toThrow("ENOENT");
  fs.truncateSync(write("large", ""), 33 * 1024 * 1024);
  expect(() => fingerprint(join(base, "large"))).toThrow("more than 2000 files or 33554432 bytes");
});
