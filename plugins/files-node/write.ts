import type { Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FileStamp, Files, WriteOptions } from "gantry/sdk";
import type { Disk } from "./disk.ts";
import { filesError, hasChanged, hasMoved, isFolder, isNoFile, saysAbsent } from "./errors.ts";
import { type Folder, openFolder } from "./folder.ts";
import { hashOf, readWhole } from "./read.ts";
import { resolvePath } from "./resolve.ts";
import { createTemporaries, type Temporary } from "./temporary.ts";

/** Writes whole or not at all. Writes to one file take turns, so that what one compares the other cannot change. */
export function createWriter(disk: Disk): Files["write"] {
  const temporaries = createTemporaries(disk);
  const inTurn = createTurns();

  return async (path, bytes, options = {}) => {
    try {
      const { realPath } = options;
      const target = await resolvePath(disk, realPath ?? path);
      if (realPath !== undefined && target !== realPath) throw hasMoved(path);
      return await inTurn(target, async () => {
        const folder = await openFolder(disk, dirname(target));
        try {
          const stamp = await replace(folder, basename(target), bytes, options, path);
          await folder.flush();
          return stamp;
        } catch (error) {
          await folder.unmake();
          throw error;
        } finally {
          await folder.close();
        }
      });
    } catch (error) {
      throw filesError(path, error);
    }
  };

  async function replace(
    folder: Folder,
    name: string,
    bytes: Uint8Array,
    { expect, mode }: WriteOptions,
    path: string,
  ): Promise<FileStamp> {
    const target = folder.at(name);
    const before = await statsAt(target);
    if (before?.isDirectory()) throw isFolder(path);
    if (before?.isSymbolicLink()) throw hasMoved(path);
    if (before && !before.isFile()) throw isNoFile(path);

    const temporary = await temporaries.write(folder, bytes, before ?? mode);
    try {
      await expectAt(target, join(folder.path, name), expect, path);
      if (expect === "absent") await placeNew(temporary, target, path);
      else await disk.rename(temporary.path, target);
    } catch (error) {
      await temporary.remove();
      throw error;
    }
    return { mtimeMs: temporary.mtimeMs, size: bytes.length, hash: hashOf(bytes) };
  }

  /** Just before the change itself, so that as little as possible can happen in between. */
  async function expectAt(
    target: string,
    realPath: string,
    expect: WriteOptions["expect"],
    path: string,
  ): Promise<void> {
    if (expect === undefined) return;
    if (expect === "absent") {
      if (await statsAt(target)) throw hasChanged(path, "was made");
      return;
    }
    const now = await readWhole(disk, target, { realPath }, path).catch((error) => {
      throw saysAbsent(error) ? hasChanged(path, "was removed") : error;
    });
    // The content decides, not the time: a file that was merely touched is still the one that was read.
    if (now.stamp.hash !== expect.hash) throw hasChanged(path, "was changed");
  }

  /** A second name for the temporary file: unlike a rename it never takes the place of anything. */
  async function placeNew(temporary: Temporary, target: string, path: string): Promise<void> {
    try {
      await disk.link(temporary.path, target);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") throw hasChanged(path, "was made");
      if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error;
      // A file system without hard links: look once more, then rename.
      if (await statsAt(target)) throw hasChanged(path, "was made");
      await disk.rename(temporary.path, target);
      return;
    }
    await temporary.remove();
  }

  async function statsAt(path: string): Promise<Stats | undefined> {
    return disk.lstat(path).catch((error) => {
      if (saysAbsent(error)) return undefined;
      throw error;
    });
  }
}

/** Runs what is asked for one key one after another. */
function createTurns(): <T>(key: string, run: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, run) => {
    const before = last.get(key);
    const mine = before ? before.then(run, run) : run();
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
