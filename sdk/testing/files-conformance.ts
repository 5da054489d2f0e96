import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Files, isGantryError } from "gantry/sdk";
import { type ConformanceCheck, checksOf } from "./conformance.ts";

/** Files under test, in an empty folder of their own. */
export interface FilesUnderTest {
  readonly files: Files;
  /** An existing folder, resolved. */
  readonly root: string;
  /** Makes a link; absent where there are none, and then what is promised of links is not checked. */
  readonly link?: (target: string, path: string) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

/**
 * What every implementation of {@link Files} has to keep, for any test runner.
 *
 * @example
 * for (const { name, run } of filesConformance(make)) test(name, run);
 */
export function filesConformance(make: () => Promise<FilesUnderTest>): readonly ConformanceCheck[] {
  return checksOf(
    make,
    Object.entries(CHECKS).map(([name, check]) => ({ name, check })),
  );
}

type Check = (subject: FilesUnderTest) => Promise<void>;

const bytesOf = (content: string) => new TextEncoder().encode(content);
const hashOf = (content: string) => createHash("sha256").update(content).digest("hex");
const contentOf = async (files: Files, path: string) => new TextDecoder().decode((await files.read(path)).bytes);

async function rejectsWith(what: string, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(isGantryError(error), `not a coded error: ${String(error)}`);
    assert.equal(error.code, `GANTRY_FILES_${what}`);
    assert.ok(error.message.length > 0 && error.remedy, "an error has a sentence and a remedy");
    return true;
  });
}

const CHECKS: Readonly<Record<string, Check>> = {
  "reads back what was written, to the byte": async ({ files, root }) => {
    const path = join(root, "a.bin");
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
    await files.write(path, bytes);
    const read = await files.read(path);
    assert.deepEqual(Uint8Array.from(read.bytes), bytes);
    assert.equal(read.realPath, path);
  },

  "reads an empty file": async ({ files, root }) => {
    await files.write(join(root, "empty"), new Uint8Array());
    assert.equal((await files.read(join(root, "empty"))).bytes.length, 0);
  },

  "stamps a write as the next read does": async ({ files, root }) => {
    const path = join(root, "a.txt");
    const stamp = await files.write(path, bytesOf("one"));
    assert.deepEqual((await files.read(path)).stamp, stamp);
    assert.equal(stamp.size, 3);
    assert.equal(stamp.hash, hashOf("one"));
  },

  "makes missing folders": async ({ files, root }) => {
    await files.write(join(root, "a", "b", "c.txt"), bytesOf("deep"));
    assert.equal(await contentOf(files, join(root, "a", "b", "c.txt")), "deep");
    assert.equal((await files.stat(join(root, "a", "b")))?.kind, "folder");
  },

  "leaves nothing but the file in its folder": async ({ files, root }) => {
    await files.write(join(root, "a.txt"), bytesOf("one"));
    await files.write(join(root, "a.txt"), bytesOf("two"));
    assert.deepEqual(await files.list(root), [{ name: "a.txt", kind: "file" }]);
  },

  "replaces a file and keeps its mode": async ({ files, root }) => {
    const path = join(root, "run.sh");
    await files.write(path, bytesOf("one"), { mode: 0o755 });
    await files.write(path, bytesOf("two"));
    const stat = await files.stat(path);
    assert.equal(stat?.mode, 0o755);
    assert.equal(await contentOf(files, path), "two");
  },

  "gives a new file the mode it is asked for": async ({ files, root }) => {
    await files.write(join(root, "secret"), bytesOf("x"), { mode: 0o600 });
    assert.equal((await files.stat(join(root, "secret")))?.mode, 0o600);
  },

  "writes over what is expected": async ({ files, root }) => {
    const path = join(root, "a.txt");
    const expect = await files.write(path, bytesOf("one"));
    await files.write(path, bytesOf("two"), { expect });
    assert.equal(await contentOf(files, path), "two");
  },

  "does not write over a file that has changed": async ({ files, root }) => {
    const path = join(root, "a.txt");
    const expect = await files.write(path, bytesOf("one"));
    await files.write(path, bytesOf("own"));
    await rejectsWith("CHANGED", files.write(path, bytesOf("two"), { expect }));
    assert.equal(await contentOf(files, path), "own");
    assert.equal((await files.list(root)).length, 1);
  },

  "takes a file with the same content for unchanged": async ({ files, root }) => {
    const path = join(root, "a.txt");
    const expect = await files.write(path, bytesOf("one"));
    await files.write(path, bytesOf("one"));
    await files.write(path, bytesOf("two"), { expect });
    assert.equal(await contentOf(files, path), "two");
  },

  "does not write where the expected file is gone": async ({ files, root }) => {
    const path = join(root, "a.txt");
    const expect = await files.write(path, bytesOf("one"));
    await files.remove(path);
    await rejectsWith("CHANGED", files.write(path, bytesOf("two"), { expect }));
    assert.equal(await files.stat(path), undefined);
  },

  "makes a file only where there is none": async ({ files, root }) => {
    const path = join(root, "a.txt");
    await files.write(path, bytesOf("one"), { expect: "absent" });
    await rejectsWith("CHANGED", files.write(path, bytesOf("two"), { expect: "absent" }));
    assert.equal(await contentOf(files, path), "one");
    assert.equal((await files.list(root)).length, 1);
  },

  "lets exactly one of many makers win": async ({ files, root }) => {
    const path = join(root, "a.txt");
    const tries = ["a", "b", "c", "d", "e"].map((name) =>
      files.write(path, bytesOf(name), { expect: "absent" }).then(
        () => name,
        () => undefined,
      ),
    );
    const winners = (await Promise.all(tries)).filter((name) => name !== undefined);
    assert.equal(winners.length, 1);
    assert.equal(await contentOf(files, path), winners[0]);
  },

  "lets exactly one of many edits of one reading win": async ({ files, root }) => {
    const path = join(root, "a.txt");
    const expect = await files.write(path, bytesOf("start"));
    const tries = ["a", "b", "c", "d", "e"].map((name) =>
      files.write(path, bytesOf(name), { expect }).then(
        () => name,
        () => undefined,
      ),
    );
    const winners = (await Promise.all(tries)).filter((name) => name !== undefined);
    assert.equal(winners.length, 1);
    assert.equal(await contentOf(files, path), winners[0]);
  },

  "says that a file is absent": async ({ files, root }) => {
    await rejectsWith("ABSENT", files.read(join(root, "no.txt")));
    await rejectsWith("ABSENT", files.list(join(root, "no")));
    await rejectsWith("ABSENT", files.remove(join(root, "no.txt")));
    await rejectsWith("ABSENT", files.glob(["*"], { cwd: join(root, "no") }));
    assert.equal(await files.stat(join(root, "no.txt")), undefined);
  },

  "says that a path is a folder": async ({ files, root }) => {
    await files.write(join(root, "a", "b.txt"), bytesOf("x"));
    await rejectsWith("IS_FOLDER", files.read(join(root, "a")));
    await rejectsWith("IS_FOLDER", files.write(join(root, "a"), bytesOf("y")));
    await rejectsWith("IS_FOLDER", files.remove(join(root, "a")));
    assert.equal(await contentOf(files, join(root, "a", "b.txt")), "x");
  },

  "says that a path goes through a file": async ({ files, root }) => {
    await files.write(join(root, "a.txt"), bytesOf("x"));
    const through = join(root, "a.txt", "b.txt");
    await rejectsWith("NOT_FOLDER", files.read(through));
    await rejectsWith("NOT_FOLDER", files.write(through, bytesOf("y")));
    await rejectsWith("NOT_FOLDER", files.list(join(root, "a.txt")));
    assert.equal(await files.stat(through), undefined);
  },

  "does not read more than it may": async ({ files, root }) => {
    const path = join(root, "a.txt");
    await files.write(path, bytesOf("0123456789"));
    await rejectsWith("TOO_LARGE", files.read(path, { maxBytes: 9 }));
    assert.equal((await files.read(path, { maxBytes: 10 })).bytes.length, 10);
  },

  "refuses a relative path": async ({ files }) => {
    await rejectsWith("FAILED", files.read("a.txt"));
    await rejectsWith("FAILED", files.write("a.txt", bytesOf("x")));
    await rejectsWith("FAILED", files.resolve("a.txt"));
  },

  "does not start when it is already interrupted": async ({ files, root }) => {
    await files.write(join(root, "a.txt"), bytesOf("x"));
    const signal = AbortSignal.abort();
    await assert.rejects(files.read(join(root, "a.txt"), { signal }), { name: "AbortError" });
    await assert.rejects(files.glob(["*"], { cwd: root, signal }), { name: "AbortError" });
  },

  "lists names in order, with what they are": async ({ files, root }) => {
    await files.write(join(root, "b.txt"), bytesOf("x"));
    await files.write(join(root, "c", "d.txt"), bytesOf("x"));
    await files.write(join(root, "B.txt"), bytesOf("x"));
    await files.write(join(root, ".hidden"), bytesOf("x"));
    assert.deepEqual(await files.list(root), [
      { name: ".hidden", kind: "file" },
      { name: "B.txt", kind: "file" },
      { name: "b.txt", kind: "file" },
      { name: "c", kind: "folder" },
    ]);
  },

  "removes a file": async ({ files, root }) => {
    await files.write(join(root, "a.txt"), bytesOf("x"));
    await files.remove(join(root, "a.txt"));
    assert.deepEqual(await files.list(root), []);
  },

  "resolves a path whose end does not exist": async ({ files, root }) => {
    assert.equal(await files.resolve(join(root, "no", "where.txt")), join(root, "no", "where.txt"));
    assert.equal(await files.resolve(join(root, "no", "..", "where.txt")), join(root, "where.txt"));
    assert.equal(await files.resolve(root), root);
  },

  "follows a link to the file it names": async ({ files, root, link }) => {
    if (!link) return;
    await files.write(join(root, "real", "a.txt"), bytesOf("one"));
    await link(join("real", "a.txt"), join(root, "link.txt"));
    const read = await files.read(join(root, "link.txt"));
    assert.equal(read.realPath, join(root, "real", "a.txt"));
    await files.write(join(root, "link.txt"), bytesOf("two"));
    assert.equal(await contentOf(files, join(root, "real", "a.txt")), "two");
    assert.equal((await files.read(join(root, "link.txt"))).realPath, join(root, "real", "a.txt"));
    assert.equal((await files.stat(join(root, "link.txt")))?.realPath, join(root, "real", "a.txt"));
  },

  "resolves links in the middle and links to nothing": async ({ files, root, link }) => {
    if (!link) return;
    await files.write(join(root, "real", "a.txt"), bytesOf("one"));
    await link(join(root, "real"), join(root, "folder"));
    await link(join("real", "..", "real", "new.txt"), join(root, "dangling"));
    assert.equal(await files.resolve(join(root, "folder", "x", "y")), join(root, "real", "x", "y"));
    assert.equal(await files.resolve(join(root, "dangling")), join(root, "real", "new.txt"));
    assert.equal(await files.stat(join(root, "dangling")), undefined);
    await files.write(join(root, "dangling"), bytesOf("new"), { expect: "absent" });
    assert.equal(await contentOf(files, join(root, "real", "new.txt")), "new");
  },

  "reads and writes what was checked, whatever the path leads to by now": async ({ files, root, link }) => {
    if (!link) return;
    const realPath = join(root, "a.txt");
    const path = join(root, "link");
    await files.write(realPath, bytesOf("mine"));
    await files.write(join(root, "b.txt"), bytesOf("other"));
    await link("b.txt", path);
    const read = await files.read(path, { realPath });
    assert.deepEqual([new TextDecoder().decode(read.bytes), read.realPath], ["mine", realPath]);
    await files.write(path, bytesOf("new"), { realPath, expect: read.stamp });
    await files.write(path, bytesOf("made"), { realPath: join(root, "new", "c.txt"), expect: "absent" });
    assert.equal(await contentOf(files, realPath), "new");
    assert.equal(await contentOf(files, join(root, "b.txt")), "other");
    assert.equal(await contentOf(files, join(root, "new", "c.txt")), "made");
    await rejectsWith("ABSENT", files.read(path, { realPath: join(root, "none") }));
  },

  "follows no link to what was checked": async ({ files, root, link }) => {
    if (!link) return;
    const secret = join(root, "outside", "a.txt");
    await files.write(secret, bytesOf("secret"));
    await link(secret, join(root, "file"));
    await link("outside", join(root, "folder"));
    await link(join("outside", "new.txt"), join(root, "dangling"));
    for (const realPath of [join(root, "file"), join(root, "dangling"), join(root, "folder", "a.txt")])
      await rejectsWith("MOVED", files.read(realPath, { realPath }));
    const { stamp } = await files.read(secret);
    for (const name of ["file", "dangling", "folder/a.txt", "folder/new.txt", "folder/deep/er/new.txt"]) {
      const realPath = join(root, name);
      for (const expect of [{}, { expect: stamp }, { expect: "absent" as const }])
        await rejectsWith("MOVED", files.write(realPath, bytesOf("x"), { realPath, ...expect }));
    }
    assert.deepEqual(await files.list(join(root, "outside")), [{ name: "a.txt", kind: "file" }]);
    assert.equal(await contentOf(files, secret), "secret");
  },

  "names a circle of links": async ({ files, root, link }) => {
    if (!link) return;
    await link("b", join(root, "a"));
    await link("a", join(root, "b"));
    await rejectsWith("FAILED", files.resolve(join(root, "a", "c")));
    await rejectsWith("FAILED", files.read(join(root, "a")));
    await rejectsWith("FAILED", files.write(join(root, "a"), bytesOf("x")));
  },

  "removes a link, not what it names": async ({ files, root, link }) => {
    if (!link) return;
    await files.write(join(root, "a.txt"), bytesOf("x"));
    await link("a.txt", join(root, "link"));
    await files.remove(join(root, "link"));
    assert.equal(await contentOf(files, join(root, "a.txt")), "x");
    assert.equal((await files.list(root)).length, 1);
  },

  "finds files by pattern, hidden ones too": async ({ files, root }) => {
    for (const name of ["a.ts", "b.js", "c/d.ts", "c/.e.ts", ".git/f.ts", "g{h/i.ts"]) {
      await files.write(join(root, name), bytesOf("x"));
    }
    const found = await files.glob(["**/*.ts"], { cwd: root });
    const expected = ["a.ts", "c/.e.ts", "c/d.ts", "g{h/i.ts"].map((name) => join(root, name));
    assert.deepEqual([...found].sort(), expected.sort());
    assert.deepEqual(await files.glob(["*.{js,jsx}"], { cwd: root }), [join(root, "b.js")]);
    assert.deepEqual(await files.glob(["*.rs"], { cwd: root }), []);
  },

  "leaves out what is ignored, unless told otherwise": async ({ files, root }) => {
    await files.write(join(root, ".gitignore"), bytesOf("dist/\n*.log\n"));
    await files.write(join(root, "sub", ".gitignore"), bytesOf("own.txt\n"));
    for (const name of ["a.txt", "b.log", "dist/c.txt", "sub/own.txt", "sub/d.txt"]) {
      await files.write(join(root, name), bytesOf("x"));
    }
    const short = (paths: readonly string[]) => paths.map((path) => path.slice(root.length + 1)).sort();
    assert.deepEqual(short(await files.glob(["**/*.{txt,log}"], { cwd: root })), ["a.txt", "sub/d.txt"]);
    assert.deepEqual(short(await files.glob(["**/*.{txt,log}"], { cwd: root, respectIgnore: false })), [
      "a.txt",
      "b.log",
      "dist/c.txt",
      "sub/d.txt",
      "sub/own.txt",
    ]);
  },

  "does not search behind links to folders": async ({ files, root, link }) => {
    if (!link) return;
    await files.write(join(root, "real", "a.ts"), bytesOf("x"));
    await link("real", join(root, "again"));
    await link("..", join(root, "real", "up"));
    assert.deepEqual(await files.glob(["**/*.ts"], { cwd: root }), [join(root, "real", "a.ts")]);
  },
};
