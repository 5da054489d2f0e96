import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { GantryError } from "gantry/sdk";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Disk, disk } from "./disk.ts";
import { createFiles } from "./files.ts";

let root: string;
let work: string;
let outside: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "gantry-checked-")));
  work = join(root, "work");
  outside = join(root, "outside");
  await mkdir(work);
  await mkdir(outside);
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeFile(join(work, "a.txt"), "mine");
  await writeFile(join(outside, "a.txt"), "secret");
});

const isLinux = process.platform === "linux";
/** A system that does not say where an open file lies. */
const silent: Disk = {
  ...disk,
  readlink: (path) =>
    path.startsWith("/proc/")
      ? Promise.reject(Object.assign(new Error("none"), { code: "ENOENT" }))
      : disk.readlink(path),
};
const SYSTEMS = [
  ["a system that names open files", disk],
  ["a system that does not", silent],
] as const;

/** Lets something happen just before the first call of a kind whose path is a certain one. */
function justBefore(on: Disk, name: "open" | "mkdir" | "fsync", ends: string, happens: () => Promise<unknown>): Disk {
  let isDone = false;
  const call = on[name] as (...args: never[]) => Promise<unknown>;
  const swapping = async (...args: never[]) => {
    if (!isDone && String(args[0]).endsWith(ends)) {
      isDone = true;
      await happens();
    }
    return call(...args);
  };
  return { ...on, [name]: swapping } as Disk;
}

const folderSwapped = async () => {
  await rename(work, join(root, "moved"));
  await symlink(outside, work);
};
const fileSwapped = async () => {
  await rm(join(work, "a.txt"));
  await symlink(join(outside, "a.txt"), join(work, "a.txt"));
};
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: GantryError) => error.code,
  );
const bytes = Buffer.from("new");

describe.each(SYSTEMS)("on %s", (_, system) => {
  test.each([
    ["its folder", folderSwapped],
    ["the file", fileSwapped],
  ])("a file is not read when %s becomes a link just before it is opened", async (_what, happens) => {
    const realPath = join(work, "a.txt");
    const files = createFiles(justBefore(system, "open", "a.txt", happens));
    expect(await codeOf(files.read(realPath, { realPath }))).toBe("GANTRY_FILES_MOVED");
  });

  test("a file is read that is checked and still there", async () => {
    const realPath = join(work, "a.txt");
    const read = await createFiles(system).read(join(work, "other"), { realPath });
    expect([Buffer.from(read.bytes).toString(), read.realPath]).toEqual(["mine", realPath]);
  });

  test("nothing is written when the folder becomes a link just before it is opened", async () => {
    const realPath = join(work, "b.txt");
    const files = createFiles(justBefore(system, "open", "/work", folderSwapped));
    expect(await codeOf(files.write(realPath, bytes, { realPath }))).toBe("GANTRY_FILES_MOVED");
    expect(await readdir(outside)).toEqual(["a.txt"]);
  });

  test("nothing is written when the file becomes a link while its content is compared", async () => {
    const realPath = join(work, "a.txt");
    const { stamp } = await createFiles(system).read(realPath);
    const files = createFiles(justBefore(system, "fsync", "", fileSwapped));
    expect(await codeOf(files.write(realPath, bytes, { realPath, expect: stamp }))).toBe("GANTRY_FILES_MOVED");
    expect(await readFile(join(outside, "a.txt"), "utf8")).toBe("secret");
    expect(await readdir(work)).toEqual(["a.txt"]);
  });
});

test.runIf(isLinux)("no folder is made behind a link that takes the place of a missing one", async () => {
  const realPath = join(work, "new", "deep", "b.txt");
  for (const [name, ends] of [
    ["mkdir", "/new"],
    ["mkdir", "/deep"],
    ["open", "/new"],
  ] as const) {
    const files = createFiles(
      justBefore(disk, name, ends, async () => {
        await rm(join(work, "new"), { recursive: true, force: true });
        await symlink(outside, join(work, "new"));
      }),
    );
    const code = await codeOf(files.write(realPath, bytes, { realPath }));
    expect([name, ends, code]).toEqual([name, ends, expect.stringMatching(/^GANTRY_FILES_(MOVED|ABSENT)$/)]);
    expect(await readdir(outside)).toEqual(["a.txt"]);
    await rm(join(work, "new"), { recursive: true, force: true });
  }
});

test.runIf(isLinux)(
  "a file that is replaced by a renamed one while it is read is the one that was opened",
  async () => {
    const realPath = join(work, "a.txt");
    await writeFile(join(work, "next"), "next");
    let isDone = false;
    const replacing: Disk = {
      ...disk,
      fstat: async (fd) => {
        if (!isDone) await rename(join(work, "next"), realPath);
        isDone = true;
        return disk.fstat(fd);
      },
      readlink: async (path) => {
        while (!isDone) await new Promise((resolve) => setImmediate(resolve));
        return disk.readlink(path);
      },
    };
    const read = await createFiles(replacing).read(realPath, { realPath });
    expect([Buffer.from(read.bytes).toString(), read.realPath]).toEqual(["mine", realPath]);
  },
);
