import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../scripts/project.js";

// The official conformance suite, against the built package. Scenarios of sign-in belong to whoever signs in.

const SCENARIOS = ["initialize", "tools_call", "elicitation-sep1034-client-defaults", "sse-retry"];

const client = fileURLToPath(new URL("mcp-client.js", import.meta.url));
let folder: string;
let suite: string;

/** The suite names a function of Node 22 at its head that no scenario of a client calls: a copy goes without, so that Node 20 runs it. */
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "gantry-conformance-")));
  const own = path.dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json"));
  const [code, description] = await Promise.all([
    readFile(path.join(own, "dist/index.js"), "utf8"),
    readFile(path.join(own, "package.json"), "utf8"),
  ]);
  const head = /globSync as (\w+),([^}]*\}\s*from\s*"fs";)/;
  expect(code).toMatch(head);
  suite = path.join(folder, "dist/index.js");
  await mkdir(path.dirname(suite));
  await Promise.all([
    writeFile(suite, code.replace(head, "$2const $1=()=>[];")),
    writeFile(path.join(folder, "package.json"), description),
    symlink(path.join(root, "node_modules"), path.join(folder, "node_modules")),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the suite says of one scenario. */
function judged(scenario: string): Promise<string> {
  const args = [suite, "client", "--command", `${process.execPath} ${client}`, "--scenario", scenario];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (_, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}

describe.skipIf(process.platform === "win32")("the conformance suite's scenario for clients", () => {
  test.each(SCENARIOS)("%s passes, without a warning", async (scenario) => {
    const said = await judged(scenario);
    expect(said).toMatch(/Passed: (\d+)\/\1, 0 failed, 0 warnings/);
    expect(said).toContain("OVERALL: PASSED");
  });
});
