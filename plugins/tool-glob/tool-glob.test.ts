import { mkdir, mkdtemp, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ToolResult, textOf } from "gantry/sdk";
import { createTestKernel, type TestKernel } from "gantry/sdk/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import execNode from "../exec-node/index.ts";
import filesNode from "../files-node/index.ts";
import settingsFiles from "../settings-files/index.ts";
import toolGlob from "./index.ts";

let cwd: string;
let kernel: TestKernel;

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), "glob-")));
  await open();
});
afterEach(async () => {
  await kernel.close();
  await rm(cwd, { recursive: true, force: true });
});

async function open(env: Record<string, string> = {}) {
  kernel = await createTestKernel({
    plugins: [execNode, filesNode, toolGlob],
    cwd,
    env: { PATH: process.env.PATH as string, ...env },
  });
}

/** Files, each a second older than the one before it. */
async function files(...paths: string[]) {
  for (const [at, path] of paths.entries()) {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), "");
    await utimes(join(cwd, path), 1_700_000_000 - at, 1_700_000_000 - at);
  }
}
const glob = (pattern: string, path?: string) => kernel.call("Glob", { pattern, ...(path && { path }) });
const said = (result: ToolResult) => textOf(result.content);

describe("Glob", () => {
  it("finds files, newest first", async () => {
    await files("b.ts", "deep/er/c.ts", "a.ts", "d.js");
    const result = await glob("**/*.ts");
    expect(said(result)).toBe("b.ts\ndeep/er/c.ts\na.ts");
    expect(result.data).toMatchObject({
      filenames: ["b.ts", "deep/er/c.ts", "a.ts"],
      numFiles: 3,
      truncated: false,
      totalMatches: 3,
      countIsComplete: true,
    });
  });

  it("means by a pattern what shells mean", async () => {
    await files("a.ts", "sub/b.ts", "sub/c.tsx", "!x.ts");
    expect(said(await glob("*.ts"))).toBe("a.ts\n!x.ts");
    expect(said(await glob("sub/*.{ts,tsx}"))).toBe("sub/b.ts\nsub/c.tsx");
    expect(said(await glob("./sub/[b].ts"))).toBe("sub/b.ts");
    expect(said(await glob("!x.ts"))).toBe("!x.ts");
    expect(said(await glob(`${cwd}/sub/*.ts`))).toBe("sub/b.ts");
  });

  it("searches the given folder", async () => {
    await files("a.ts", "sub/b.ts");
    expect(said(await glob("*.ts", "sub"))).toBe("sub/b.ts");
    expect(said(await glob("*.ts", join(cwd, "sub")))).toBe("sub/b.ts");
  });

  it("gives at most 100 and says how many there are", async () => {
    await files(...Array.from({ length: 105 }, (_, at) => `f${at}.txt`));
    const result = await glob("*.txt");
    expect(said(result).split("\n").slice(99)).toEqual([
      "f99.txt",
      "(The newest 100 of 105 files. Give a narrower pattern for the rest.)",
    ]);
    expect(result.data).toMatchObject({ numFiles: 100, truncated: true, totalMatches: 105 });
  });

  it("heeds ignore files only when asked to", async () => {
    await files(".gitignore", "dist/a.js", ".hidden/b.js", ".git/c.js");
    await writeFile(join(cwd, ".gitignore"), "dist\n");
    expect(said(await glob("**/*.js"))).toBe("dist/a.js\n.hidden/b.js");
    await kernel.close();
    await open({ CLAUDE_CODE_GLOB_NO_IGNORE: "false" });
    expect(said(await glob("**/*.js"))).toBe(".hidden/b.js");
  });

  it("leaves out installed packages unless they are named", async () => {
    await files("node_modules/p/a.js", "b.js");
    expect(said(await glob("**/*.js"))).toBe("b.js");
    expect(said(await glob("node_modules/**/*.js"))).toBe("node_modules/p/a.js");
    expect(said(await glob("**/*.js", "node_modules/p"))).toBe("node_modules/p/a.js");
  });

  it("leaves out what a rule forbids to read", async () => {
    await kernel.close();
    kernel = await createTestKernel({
      plugins: [execNode, filesNode, settingsFiles, toolGlob],
      cwd,
      settings: { permissions: { deny: ["Read(~/x)", "Read(*.pem)"] } },
    });
    await files("a.txt", "keys/b.PEM");
    expect(said(await glob("**/*"))).toBe("a.txt");
  });

  it("says when there is nothing", async () => {
    const result = await glob("*.none");
    expect([result.outcome, said(result)]).toEqual(["ok", "No files found"]);
  });

  it("does not lead out of the folder that was permitted", async () => {
    const outside = ["../**", "sub/../../*", "/etc/*", "/etc/passwd", `${dirname(cwd)}/*`, `${cwd}-other/*`];
    for (const pattern of outside) expect([pattern, (await glob(pattern)).outcome]).toEqual([pattern, "denied"]);
    expect(said(await glob("s*/../../*"))).toContain("leads out");
    await writeFile(`${cwd}-beside`, "");
    for (const pattern of ["{..,a}/*", "{/etc,a}/*"]) expect(said(await glob(pattern))).toBe("No files found");
    await rm(`${cwd}-beside`);
    await symlink("/etc", join(cwd, "link"));
    expect(said(await glob("**/passwd"))).toBe("No files found");
  });

  it("says what is wrong with a pattern or a path", async () => {
    await files("source/a.ts");
    expect(said(await glob("{a"))).toContain("glob");
    expect(said(await glob(""))).toContain("empty");
    expect(said(await glob("*", "sorce"))).toContain('Did you mean "source"?');
    expect(said(await glob("*", "source/a.ts"))).toContain("is a file");
  });

  it("survives names with line ends", async () => {
    await files("two\nlines.txt");
    expect((await glob("*.txt")).data).toMatchObject({ filenames: ["two\nlines.txt"] });
  });
});
