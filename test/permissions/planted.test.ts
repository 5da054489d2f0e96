// Commands that are harmless by their words and not by what lies in the folder: links, hooks, names that look like flags.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { root } from "../scripts/project.js";
import { isExpected, pipeline, type TableLine } from "./pipeline.ts";

interface PlantedLine extends TableLine {
  /** A script that makes the folder what it is. */
  readonly setup: string;
}

const lines = fs
  .readFileSync(join(root, "test/fixtures/permissions-planted.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as PlantedLine);

let base: string;
beforeAll(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "gantry-planted-")));
});
afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

/** A repository with some files, and what lies beside it. */
const FOLDER = [
  "git init -q . && git config user.name a && git config user.email a@b",
  "mkdir -p src sub list ../outdir && echo x > a.txt && echo x > a1 && echo x > file && echo x > src/a.ts && echo x > list/f",
  "echo secret > ../secret.txt; echo x > ../outdir/passwd; echo x > ../outdir/f",
  "git add . && git commit -qm x",
].join("\n");

it("what lies in a folder is reckoned with", async () => {
  const judge = await pipeline();
  const wrong: string[] = [];
  for (const line of lines) {
    const cwd = join(base, line.id, "proj");
    fs.mkdirSync(cwd, { recursive: true });
    const env = { PATH: process.env.PATH, HOME: base, GIT_CONFIG_NOSYSTEM: "1" };
    execFileSync("bash", ["-c", `${FOLDER}\n${line.setup}\ntrue`], { cwd, env, stdio: "ignore" });
    const verdict = await judge({ ...line, cwd });
    if (!isExpected(line, verdict)) wrong.push(`${verdict.decision}: ${line.setup} :: ${JSON.stringify(line.input)}`);
  }
  expect(wrong).toEqual([]);
}, 60_000);
