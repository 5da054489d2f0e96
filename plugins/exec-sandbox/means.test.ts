import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostInfo } from "gantry/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findBwrap } from "./bwrap-program.ts";
import { findMeans } from "./means.ts";
import type { Policy } from "./policy.ts";

let place: string;
beforeEach(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), "means-")));
});
afterEach(() => rm(place, { recursive: true, force: true }));

async function program(folder: string, script = ""): Promise<string> {
  await mkdir(join(place, folder), { recursive: true });
  const file = join(place, folder, "bwrap");
  await writeFile(file, `#!/bin/sh\n${script}`);
  await chmod(file, 0o755);
  return file;
}
const means = (bwrapPath: string) =>
  findMeans({ env: {} } as HostInfo, { bwrapPath, isWeaker: false } as Policy, [], "linux");

describe("bubblewrap is found", () => {
  it("where an administrator says, and nowhere else then", async () => {
    const file = await program("opt");
    expect(findBwrap("", [], file)).toBe(file);
    expect(findBwrap(process.env.PATH, [], join(place, "absent"))).toBeUndefined();
    expect(findBwrap(process.env.PATH, [], "bwrap")).toBeUndefined();
  });

  it("never in a folder that commands may write, however it is reached", async () => {
    const planted = await program("work/bin");
    await mkdir(join(place, "links"));
    await symlink(planted, join(place, "links/bwrap"));
    const workspace = [join(place, "work"), "/usr", "/bin"];
    const path = [join(place, "work/bin"), "work/bin", "", ".", join(place, "links")].join(":");
    expect(findBwrap(path, workspace, undefined)).toBeUndefined();
  });
});

describe("a machine that cannot confine", () => {
  it("says what would help", async () => {
    const failing = async (said: string) => means(await program("opt", `echo "${said}" >&2; exit 1`));
    expect(await failing("bwrap: No permissions to create a new namespace")).toEqual({
      problem: expect.stringMatching(/No permissions to create a new namespace\)\. User namespaces have to be on/),
    });
    expect(await failing("bwrap: Can't mount proc on /newroot/proc")).toEqual({
      problem: expect.stringContaining("set sandbox.enableWeakerNestedSandbox"),
    });
    expect(await means(join(place, "absent"))).toEqual({ problem: expect.stringContaining("sandbox.bwrapPath names") });
  });

  it("is not one whose bubblewrap works", async () => {
    const file = await program("opt");
    expect(await means(file)).toEqual({ kind: "bubblewrap", program: file });
  });

  it("is one of a kind that nothing is written for", async () => {
    expect(await findMeans({ env: {} } as HostInfo, {} as Policy, [], "win32")).toEqual({
      problem: expect.stringContaining("win32"),
    });
  });
});
