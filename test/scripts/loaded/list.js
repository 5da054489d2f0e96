import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "../project.js";

/** Runs a Node program in an empty home and lists the files that it loads, from the project's folder. */
export function loadedBy(/** @type {string[]} */ command, env = {}) {
  const home = mkdtempSync(join(tmpdir(), "gantry-loaded-"));
  const list = join(home, "loaded.txt");
  const hook = new URL("register.js", import.meta.url).href;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", hook, ...command], {
    cwd: root,
    encoding: "utf8",
    input: "",
    env: { PATH: process.env.PATH, HOME: home, GANTRY_LOADED_LIST: list, NODE_NO_WARNINGS: "1", ...env },
  });
  const urls = readFileSync(list, { encoding: "utf8", flag: "a+" })
    .split("\n")
    .filter((url) => url.startsWith("file:"));
  rmSync(home, { recursive: true });
  const files = urls
    .map((url) => relative(root, fileURLToPath(url)))
    .filter((file) => !file.startsWith("test/scripts/loaded"));
  return { files: [...new Set(files)], status, stdout, stderr };
}
