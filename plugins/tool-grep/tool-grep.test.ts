import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ToolResult, textOf } from "gantry/sdk";
import { createTestKernel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import toolGrep from "./index.ts";

let cwd: string;
let kernel: TestKernel;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "grep-")));
  const config = join(cwd, "rgconfig");
  await writeFile(config, "--invert-match\n");
  kernel = await createTestKernel({
    plugins: [execNode, filesNode, toolGrep],
    cwd,
    env: { PATH: process.env.PATH as string, RIPGREP_CONFIG_PATH: config },
  });
  await rm(config);
});
afterEach(async () => {
  await kernel.close();
  await rm(cwd, { recursive: true, force: true });
});

async function files(tree: Record<string, string>) {
  for (const [path, text] of Object.entries(tree)) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), text);
  }
}
const grep = (pattern: string, more: object = {}) => kernel.call("Grep", { pattern, ...more });
const content = (pattern: string, more: object = {}) => grep(pattern, { output_mode: "content", ...more });
const said = (result: ToolResult) => textOf(result.content);

describe("Grep", () => {
  it("names the files that match, relative and sorted", async () => {
    await files({ "b.ts": "needle", "a/x.ts": "a needle", "c.ts": "hay" });
    const result = await grep("needle");
    expect(said(result)).toBe("Found 2 files\na/x.ts\nb.ts");
    expect(result.data).toEqual({
      mode: "files_with_matches",
      numFiles: 2,
      filenames: ["a/x.ts", "b.ts"],
      totalFiles: 2,
    });
  });

  it("gives lines with numbers, and lines around them", async () => {
    await files({ "a.txt": "1\n2\nneedle\n4\n5\n6\n7\nneedle 2\n" });
    expect(said(await content("needle", { "-C": 1 }))).toBe(
      "a.txt-2-2\na.txt:3:needle\na.txt-4-4\n--\na.txt-7-7\na.txt:8:needle 2",
    );
    expect(said(await content("needle$", { "-B": 1, "-A": 2 }))).toBe(
      "a.txt-2-2\na.txt:3:needle\na.txt-4-4\na.txt-5-5",
    );
    expect(said(await content("needle 2", { "-n": false, context: 1 }))).toBe("a.txt:7\na.txt:needle 2");
    expect((await content("needle")).data).toMatchObject({ mode: "content", numFiles: 1, numLines: 2, totalLines: 2 });
  });

  it("counts", async () => {
    await files({ "a.txt": "x\nx\n", "b.txt": "x\n" });
    const result = await grep("x", { output_mode: "count" });
    expect(said(result)).toBe("a.txt:2\nb.txt:1\n3 matching lines in 2 files");
    expect(result.data).toMatchObject({ numMatches: 3, numFiles: 2 });
  });

  it("heeds -i, -o, glob, type, path and multiline", async () => {
    await files({ "a.ts": "NEEDLE = 1\nend", "b.py": "needle", "sub/c.ts": "needle" });
    expect(said(await grep("needle", { "-i": true, type: "ts" }))).toBe("Found 2 files\na.ts\nsub/c.ts");
    expect(said(await grep("needle", { glob: "*.{py,rb}" }))).toBe("Found 1 file\nb.py");
    expect(said(await content("ne+", { "-o": true, path: "sub" }))).toBe("sub/c.ts:1:nee");
    expect(said(await content("needle", { path: "b.py" }))).toBe("b.py:1:needle");
    expect(said(await grep("1.*end"))).toBe("No matches found");
    expect(said(await grep("1.*end", { multiline: true }))).toBe("Found 1 file\na.ts");
  });

  it("gives results by the page", async () => {
    await files({ "a.txt": Array.from({ length: 600 }, (_, at) => `line ${at + 1}\n`).join("") });
    const first = await content("line");
    expect(said(first).split("\n")).toHaveLength(251);
    expect(said(first)).toMatch(/a\.txt:250:line 250\n\(1 to 250 of 600; go on with offset: 250\)$/);
    expect(first.data).toMatchObject({ appliedLimit: 250, totalLines: 600 });
    const next = await content("line", { offset: 598, head_limit: 1 });
    expect(said(next)).toBe("a.txt:599:line 599\n(599 to 599 of 600; go on with offset: 599)");
    expect(said(await content("line", { offset: 700 }))).toContain("offset 700 is behind the last of 600");
    expect(said(await content("line", { head_limit: 0 }))).toMatch(/a\.txt:600:line 600$/);
  });

  it("leaves out what is ignored and .git, but sees hidden files", async () => {
    await files({ ".gitignore": "dist\n", "dist/a.js": "needle", ".git/x": "needle", ".github/w.yml": "needle" });
    expect(said(await grep("needle"))).toBe("Found 1 file\n.github/w.yml");
    expect(said(await grep("needle", { path: "dist" }))).toBe("Found 1 file\ndist/a.js");
  });

  it("finds nothing without failing", async () => {
    const result = await grep("needle");
    expect([result.outcome, said(result)]).toEqual(["ok", "No matches found"]);
  });

  it("says what is wrong with a pattern, and how to write it", async () => {
    const result = await grep("foo(");
    expect(result.outcome).toBe("error");
    expect(said(result)).toMatch(/unclosed group.*backslash/s);
  });

  it("says what is wrong with a type or a glob", async () => {
    expect(said(await grep("x", { type: "klingon" }))).toMatch(/unrecognized file type: klingon.*glob/s);
    expect(said(await grep("x", { glob: "{a" }))).toContain("glob");
  });

  it("names the nearest path when there is none", async () => {
    await files({ "source/a.ts": "x" });
    const result = await grep("x", { path: "sorce" });
    expect(result.outcome).toBe("error");
    expect(said(result)).toContain('Did you mean "source"?');
    expect(said(await grep("x", { path: "no/such" }))).toContain("nor a folder");
  });

  it("never takes for an option what the model wrote", async () => {
    await files({ "a.txt": "--files\n-v\n", "--pre=x": "needle" });
    expect(said(await content("--files"))).toBe("a.txt:1:--files");
    expect(said(await content("-v"))).toBe("a.txt:2:-v");
    expect(said(await grep("needle", { path: "--pre=x" }))).toBe("Found 1 file\n--pre=x");
    expect(said(await grep("needle", { glob: "--pre=x", type: "--pre" }))).toContain("unrecognized file type");
  });

  it("cuts long lines and long answers", async () => {
    await files({ "min.js": `needle ${"x".repeat(100_000)}\n` });
    expect(said(await content("needle")).length).toBeLessThan(700);
    await files({ "many.txt": `needle ${"y".repeat(400)}\n`.repeat(500) });
    const result = await content("needle", { path: "many.txt", head_limit: 0 });
    expect(said(result).length).toBeLessThan(30_200);
    expect(said(result)).toMatch(/of 500; go on with offset: \d+\)$/);
  });

  it("survives names with spaces, colons and non-ASCII letters", async () => {
    await files({ "a b/é:1:x.txt": "needle" });
    expect(said(await content("needle"))).toBe("a b/é:1:x.txt:1:needle");
  });

  it("searches another folder of the session with absolute names, and asks for any other", async () => {
    const other = await realpath(await mkdtemp(join(tmpdir(), "grep-other-")));
    await writeFile(join(other, "a.txt"), "needle");
    expect((await grep("needle", { path: other })).outcome).toBe("denied");
    await kernel.close();
    kernel = await createTestKernel({ plugins: [execNode, filesNode, toolGrep], cwd, folders: [other] });
    expect(said(await grep("needle", { path: other }))).toBe(`Found 1 file\n${other}/a.txt`);
    await rm(other, { recursive: true });
  });

  it("shows nothing of a file that a rule forbids to read", async () => {
    await kernel.close();
    kernel = await createTestKernel({
      plugins: [execNode, filesNode, settingsFiles, toolGrep],
      cwd,
      settings: { permissions: { deny: ["Read(.env)", "Read(/secrets/**)", "Bash(rm:*)"] } },
    });
    await files({ ".env": "needle", "sub/.env": "needle", "secrets/a/b": "needle", "c.txt": "needle" });
    expect(said(await content("needle"))).toBe("c.txt:1:needle\n(3 left out: permission rules forbid reading them.)");
    expect(said(await grep("needle"))).toMatch(/^Found 1 file\nc\.txt\n/);
    expect(said(await grep("needle", { path: "secrets" }))).not.toContain("secrets/a/b");
    await symlink("secrets", join(cwd, "link"));
    expect(said(await grep("needle", { path: "link" }))).toMatch(/^No matches found/);
  });

  it("goes on when a file cannot be read", async () => {
    await files({ "a.txt": "needle", "secret.txt": "needle" });
    await chmod(join(cwd, "secret.txt"), 0o000);
    expect(said(await grep("needle"))).toContain("a.txt");
  });
});
