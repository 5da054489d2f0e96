import { constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Disk } from "./disk.ts";
import { hasMoved } from "./errors.ts";
import { isOpenedAt, nameOf } from "./opened.ts";
import { NOT_FOLLOWING } from "./read.ts";

/** An open folder, resolved before: what is named in it stays in it, even if a link takes its place meanwhile. */
export interface Folder {
  readonly path: string;
  /** The way to a name in the folder. */
  at(name: string): string;
  /** Has the folder's own entries reach the disk. */
  flush(): Promise<void>;
  /** Removes the folders that had to be made, as far as they are empty. */
  unmake(): Promise<void>;
  close(): Promise<void>;
}

const FOLDER_FLAGS = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | NOT_FOLLOWING;

/** Opens a folder, and makes it and those above it where they are missing, each in the one above that is open. */
export async function openFolder(disk: Disk, path: string): Promise<Folder> {
  try {
    return await opened(disk, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw error;
  }
  const above = await openFolder(disk, dirname(path));
  try {
    return await madeIn(disk, above, path);
  } catch (error) {
    await above.unmake().finally(() => above.close());
    throw error;
  }
}

async function madeIn(disk: Disk, above: Folder, path: string): Promise<Folder> {
  const way = above.at(basename(path));
  const isMade = await disk.mkdir(way).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      return false;
    },
  );
  // Somebody may use it by now: then it stays.
  const remove = () => (isMade ? disk.rmdir(way).catch(() => undefined) : undefined);
  try {
    const folder = await opened(disk, path, way);
    return {
      ...folder,
      async unmake() {
        await remove();
        await above.unmake();
      },
      async close() {
        await folder.close().finally(() => above.close());
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function opened(disk: Disk, path: string, way = path): Promise<Folder> {
  const fd = await open(disk, path, way);
  const handle = fd === undefined ? undefined : await handleOf(disk, fd, path);
  return {
    path,
    at: (name) => join(handle ?? path, name),
    async flush() {
      if (fd === undefined) return;
      await disk.fsync(fd).catch((error: NodeJS.ErrnoException) => {
        // Some file systems cannot flush a folder; then there is nothing to wait for.
        if (error.code !== "EINVAL" && error.code !== "ENOTSUP") throw error;
      });
    },
    unmake: async () => undefined,
    async close() {
      if (fd !== undefined) await disk.close(fd);
    },
  };
}

/** Windows opens no folders; there the path has to do. */
async function open(disk: Disk, path: string, way: string): Promise<number | undefined> {
  if (process.platform === "win32") {
    if ((await disk.stat(way)) && (await disk.realpath(path)) !== path) throw hasMoved(path);
    return undefined;
  }
  return disk.open(way, FOLDER_FLAGS).catch(async (error: NodeJS.ErrnoException) => {
    throw error.code !== "ENOENT" && (await isLink(disk, way)) ? hasMoved(path) : error;
  });
}

/** Systems differ in how they refuse to open a link as a folder. */
async function isLink(disk: Disk, path: string): Promise<boolean> {
  return disk.lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}

/** Linux gives an open folder a path of its own. One that is not where it was resolved to be is not used. */
async function handleOf(disk: Disk, fd: number, path: string): Promise<string | undefined> {
  try {
    const name = await nameOf(disk, fd);
    if (name === undefined ? await isOpenedAt(disk, fd, path) : name === path) {
      return name && `/proc/self/fd/${fd}`;
    }
  } catch (error) {
    await disk.close(fd);
    throw error;
  }
  await disk.close(fd);
  throw hasMoved(path);
}
