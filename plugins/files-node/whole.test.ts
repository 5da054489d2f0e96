import { spawn } from "node:child_process";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { isGantryError } from "gantry/sdk";
import { build } from "rolldown";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Disk, disk } from "./disk.ts";
import { createFiles } from "./files.ts";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "gantry-whole-")));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const files = createFiles(disk);
const bytes = (content: string) => Buffer.from(content);

/** A disk on which the call with the given number fails, counted from 0, and every call is counted. */
function failing(number: number, code: string, only?: keyof Disk) {
  const calls: string[] = [];
  const faulty = Object.fromEntries(
    Object.entries(disk).map(([name, real]) => [
      name,
      async (...args: never[]) => {
        const call = real as (...args: never[]) => Promise<unknown>;
        if (only && name !== only) return call(...args);
        calls.push(name);
        if (calls.length - 1 !== number) return call(...args);
        // A descriptor is closed even when closing fails.
        if (name === "close") await call(...args);
        throw Object.assign(new Error(`${code}: planned`), { code, syscall: name });
      },
    ]),
  ) as unknown as Disk;
  return { disk: faulty, calls };
}

/** Every file and folder under the root, with what it holds. */
async function tree(): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const pairs = await Promise.all(
    entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(root.length), entry.isFile() ? await readFile(path, "utf8") : "(folder)"];
    }),
  );
  return Object.fromEntries(pairs);
}

describe("a write in which any one call fails", () => {
  const cases = [
    { name: "over a file", target: "a.txt", has: "old", expects: undefined },
    { name: "over an expected file", target: "a.txt", has: "old", expects: "same" as const },
    { name: "of a new file", target: "b.txt", has: undefined, expects: "absent" as const },
    { name: "into new folders", target: "c/d/e.txt", has: undefined, expects: undefined },
  ];
  test.each(cases)("$name leaves the old or the new, whole, and nothing else", async ({ target, has, expects }) => {
    const path = join(root, target);
    let isThrough = false;
    for (let number = 0; !isThrough; number++) {
      for (const code of ["EIO", "ENOSPC", "EACCES", "EMFILE"]) {
        await rm(root, { recursive: true });
        await mkdir(root);
        if (has !== undefined) await writeFile(path, has);
        const expect_ = expects === "same" ? (await files.read(path)).stamp : expects;
        const before = await tree();
        const faulty = failing(number, code);
        const error = await createFiles(faulty.disk)
          .write(path, bytes("new"), expect_ && { expect: expect_ })
          .then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
        const at = faulty.calls[number];
        isThrough = at === undefined;
        const after = await tree();
        const context = `${code} in call ${number}, ${at}`;
        if (error !== undefined) {
          expect(isGantryError(error) && error.code, context).toMatch(/^GANTRY_FILES_(DENIED|FAILED)$/);
        }
        const hasNew = after[`/${target}`] === "new";
        // Only a removal that itself fails may leave a file behind; the next host clears it.
        const cleaned = Object.fromEntries(
          Object.entries(after).filter(([name]) => at !== "unlink" || !name.endsWith(".tmp")),
        );
        if (!hasNew) expect(cleaned, context).toEqual(before);
        else expect(cleaned, context).toMatchObject({ ...before, [`/${target}`]: "new" });
        expect(
          Object.keys(cleaned).filter((name) => name.endsWith(".tmp")),
          context,
        ).toEqual([]);
        if (error === undefined) expect(hasNew, context).toBe(true);
        expect(await openDescriptors(), context).toBe(0);
      }
    }
  });

  test("is not stopped by short writes", async () => {
    const short: Disk = {
      ...disk,
      write: (fd, from, offset, length) => disk.write(fd, from, offset, Math.min(length, 7)),
    };
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (content) => {
        await createFiles(short).write(join(root, "a"), content);
        expect(await readFile(join(root, "a"))).toEqual(Buffer.from(content));
      }),
      { numRuns: 30 },
    );
  });

  async function openDescriptors(): Promise<number> {
    if (process.platform !== "linux") return 0;
    const names = await readdir("/proc/self/fd");
    const targets = await Promise.all(names.map((name) => realpath(`/proc/self/fd/${name}`).catch(() => "")));
    return targets.filter((target) => target.startsWith(root)).length;
  }
});

describe("a read in which any one call fails", () => {
  test("is a coded error and leaves nothing open", async () => {
    const path = join(root, "a.txt");
    await writeFile(path, "content");
    for (let number = 0; ; number++) {
      const faulty = failing(number, "EIO");
      const result = await createFiles(faulty.disk)
        .read(path)
        .catch((error: unknown) => error);
      if (faulty.calls.length <= number) break;
      const isFine = !(result instanceof Error);
      expect(isFine || (isGantryError(result) && result.code === "GANTRY_FILES_FAILED"), faulty.calls[number]).toBe(
        true,
      );
    }
  });
});

describe("errors of the system", () => {
  test.each([
    ["EACCES", "DENIED", /does not allow/],
    ["EROFS", "DENIED", /read-only/],
    ["ENOSPC", "FAILED", /no space left/],
    ["EDQUOT", "FAILED", /no space left/],
    ["EMFILE", "FAILED", /Too many files/],
    ["ENAMETOOLONG", "FAILED", /longer than/],
    ["ELOOP", "FAILED", /circle/],
    ["EIO", "FAILED", /EIO: planned/],
  ])("%s is told as %s, with the path and a remedy", async (code, what, sentence) => {
    await writeFile(join(root, "a.txt"), "x");
    const { disk: faulty } = failing(0, code, "open");
    await expect(createFiles(faulty).read(join(root, "a.txt"))).rejects.toMatchObject({
      code: `GANTRY_FILES_${what}`,
      message: expect.stringMatching(sentence),
      remedy: expect.any(String),
    });
  });

  test("a name that is too long is told", async () => {
    await expect(files.write(join(root, "x".repeat(300)), bytes("y"))).rejects.toMatchObject({
      code: "GANTRY_FILES_FAILED",
      message: expect.stringMatching(/longer than the system allows/),
    });
    expect(await readdir(root)).toEqual([]);
  });
});

describe("what is no regular file", () => {
  test("is refused without waiting", async () => {
    const pipe = join(root, "pipe");
    await run("mkfifo", [pipe]);
    for (const path of [pipe, "/dev/zero"]) {
      await expect(files.read(path)).rejects.toMatchObject({ code: "GANTRY_FILES_FAILED" });
    }
    await expect(files.write(pipe, bytes("x"))).rejects.toMatchObject({ code: "GANTRY_FILES_FAILED" });
    expect((await stat(pipe)).isFIFO()).toBe(true);
  });

  test.runIf(process.platform === "linux")("a write where no folder can be made fails, and ends", async () => {
    await expect(files.write("/proc/no-such-process/a/b", bytes("x"))).rejects.toMatchObject({
      code: expect.stringMatching(/^GANTRY_FILES_/),
    });
  });

  test.runIf(process.platform === "linux")(
    "a file whose size the system does not know is read to its end",
    async () => {
      expect(Buffer.from((await files.read("/proc/self/status")).bytes).toString()).toMatch(/^Name:/);
      await expect(files.read("/proc/self/status", { maxBytes: 10 })).rejects.toMatchObject({
        code: "GANTRY_FILES_TOO_LARGE",
      });
    },
  );
});

describe("a replaced file", () => {
  test("keeps every permission bit, and its owner", async () => {
    const path = join(root, "a.sh");
    await writeFile(path, "old");
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(path, 12345, 23456);
    await chmod(path, 0o4751);
    await files.write(path, bytes("new"));
    const { mode, uid, gid } = await stat(path);
    expect(mode & 0o7777).toBe(0o4751);
    if (isRoot) expect([uid, gid]).toEqual([12345, 23456]);
  });

  test("is left alone when its owner could not be kept", async () => {
    const path = join(root, "a.txt");
    await writeFile(path, "old");
    const others: Disk = {
      ...disk,
      lstat: async (name) => Object.assign(await disk.lstat(name), { uid: 54321 }),
      fchown: () => Promise.reject(Object.assign(new Error("EPERM"), { code: "EPERM" })),
    };
    await expect(createFiles(others).write(path, bytes("new"))).rejects.toMatchObject({
      code: "GANTRY_FILES_DENIED",
      message: expect.stringContaining("54321"),
    });
    expect(await tree()).toEqual({ "/a.txt": "old" });
  });

  test("is never open to more people than before, not even while it is written", async () => {
    const path = join(root, "secret");
    await writeFile(path, "old", { mode: 0o600 });
    const modes: number[] = [];
    const watching: Disk = {
      ...disk,
      write: async (fd, ...rest) => {
        modes.push((await disk.fstat(fd)).mode & 0o777);
        return disk.write(fd, ...rest);
      },
    };
    await createFiles(watching).write(path, bytes("new"));
    expect(modes).toEqual([0o600]);
  });
});

test.runIf(process.platform === "linux")(
  "a folder swapped for a link while a write goes on does not lead it astray",
  async () => {
    const folder = join(root, "work");
    const outside = join(root, "outside");
    await mkdir(folder);
    await mkdir(outside);
    await writeFile(join(outside, "a.txt"), "precious");
    const swapping: Disk = {
      ...disk,
      fsync: async (fd) => {
        await rename(folder, join(root, "moved")).catch(() => undefined);
        await symlink(outside, folder).catch(() => undefined);
        return disk.fsync(fd);
      },
    };
    await createFiles(swapping).write(join(folder, "a.txt"), bytes("new"));
    expect(await tree()).toMatchObject({ "/outside/a.txt": "precious", "/moved/a.txt": "new" });
  },
);

describe("what happens to a file while it is being written", () => {
  const path = () => join(root, "a.txt");
  /** Lets something happen when the new content is on the disk and not yet in its place. */
  const meanwhile = (happens: () => Promise<unknown>): Disk => {
    let hasHappened = false;
    return {
      ...disk,
      fsync: async (fd) => {
        if (!hasHappened) await happens();
        hasHappened = true;
        return disk.fsync(fd);
      },
    };
  };

  test.each([
    ["changed", () => writeFile(path(), "own"), { "/a.txt": "own" }],
    ["removed", () => rm(path()), {}],
  ])("is noticed: it was %s", async (how, happens, expected) => {
    await writeFile(path(), "old");
    const { stamp } = await files.read(path());
    const late = createFiles(meanwhile(happens));
    await expect(late.write(path(), bytes("new"), { expect: stamp })).rejects.toMatchObject({
      code: "GANTRY_FILES_CHANGED",
      message: `"${path()}" was ${how} since it was last looked at; nothing was written.`,
    });
    expect(await tree()).toEqual(expected);
  });

  test("is noticed: it was made", async () => {
    const late = createFiles(meanwhile(() => writeFile(path(), "own")));
    await expect(late.write(path(), bytes("new"), { expect: "absent" })).rejects.toMatchObject({
      code: "GANTRY_FILES_CHANGED",
    });
    expect(await tree()).toEqual({ "/a.txt": "own" });
  });
});

describe("a program killed in the middle of a write", () => {
  const size = 20 * 1024 * 1024;

  test("leaves the old file or the new one, and what else it leaves is cleared by the next", async () => {
    const program = join(root, "killed.mjs");
    await bundle(program);
    const folder = join(root, "folder");
    const path = join(folder, "big.bin");
    await mkdir(folder);
    const seen = new Set<string>();
    let isThrough = false;
    for (let number = 0; !isThrough; number++) {
      await writeFile(path, Buffer.alloc(size, "o"));
      isThrough = await run(process.execPath, [program, path, String(size), String(number)]).then(
        () => true,
        () => false,
      );
      const content = await readFile(path);
      expect(content.length).toBe(size);
      expect(content.equals(Buffer.alloc(size, content[0]))).toBe(true);
      seen.add(String.fromCharCode(content[0] ?? 0));
      // Another host, as far as what it knows of the folder goes.
      await createFiles(disk).write(join(folder, "other.txt"), bytes("x"));
      expect((await readdir(folder)).sort()).toEqual(["big.bin", "other.txt"]);
    }
    expect([...seen]).toEqual(["o", "n"]);
  }, 60_000);

  const rounds = Number(process.env.GANTRY_TEST_EDIT_KILLS ?? 50);
  const lanes = 2;
  test(
    `at any moment leaves the old file or the new one (${rounds} rounds)`,
    async () => {
      const program = join(root, "killed.mjs");
      await bundle(program);
      const seen = new Set<string>();
      const play = async (first: number) => {
        const folder = join(root, `folder-${first}`);
        const path = join(folder, "large.bin");
        await mkdir(folder);
        for (let round = first; round < rounds; round += lanes) {
          await writeFile(path, old);
          seen.add(await killed(program, path, (round * 7) % 23));
          const content = await readFile(path);
          expect(content.equals(old) || content.equals(changed)).toBe(true);
          // Another host, as far as what it knows of the folder goes.
          await createFiles(disk).write(join(folder, "other.txt"), bytes("x"));
          expect((await readdir(folder)).sort()).toEqual(["large.bin", "other.txt"]);
        }
      };
      const [old, changed] = ["o", "n"].map((letter) => Buffer.alloc(4 * 1024 * 1024, letter)) as [Buffer, Buffer];
      await Promise.all(Array.from({ length: lanes }, (_, first) => play(first)));
      expect(seen).toContain("SIGKILL");
    },
    60_000 + rounds * 500,
  );

  /** Has the file written by a program that is killed so long after it has begun. Gives the signal that ended it, if one did. */
  async function killed(program: string, path: string, ms: number): Promise<string> {
    const child = spawn(process.execPath, [program, path, String(4 * 1024 * 1024), "-1"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    // A write takes some milliseconds: from its first moment to behind its end.
    child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), ms));
    return new Promise((resolve) => child.on("close", (_, signal) => resolve(signal ?? "")));
  }

  /** A program that writes a file and kills itself at the call of the file system with the given number. */
  async function bundle(program: string): Promise<void> {
    const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
    const entry = join(root, "entry.mjs");
    await writeFile(
      entry,
      `import { disk } from ${JSON.stringify(here("./disk.ts"))};
       import { createFiles } from ${JSON.stringify(here("./files.ts"))};
       const [path, size, number] = process.argv.slice(2);
       let calls = 0;
       const deadly = Object.fromEntries(Object.entries(disk).map(([name, real]) => [name, (...args) => {
         if (calls++ === Number(number)) process.kill(process.pid, "SIGKILL");
         return real(...args);
       }]));
       process.stdout.write("ready");
       await createFiles(deadly).write(path, Buffer.alloc(Number(size), "n"));`,
    );
    await build({
      input: entry,
      platform: "node",
      resolve: { alias: { "gantry/sdk": here("../../sdk/index.ts") } },
      external: [/globby/],
      output: { file: program, format: "esm", codeSplitting: false },
      logLevel: "silent",
    });
  }
});

function run(file: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(file, args)
      .on("error", reject)
      .on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${file}: ${code}`))));
  });
}
