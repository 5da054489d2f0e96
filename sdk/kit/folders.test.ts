import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolders } from "./folders.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "gantry-folders-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe("makeFolders", () => {
  it("makes what is missing, with the mode, and is content with what is there", () => {
    makeFolders(join(base, "a/b/c"), 0o700);
    makeFolders(join(base, "a/b/c"));
    expect(statSync(join(base, "a/b/c")).mode & 0o777).toBe(0o700);
    expect(statSync(join(base, "a")).mode & 0o777).toBe(0o700);
  });

  it("fails where a file stands in the way", () => {
    writeFileSync(join(base, "file"), "");
    expect(() => makeFolders(join(base, "file/a"))).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
  });

  it.runIf(process.platform === "linux")("fails, and ends, where no folder can be made", () => {
    expect(() => makeFolders("/proc/no-such-process/a")).toThrow(expect.objectContaining({ code: "ENOENT" }));
  });
});
